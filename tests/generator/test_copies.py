"""A photo is known again in another size, saved again, a little darker, and in the mirror; another photo is not it."""

import io
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.cli import main
from generator.colorizer import Photo
from generator.copies import ALIKE, difference, thumbnails_of, which_photo
from generator.observer import observe
from generator.observer_training import LearningOptions
from tests.cast import photographs

CHECKPOINT = "generator/checkpoints/best.safetensors"


@pytest.fixture(scope="module")
def photos() -> list[Photo]:
    return [np.asarray(photo) for _split, _name, photo in photographs(30)]


def smaller(photo: Photo) -> Photo:
    return np.asarray(Image.fromarray(photo).resize((64, 64), Image.Resampling.BILINEAR))


def saved_again(photo: Photo) -> Photo:
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=40)
    return np.asarray(Image.open(file))


def darker(photo: Photo) -> Photo:
    return (photo * 0.97).astype(np.uint8)


def mirrored(photo: Photo) -> Photo:
    return photo[:, ::-1].copy()


@pytest.mark.parametrize("change", [smaller, saved_again, darker, mirrored])
def test_a_changed_copy_is_its_photo_and_no_other(photos: list[Photo], change: object) -> None:
    apart = difference(thumbnails_of(photos), thumbnails_of([change(photo) for photo in photos]))  # type: ignore[operator]
    own = apart.diagonal()
    assert own.max() < ALIKE
    assert (apart.fill_diagonal_(torch.inf) > ALIKE).all()


def test_copies_of_copies_are_one_photo(photos: list[Photo]) -> None:
    one, other = photos[:2]
    several = [one, other, mirrored(one), darker(one), darker(mirrored(other))]
    assert which_photo(thumbnails_of(several)).tolist() == [0, 1, 0, 0, 1]


@pytest.fixture
def folders(photos: list[Photo], tmp_path: Path) -> tuple[Path, Path]:
    """(measured, learned): of 25 photos, two were learned too, smaller, in the mirror and under another name."""
    measured, learned = tmp_path / "measured", tmp_path / "learned"
    for folder in (measured, learned):
        folder.mkdir()
    for number, photo in enumerate(photos):
        if number < 25:
            Image.fromarray(photo).save(measured / f"{number}.png")
        if number in (3, 7) or number >= 25:
            Image.fromarray(mirrored(smaller(photo))).save(learned / f"learned-{number}.png")
    return measured, learned


@pytest.mark.parametrize("command", ["evaluate", "compare", "observe"])
def test_what_was_learned_from_is_named_and_not_measured_on(
    command: str,
    folders: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = partial(observe, deals=1, how=LearningOptions(steps=2, check_every=1))
    monkeypatch.setattr("generator.commands.observe.observe", quick)
    measured, learned = folders
    argv = {
        "evaluate": ["evaluate", CHECKPOINT, "--data", str(measured)],
        "compare": ["compare", CHECKPOINT, "--data", str(measured), "--out", str(tmp_path / "out")],
        "observe": ["observe", "grey", "--data", f"test={measured}"],
    }[command]
    assert main([*argv, "--size", "64", "--unlike", str(learned)]) == 0
    printed = capsys.readouterr()
    for number in (3, 7):
        assert f"{measured / str(number)}.png: it is the photo {learned / f'learned-{number}'}.png." in printed.err
    assert printed.err.count("it is the photo") == 2
    assert "23 photos" in printed.out


def test_a_folder_of_nothing_but_copies_is_refused(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    measured, _ = folders
    assert main(["evaluate", CHECKPOINT, "--data", str(measured), "--unlike", str(measured)]) == 1
    assert "Nothing is left to measure on" in capsys.readouterr().err
