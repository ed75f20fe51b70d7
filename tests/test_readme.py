"""What the README says is true."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import get_commands
from django.test import Client

from colortest.analysis.api.endpoints import ENDPOINTS
from colortest.analysis.api.endpoints import ROOT as ROOT_OF_API
from colortest.analysis.services import compute_fool_rates, make_token
from colortest.experiment.models import Study
from tests.analysis.test_fool_rates import play

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_table_of_settings_names_every_variable_and_no_other() -> None:
    section = README.split("## Settings")[1].split("##")[0]
    named = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.MULTILINE))
    settings = (ROOT / "colortest/settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', settings))
    assert named == read


def test_every_command_exists() -> None:
    section = README.split("## Commands")[1].split("##")[0]
    named = set(re.findall(r"^\| `(\w+)", section, re.MULTILINE))
    assert named <= set(get_commands())
    make = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert f"make {target}" in make


def test_the_notebook_reads_a_study_of_a_served_site(
    site: str, study: Study, researcher: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fooled, simulated in ((9, False), (5, True)):
        play(study, fooled=fooled, simulated=simulated)
    rates = compute_fool_rates(study=study)
    token = make_token(account=get_user_model().objects.get(username="ruth"), name="notebook")
    monkeypatch.setenv("COLORTEST_STUDY", f"{site}/api/studies/{study.slug}/")
    monkeypatch.setenv("COLORTEST_TOKEN", token)
    notebook = tmp_path / "notebook.py"
    notebook.write_text(README.split("```python\n")[1].split("```")[0])
    found = runpy.run_path(str(notebook))["fool_rates"]
    assert len(found) == len(rates)
    for rate in rates:
        mean, size = found.loc[(rate.simulated, rate.algorithm.slug, rate.split)]
        assert (mean, size) == (pytest.approx(rate.rate), rate.countable)


def test_the_table_of_the_notebook_names_every_address_of_the_read_interface() -> None:
    section = README.split("## From a notebook")[1].split("##")[0]
    named = set(re.findall(r"^\| `(/api/[^`]+)`", section, re.MULTILINE))
    assert named == {f"{ROOT_OF_API}{one.path.replace('{slug}', 'SLUG')}" for one in ENDPOINTS} | {"/api/openapi.json"}


def test_every_picture_and_folder_is_there() -> None:
    pictures = re.findall(r"\]\((docs/[^)]+\.png)\)", README)
    assert len(pictures) >= 14
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture
    for folder in re.findall(r"^(\w+)/ ", README.split("## The folders")[1], re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder
