"""What deploy/ says fits the site: settings, commands, addresses."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from colortest.stimuli.services.checkpoints import MOST_JSON, MOST_WEIGHTS
from tests.test_readme import README, ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = ("web", "worker-cpu", "worker-gpu", "beat")
SETTINGS = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", README.split("## Settings")[1], re.MULTILINE))
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def programs() -> list[list[str]]:
    """Every command line of ours, by container, unit or script."""
    lines = [COMPOSE["services"][name]["command"] for name in OURS]
    lines += re.findall(r"^ExecStart=(.+)$", "\n".join(unit.read_text() for unit in UNITS), re.MULTILINE)
    return [shlex.split(line) for line in lines]


def test_the_containers_are_all_that_a_site_needs() -> None:
    assert set(COMPOSE["services"]) == {*OURS, "nginx", "postgres", "redis", "s3"}
    volumes = {volume.split(":")[0] for one in COMPOSE["services"].values() for volume in one.get("volumes", [])}
    assert {name for name in volumes if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_the_account_of_a_container_may_write_its_volumes() -> None:
    """A volume is its account's only where its folder is so in the image; else it is root's, and nothing is stored."""
    image = (DEPLOY / "Dockerfile").read_text()
    (owned,) = re.findall(r"chown -R colortest (.+)", image)
    for name in OURS:
        assert {volume.split(":")[1] for volume in COMPOSE["services"][name]["volumes"]} == set(owned.split())
    account, user = image.index("useradd"), image.index("USER colortest")
    assert account < image.index("mkdir /files") < image.index("chown -R") < user
    assert COMPOSE["services"]["web"]["environment"]["MEDIA_ROOT"] == "/files"
    assert f"WORKDIR {owned.split()[-1].removesuffix('/generator/checkpoints')}\n" in image


def test_nginx_lets_a_checkpoint_through() -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())
    assert int(megabytes) * 2**20 > MOST_WEIGHTS + MOST_JSON


@pytest.mark.parametrize("name", OURS)
def test_a_container_is_told_only_settings_that_there_are(name: str) -> None:
    assert set(COMPOSE["services"][name]["environment"]) <= SETTINGS


@pytest.mark.parametrize("bucket", ["", "stimuli"])
def test_the_site_finds_nothing_wrong_with_what_a_container_is_told(bucket: str, tmp_path: Path) -> None:
    said = {"SITE_NAME": "colortest.example.org", "SECRET_KEY": "k" * 50, "S3_BUCKET": bucket, "S3_PASSWORD": "secret"}
    said |= {"POSTGRES_PASSWORD": "one", "REDIS_PASSWORD": "two"}
    told = {name: filled_in(value, said) for name, value in COMPOSE["services"]["web"]["environment"].items()}
    assert bool(told["S3_ENDPOINT"]) == bool(bucket)
    kept = {"PATH": os.environ["PATH"], "COLORTEST_VAR": str(tmp_path)}
    argv = [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]
    done = subprocess.run(argv, cwd=ROOT, env={**kept, **told}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def filled_in(text: str, said: dict[str, str]) -> str:
    """A value with its variables replaced, as Compose does it: ${A}, ${A:-else}, ${A:?why}, ${A:+instead}."""

    def value(match: re.Match[str]) -> str:
        name, kind, other = match["name"], match["kind"], match["other"]
        if kind == "+":
            return other if said.get(name) else ""
        return said.get(name) or (other if kind == "-" else "")

    pattern = r"\$\{(?P<name>\w+)(?::(?P<kind>[-?+])(?P<other>[^${}]*))?\}"
    while re.search(pattern, text):
        text = re.sub(pattern, value, text)
    return text


def test_the_database_is_there_once_it_can_be_reached_and_logs_nobody() -> None:
    told = COMPOSE["services"]["postgres"]
    assert told["shm_size"] == "512mb", "in Docker's 64 MB a few parallel joins at once fail"
    assert "--host=127.0.0.1" in told["healthcheck"]["test"]
    for setting in ("log_error_verbosity=terse", "log_min_error_statement=panic"):
        assert setting in shlex.split(told["command"])


@pytest.mark.parametrize("name", [".env", "certificates"])
def test_what_is_secret_reaches_neither_a_commit_nor_an_image(name: str) -> None:
    assert name in [line.strip("/") for line in (DEPLOY / ".gitignore").read_text().split()]
    assert f"deploy/{name}" in (DEPLOY / "Dockerfile.dockerignore").read_text().split()


def test_the_image_is_built_once_and_never_looked_for_in_a_registry() -> None:
    assert [name for name in OURS if "build" in COMPOSE["services"][name]] == ["web"]
    assert {COMPOSE["services"][name]["image"] for name in OURS} == {"colortest"}
    assert {COMPOSE["services"][name]["pull_policy"] for name in OURS[1:]} == {"never"}


def test_images_are_named_without_a_registry() -> None:
    for name, one in COMPOSE["services"].items():
        assert "." not in one["image"].split("/")[0].split(":")[0], name


def test_every_secret_is_explained() -> None:
    named = set(re.findall(r"\$\{([A-Z0-9_]+)", (DEPLOY / "compose.yml").read_text()))
    explained = set(re.findall(r"^([A-Z0-9_]+)=", (DEPLOY / "README.md").read_text(), re.MULTILINE))
    assert named == explained


def test_every_program_exists() -> None:
    for words in programs():
        program = Path(words[0]).name
        if program == "sh":
            assert (ROOT / words[1]).is_file()
        else:
            assert program == "celery"
            assert words[1:3] == ["-A", "colortest.clock" if words[3] == "beat" else "colortest"]
            asked = subprocess.run(
                [ROOT / ".venv/bin/celery", words[3], "--help"], capture_output=True, text=True, check=True
            )
            for option in (word.split("=")[0] for word in words[4:]):
                assert option in asked.stdout, option


def test_the_web_servers_script_calls_what_there_is() -> None:
    script = (DEPLOY / "web.sh").read_text()
    assert set(re.findall(r"manage\.py (\w+)", script)) <= set(get_commands())
    assert subprocess.run(["sh", "-n", DEPLOY / "web.sh"], check=False).returncode == 0


def test_every_unit_starts_again_and_reads_one_file_of_settings() -> None:
    assert [unit.name for unit in UNITS] == [
        "colortest-beat.service",
        "colortest-web.service",
        "colortest-worker@.service",
    ]
    for unit in UNITS:
        text = unit.read_text()
        assert "Restart=always" in text
        assert "EnvironmentFile=/etc/colortest.env" in text


def test_nginx_sends_the_files_that_the_site_names() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    folder = COMPOSE["services"]["web"]["environment"]["MEDIA_ROOT"]
    assert re.search(rf"location /stored/ \{{\s+internal;\s+alias {folder}/;", text)
    assert "access_log off;" in text


def test_nginx_finds_a_container_again_that_has_another_address() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert "resolver 127.0.0.11" in text
    assert "server web:8000 resolve;" in text


def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in UNITS:
        text = re.sub(r"/opt/colortest/\.venv/bin/celery", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    argv = [analyze, "verify", "--man=no", *(tmp_path / unit.name for unit in UNITS)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "colortest" in line]
    assert complaints == []
