"""`python -m generator evaluate`: what is printed, written and kept, and what is said of photos that do not serve."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.checkpoint import describe, load_checkpoint, save_checkpoint
from generator.cli import main
from generator.metrics import METRICS
from tests.generator.photos import TINY, astronaut, coffee, colourful_network


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "run" / "last.safetensors"
    save_checkpoint(path, colourful_network(), TINY, {"evaluations": {"before": {"psnr": 1.0}}})
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, photo in {"coffee": coffee(), "astronaut": astronaut(), "cup": coffee()[100:300, 200:400]}.items():
        Image.fromarray(photo).save(folder / f"{name}.png")
    return folder


def evaluate(checkpoint: Path, photos: Path, *more: object) -> int:
    arguments = ["evaluate", checkpoint, "--data", photos, "--size", 64, "--device", "cpu", *more]
    return main([str(argument) for argument in arguments])


def test_every_metric_is_printed_beside_grey_and_the_truth(
    checkpoint: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(checkpoint, photos) == 0
    about, _, heading, *lines = capsys.readouterr().out.splitlines()
    assert "3 photos of 64 pixels" in about
    assert heading.split() == ["network", "grey", "truth"]
    assert [line.startswith(metric.title) for line, metric in zip(lines, METRICS, strict=True)] == [True] * len(METRICS)
    columns = [heading.index(word) for word in ("network", "grey", "truth")]
    assert all(line[column - 1] == " " and line[column] != " " for line in lines for column in columns)


def test_the_numbers_are_written_as_json(checkpoint: Path, photos: Path, tmp_path: Path) -> None:
    assert evaluate(checkpoint, photos, "--json", tmp_path / "new" / "numbers.json") == 0
    content = json.loads((tmp_path / "new" / "numbers.json").read_text())
    assert (content["photos"], content["size"], content["sha256"]) == (3, 64, describe(checkpoint)["sha256"])
    for metric in METRICS:
        number = content["numbers"][metric.name]
        assert number["low"] <= number["value"] <= number["high"]


def test_recorded_numbers_join_those_of_the_checkpoint_which_still_loads(checkpoint: Path, photos: Path) -> None:
    assert evaluate(checkpoint, photos, "--record", "three photos") == 0
    kept = describe(checkpoint)["training"]["evaluations"]
    assert kept["before"] == {"psnr": 1.0}
    assert kept["three photos"]["photos"] == 3
    low, high = kept["three photos"]["psnr_interval"]
    assert low <= kept["three photos"]["psnr"] <= high
    assert load_checkpoint(checkpoint).options == TINY


def test_nothing_is_kept_unless_asked(checkpoint: Path, photos: Path) -> None:
    before = checkpoint.with_suffix(".json").read_bytes()
    assert evaluate(checkpoint, photos) == 0
    assert checkpoint.with_suffix(".json").read_bytes() == before


def test_a_run_means_its_checkpoint(checkpoint: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(checkpoint.parent, photos) == 0
    assert str(checkpoint) in capsys.readouterr().out


def test_a_broken_photo_is_named_and_the_others_are_measured(
    checkpoint: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8 nothing more")
    assert evaluate(checkpoint, photos) == 0
    printed = capsys.readouterr()
    assert "broken.jpg" in printed.err
    assert "3 photos" in printed.out


def test_grey_photos_are_refused_because_colours_mean_nothing_there(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "grey").mkdir()
    for name in ("a.png", "b.jpg"):
        Image.fromarray(coffee()[:, : 200 + len(name)]).convert("L").convert("RGB").save(tmp_path / "grey" / name)
    assert evaluate(checkpoint, tmp_path / "grey", "--record", "grey") == 1
    refusal = capsys.readouterr().err.splitlines()[-1]
    assert "are grey: numbers about colours mean nothing there" in refusal
    assert "grey" not in describe(checkpoint)["training"]["evaluations"]


def test_one_photo_in_colour_among_grey_ones_is_enough(checkpoint: Path, photos: Path) -> None:
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(photos / "grey.png")
    assert evaluate(checkpoint, photos) == 0


def test_an_empty_folder_is_named(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert evaluate(checkpoint, tmp_path / "empty") == 1
    assert "no readable photos in" in capsys.readouterr().err


def test_a_checkpoint_cut_short_is_refused(checkpoint: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    assert evaluate(checkpoint, photos) == 1
    assert "cut short" in capsys.readouterr().err
