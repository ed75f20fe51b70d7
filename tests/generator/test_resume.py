"""A run that is killed at any moment goes on to the same weights, bit for bit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.generator.photos import coffee

CODE = """
import sys
import generator.configurations as named
from generator.training import trainer
from generator.cli import main
from generator.networks.unet import UNetOptions
from tests.generator.test_training import GAME, REGRESSION, configuration
from dataclasses import replace
network = UNetOptions(channels=(8,) * 6, size=32)
stages = replace(REGRESSION, steps=6), replace(GAME, steps=8)
trainer.SAVED_EVERY = 0  # seconds: after every step, so that a death leaves it anywhere in a stage
named.CONFIGURATIONS["tiny"] = replace(configuration(*stages, evaluations=3), network=network)
sys.exit(main(sys.argv[1:]))
"""


pytestmark = pytest.mark.long


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(20):
        Image.fromarray(coffee()[number * 10 :, number * 10 :][:64, :64]).save(folder / f"{number}.png")
    return folder


def train(*arguments: object) -> subprocess.Popen[bytes]:
    """`python -m generator train` with one more configuration, so small that it is quick."""
    argv = [sys.executable, "-c", CODE, "train", *map(str, arguments), "--threads", "1"]
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def steps(run: Path) -> int:
    metrics = run / "metrics.jsonl"
    return metrics.read_text().count('"step"') if metrics.exists() else 0


def kill_at(process: subprocess.Popen[bytes], run: Path, step: int) -> None:
    """kill -9 as soon as the log says that this step is done."""
    deadline = time.monotonic() + 240
    while steps(run) < step:
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_twice_and_resumed_it_ends_with_the_same_weights_bit_for_bit(photos: Path, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert train("tiny", "--data", photos, "--out", whole).wait() == 0
    kill_at(train("tiny", "--data", photos, "--out", broken), broken, 3)  # within regression
    kill_at(train("--resume", broken), broken, 11)  # within the game
    assert steps(broken) < 14
    assert train("--resume", broken).wait() == 0
    for name in ("last", "best"):
        first, second = (load_file(run / f"{name}.safetensors") for run in (whole, broken))
        assert all(torch.equal(first[key], second[key]) for key in first)
    states = [torch.load(run / "state.pt", weights_only=True)["networks"] for run in (whole, broken)]
    for one, other in zip(*states, strict=True):
        assert all(torch.equal(one[key], other[key]) for key in one)
    lines = [[json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()] for run in (whole, broken)]
    assert lines[0] == lines[1]


def test_a_run_is_resumed_from_another_folder_and_cleans_up_after_the_dead(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    kill_at(train("tiny", "--data", photos.name, "--out", "run"), Path("run"), 3)
    leftover = Path("run/.state.pt.x2_f8k1q")
    leftover.write_bytes(b"half of a state")
    monkeypatch.chdir(photos)
    process = train("--resume", "../run", "--device", "cpu")
    assert process.wait() == 0, process.stderr and process.stderr.read()
    assert not (tmp_path / leftover).exists()
    assert steps(tmp_path / "run") == 14


def test_a_run_killed_before_anything_was_saved_begins_again(photos: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    kill_at(train("tiny", "--data", photos, "--out", run), run, 1)
    (run / "state.pt").unlink(missing_ok=True)
    assert train("--resume", run).wait() == 0
    assert steps(run) == 14


def test_a_folder_without_a_run_cannot_be_resumed(tmp_path: Path) -> None:
    process = train("--resume", tmp_path)
    assert process.wait() == 1
    assert process.stderr is not None
    assert "holds no run to go on with" in process.stderr.read().decode()
