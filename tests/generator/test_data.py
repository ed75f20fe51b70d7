"""Photos for training: from folders and zips, bad ones named, pale ones left out."""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.colorizer import Photo
from generator.data import DataError, PhotoSet, keep_apart, read_photo, read_photo_set, read_squares
from generator.training.options import SetOptions
from tests.generator.photos import astronaut, coffee


def write(folder: Path, name: str, photo: Photo) -> None:
    Image.fromarray(photo).save(folder / name)


def png(photo: Photo) -> bytes:
    content = io.BytesIO()
    Image.fromarray(photo).save(content, "PNG")
    return content.getvalue()


def crops(folder: Path, first: int, last: int) -> Path:
    """A folder of colourful photos: of two folders, those with the same numbers are the same files."""
    folder.mkdir()
    for number in range(first, last):
        write(folder, f"{number}.png", coffee()[number * 10 :, number * 10 :][:64, :64])
    return folder


def test_photos_come_from_folders_and_zips_and_bad_ones_are_named(tmp_path: Path) -> None:
    write(tmp_path, "coffee.png", coffee())
    (tmp_path / "broken.jpg").write_bytes(b"not a photo")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("people/astronaut.png", png(astronaut()))
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


def test_a_damaged_photo_of_a_zip_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for name, photo in (("coffee.png", coffee()), ("astronaut.png", astronaut())):
            archive.writestr(name, png(photo))
        end_of_first = archive.getinfo("astronaut.png").header_offset
    content = bytearray((tmp_path / "photos.zip").read_bytes())
    content[end_of_first - 100] ^= 1
    (tmp_path / "photos.zip").write_bytes(content)
    squares, problems = read_squares([tmp_path / "photos.zip"], 32)
    assert [square.name for square in squares] == ["photos.zip/astronaut.png"]
    assert len(problems) == 1
    assert problems[0].startswith("photos.zip/coffee.png: it cannot be read")


def test_a_zip_under_a_password_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "locked.zip", "w") as archive:
        archive.writestr("coffee.png", png(coffee()[:64, :64]))
    content = bytearray((tmp_path / "locked.zip").read_bytes())
    for header, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(header) + flags] |= 1
    (tmp_path / "locked.zip").write_bytes(content)
    with pytest.raises(DataError, match=r"no readable photos in .*locked\.zip\. .*encrypted, password required"):
        read_squares([tmp_path / "locked.zip"], 32)


def test_a_link_to_nothing_is_named_and_a_folder_with_the_name_of_a_photo_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "album.jpg").mkdir()
    write(tmp_path / "album.jpg", "coffee.png", coffee())
    (tmp_path / "album.zip").mkdir()
    squares, problems = read_squares([tmp_path, tmp_path / "album.jpg"], 32)
    assert [Path(square.name).name for square in squares] == ["coffee.png"]
    assert len(problems) == 1
    assert "gone.png: it cannot be read" in problems[0]
    with pytest.raises(DataError, match="no readable photos in"):
        read_squares([tmp_path / "album.zip"], 32)


def test_why_a_photo_cannot_be_read_is_said_without_the_names_of_objects() -> None:
    with pytest.raises(DataError, match="not a photo that can be read") as refusal:
        read_photo(b"no photo")
    assert "0x" not in str(refusal.value)


def test_grey_of_sixteen_bits_keeps_its_shades(tmp_path: Path) -> None:
    shades = np.repeat(np.arange(256, dtype=np.uint16)[None] * 257, 4, axis=0)
    Image.fromarray(shades).save(tmp_path / "deep.png")
    photo = read_photo(tmp_path / "deep.png")
    assert np.array_equal(photo, (shades // 257).astype(np.uint8)[..., None].repeat(3, axis=2))


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_values_of_thirty_two_bits_are_refused(kind: type, tmp_path: Path) -> None:
    Image.fromarray(np.ones((4, 4), kind)).save(tmp_path / "scan.tiff")
    with pytest.raises(DataError, match="its values of 32 bits have no known white"):
        read_photo(tmp_path / "scan.tiff")


def test_transparent_parts_are_white_and_opaque_ones_stay(tmp_path: Path) -> None:
    pixels = np.zeros((1, 3, 4), np.uint8)
    pixels[..., 0], pixels[..., 3] = 200, (0, 255, 51)
    Image.fromarray(pixels).save(tmp_path / "hole.png")
    assert read_photo(tmp_path / "hole.png").tolist() == [[[255, 255, 255], [200, 0, 0], [244, 204, 204]]]


def learned(photos: PhotoSet) -> set[bytes]:
    return {photo.numpy().tobytes() for photo in photos.learn.movedim(1, -1).contiguous()}


def test_what_is_held_out_of_one_source_is_learned_from_none(tmp_path: Path) -> None:
    sets = {
        "1-first": read_photo_set(crops(tmp_path / "first", 0, 20), SetOptions(64, held_out=2, palest=0)),
        "2-second": read_photo_set(crops(tmp_path / "second", 0, 30), SetOptions(64, held_out=0, palest=0)),
    }
    held_out = {photo.tobytes() for photo in sets["1-first"].held_out}
    assert held_out <= learned(sets["2-second"])
    apart = keep_apart(sets)
    assert len(apart["2-second"].learn) == 28
    assert learned(apart["2-second"]) == learned(sets["2-second"]) - held_out
    assert apart["1-first"] is sets["1-first"]
    files = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (tmp_path / "second").iterdir()]
    kept = sorted(set(files) - set(sets["1-first"].held_out_files))
    assert apart["2-second"].learn_files == kept, "in the order of the hashes of the files, as before"


def test_a_source_that_is_named_twice_counts_twice_and_changes_nothing(tmp_path: Path) -> None:
    photos = read_photo_set(crops(tmp_path / "photos", 0, 20), SetOptions(64, held_out=2))
    sets = {"1-photos": photos, "2-photos": photos}
    assert all(apart is photos for apart in keep_apart(sets).values())


def test_a_source_of_which_all_is_held_out_of_another_is_named(tmp_path: Path) -> None:
    first = read_photo_set(crops(tmp_path / "first", 0, 20), SetOptions(64, held_out=2))
    again = PhotoSet(first.learn[:1], [], [], learn_files=first.held_out_files[:1])
    with pytest.raises(DataError, match="All photos of 2-again are held out of another source"):
        keep_apart({"1-first": first, "2-again": again})
