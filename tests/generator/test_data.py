"""Photos for training: from folders and zips, bad ones named, pale ones left out."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.colorizer import Photo
from generator.data import DataError, read_photo_set, read_squares
from generator.training.options import SetOptions
from tests.generator.photos import astronaut, coffee


def write(folder: Path, name: str, photo: Photo) -> None:
    Image.fromarray(photo).save(folder / name)


def test_photos_come_from_folders_and_zips_and_bad_ones_are_named(tmp_path: Path) -> None:
    write(tmp_path, "coffee.png", coffee())
    (tmp_path / "broken.jpg").write_bytes(b"not a photo")
    content = io.BytesIO()
    Image.fromarray(astronaut()).save(content, "PNG")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("people/astronaut.png", content.getvalue())
    squares, problems = read_squares([tmp_path, tmp_path / "more.zip"], 32)
    assert sorted(Path(square.name).name for square in squares) == ["astronaut.png", "coffee.png"]
    assert [square.photo.shape for square in squares] == [(32, 32, 3)] * 2
    assert len(problems) == 1
    assert "broken.jpg" in problems[0]


def test_a_photo_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        write(tmp_path, name, coffee())
    assert len(read_squares([tmp_path], 32)[0]) == 1


def test_a_tenth_at_most_is_held_out_and_never_learned(tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path, f"{number}.png", coffee()[number * 10 :][:200, :200])
    photos = read_photo_set(tmp_path, SetOptions(32, held_out=64))
    assert (len(photos.learn), len(photos.held_out)) == (18, 2)
    learned = {photo.numpy().tobytes() for photo in photos.learn.movedim(1, -1).contiguous()}
    assert not learned & {photo.tobytes() for photo in photos.held_out}


def test_small_photos_are_not_enlarged(tmp_path: Path) -> None:
    write(tmp_path, "small.png", coffee()[100:148, 100:180])
    assert read_photo_set(tmp_path, SetOptions(256)).learn.shape == (1, 3, 48, 48)


def test_photos_that_are_all_grey_teach_nothing_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path, "grey.png", np.repeat(coffee()[..., :1], 3, axis=2))
    with pytest.raises(DataError, match="all 1 photos are grey or pale"):
        read_photo_set(tmp_path, SetOptions(32))


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no readable photos in"):
        read_photo_set(tmp_path, SetOptions(32))


def test_a_source_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no .*nowhere"):
        read_squares([tmp_path / "nowhere"], 32)


def test_a_zip_that_was_cut_short_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("photos/one.png", b"x" * 5000)
    (tmp_path / "cut.zip").write_bytes((tmp_path / "whole.zip").read_bytes()[:3000])
    with pytest.raises(DataError, match=r"cut\.zip is no zip that can be read"):
        read_squares([tmp_path / "cut.zip"], 32)
