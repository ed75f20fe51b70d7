"""The commands of docs/train.sh are ones that the command line knows."""

import shlex
import subprocess
from pathlib import Path

import pytest

from generator.cli import parse
from generator.configurations import CONFIGURATIONS

ROOT = Path(__file__).parents[2]
GENERATOR = [".venv/bin/python", "-m", "generator"]


def commands(*arguments: object) -> list[list[str]]:
    """What `python -m generator` is told, one list a command."""
    script = ["sh", "docs/train.sh", "--dry-run", *map(str, arguments)]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [shlex.split(line) for line in done.stdout.splitlines()]
    return [line[3:] for line in lines if line[:3] == GENERATOR]


@pytest.fixture
def small(tmp_path: Path) -> list[list[str]]:
    return commands(tmp_path / "zips", tmp_path / "photos", tmp_path / "runs")


@pytest.fixture
def full(tmp_path: Path) -> list[list[str]]:
    return commands("full", tmp_path / "photos", tmp_path / "runs")


def test_every_command_is_one(small: list[list[str]], full: list[list[str]]) -> None:
    assert len(small) > 20
    for command in small + full:
        parse(command)


def test_every_configuration_has_a_command(small: list[list[str]], full: list[list[str]]) -> None:
    trained = [parse(command) for command in small + full if command[0] == "train"]
    assert {options.configuration for options in trained} == set(CONFIGURATIONS)


def test_the_full_part_trains_the_thesis_systems_and_a_resnet_50_at_their_own_size(full: list[list[str]]) -> None:
    trained = [parse(command) for command in full if command[0] == "train"]
    assert [(options.configuration, options.encoder) for options in trained] == [
        ("thesis-unet-sigmoid", "none"),
        ("thesis-unet-patchgan", "none"),
        ("thesis-resnet50-patchgan", "imagenet"),
        ("resnet18-patchgan", "imagenet"),
        ("best-resnet50", "imagenet"),
    ]
    assert not any(options.small or options.steps for options in trained)


def test_a_dry_run_leaves_nothing(small: list[list[str]], full: list[list[str]], tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []
