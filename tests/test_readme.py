"""What the README says is true."""

import re
import subprocess
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_table_of_settings_names_every_variable_and_no_other() -> None:
    section = README.split("## Settings")[1].split("##")[0]
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE))
    settings = (ROOT / "colortest/settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    assert named == read


def test_every_command_exists() -> None:
    section = README.split("## Commands")[1].split("##")[0]
    named = set(re.findall(r"^\| `(\w+)", section, re.MULTILINE))
    assert named <= set(get_commands())
    make = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert f"make {target}" in make


def test_every_picture_and_folder_is_there() -> None:
    pictures = re.findall(r"\]\((docs/[^)]+\.png)\)", README)
    assert len(pictures) >= 14
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture
    for folder in re.findall(r"^(\w+)/ ", README.split("## The folders")[1], re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder
