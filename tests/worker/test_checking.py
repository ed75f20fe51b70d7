"""A checkpoint whose weights are of another network is told of before anything is asked of it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization
from generator.checkpoint import SHIPPED
from tests.cast import make_test_set
from worker.tasks import check_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(CHECKPOINT_DIR=tmp_path):
        yield tmp_path


def registered(folder: Path, **network: Any) -> Algorithm:
    """The shipped weights, with a JSON that says something else of their network."""
    description = json.loads(SHIPPED.with_suffix(".json").read_text())
    description["network"] |= network
    weights = SHIPPED.read_bytes()
    (folder / "mine.safetensors").write_bytes(weights)
    (folder / "mine.json").write_text(json.dumps({**description, "sha256": hashlib.sha256(weights).hexdigest()}))
    return services.register_checked(name="Mine", file_name="mine.safetensors")


def checked(algorithm: Algorithm) -> Algorithm:
    """As a worker does it; the task may run twice."""
    for _ in range(2):
        check_checkpoint(algorithm.pk)
    algorithm.refresh_from_db()
    return algorithm


def test_weights_of_the_network_that_the_json_describes_are_usable(folder: Path, admin: Client) -> None:
    algorithm = registered(folder)
    assert "A worker compares its weights" in admin.get("/algorithms/mine/").content.decode()
    assert checked(algorithm).problem == ""
    page = admin.get("/algorithms/mine/").content.decode()
    assert "A worker compares" not in page
    assert "cannot be used" not in page


def test_weights_of_another_network_are_told_of_and_nothing_is_asked_of_them(folder: Path, admin: Client) -> None:
    algorithm = registered(folder, skips=False)
    asked = make_test_set(2, name="accepted before")
    services.colorize_with_all(test_set=asked)
    assert checked(algorithm).problem.startswith(f"{folder}/mine.safetensors holds the weights of another network")
    page = admin.get("/algorithms/mine/").content.decode()
    assert "Its weights cannot be used." in page
    assert "tensors differ, the first is" in page
    services.colorize_with_all(test_set=make_test_set(2, name="accepted after"))
    assert not Colorization.objects.exists()


def test_both_files_copied_again_are_checked_again(folder: Path, admin: Client) -> None:
    algorithm = checked(registered(folder, skips=False))
    (folder / "mine.json").write_bytes(SHIPPED.with_suffix(".json").read_bytes())
    admin.post("/algorithms/mine/check/")
    assert checked(algorithm).problem == ""
    (folder / "mine.safetensors").unlink()
    admin.post("/algorithms/mine/check/")
    assert "cannot be read by the worker: No such file" in checked(algorithm).problem


def test_a_network_that_no_machine_could_hold_is_told_of_without_making_it(folder: Path) -> None:
    """Terabytes, were it made."""
    algorithm = checked(registered(folder, decoder_channels=[2**20, 2**20, 96, 64, 32]))
    assert "holds the weights of another network" in algorithm.problem
