"""The shipped nginx.conf, with nginx itself: stored files by X-Accel-Redirect, and nobody in its logs."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from colortest.experiment.models import Participant, Trial
from colortest.stimuli.models import Photo, read_stimulus
from tests.deploy.test_files import DEPLOY, NGINX
from tests.running import free_port, new_folder, wait_until

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def nginx(site: str, settings: Settings) -> Iterator[str]:
    """nginx before the test's site, by the shipped configuration with its places replaced. Its address."""
    settings.X_ACCEL, settings.ALLOWED_HOSTS = True, ["localhost"]
    folder, port, plain = new_folder(), free_port(), free_port()
    certificate(folder)
    account = pwd.getpwuid(os.geteuid()).pw_name
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in {
        "user nginx;": f"user {account};" if os.geteuid() == 0 else "",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "include mime.types;": "types { image/webp webp; }",
        "listen 80 ": f"listen 127.0.0.1:{plain} ",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "server web:8000 resolve;": f"server {site.removeprefix('http://')};",
        "certificates/": f"{folder}/",
        "alias /files/;": f"alias {settings.MEDIA_ROOT}/;",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(text.replace("http {", "http {\n" + temporary, 1))
    argv = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    tested = subprocess.run([*argv, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([*argv, "-g", "daemon off;"], stderr=said, stdout=said)
    try:
        wait_until((folder / "nginx.pid").exists)
        yield f"https://localhost:{port}"
        process.terminate()
        process.wait(10)
        assert (folder / "said").read_text() == ""
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def certificate(folder: Path) -> None:
    names = ["-keyout", folder / "site.key", "-out", folder / "site.pem"]
    argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", *names]
    subprocess.run(argv, check=True, capture_output=True)


def browser(address: str, **cookies: str) -> httpx.Client:
    return httpx.Client(base_url=address, verify=False, cookies=cookies, timeout=30)  # noqa: S501 - its own certificate


def test_stored_files_come_from_nginx_and_stimuli_from_the_site(
    nginx: str, participant: Participant, researcher: Client
) -> None:
    photo = Photo.objects.first()
    assert photo is not None
    with browser(nginx, sessionid=researcher.cookies["sessionid"].value) as client:
        reply = client.get(f"/photos/{photo.pk}/image/")
        assert reply.status_code == 200
        assert reply.content == read_stimulus(photo.file)
        assert reply.headers["Content-Type"] == "image/webp"
        assert "private" in reply.headers["Cache-Control"]
        assert "Accept-Ranges" in reply.headers, "nginx sent it, not the site"
        assert client.get(f"/stored/{photo.file.name}").status_code == 404, "nobody but the site leads there"
    with browser(nginx) as client:
        assert client.get(f"/photos/{photo.pk}/image/").status_code == 302
        assert client.get("/metrics").status_code == 404
        trial = Trial.objects.filter(participant=participant).order_by("position").first()
        assert trial is not None
        replies = [client.get(f"/take/{participant.code}/stimuli/{trial.token}/{place}/") for place in (1, 2)]
    told = [sorted((name, value) for name, value in reply.headers.items() if name != "date") for reply in replies]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert [reply.headers["Content-Type"] for reply in replies] == ["image/png", "image/png"]
    assert len(replies[0].content) == len(replies[1].content)
    assert told[0] == told[1], "both sides of a trial look the same to whoever sees all but the picture"
    assert not re.search("accept-ranges|etag|last-modified", str(told))
