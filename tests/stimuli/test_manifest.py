"""Splits from a table: `file,split,…`, among the photos or beside them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colortest.stimuli.archive import BadArchive, Entry, Limits, Problem, read_manifest, walk
from tests.stimuli.test_archive import make_folder, make_zip, problems_of, splits_of

TABLE = b"file,split,note\ntrain/a.jpg,easy,x\nb.jpg,hard,\n"
FILES = dict.fromkeys(["train/a.jpg", "b.jpg"], b"x")


def read(data: bytes) -> dict[str, str]:
    return read_manifest(data, most=100, longest_split=50)


def place(kind: str, folder: Path, files: Mapping[str, bytes]) -> Path:
    return make_zip(folder / "set.zip", files) if kind == "zip" else make_folder(folder / "set", files)


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("top", ["", "set/"])
def test_a_manifest_among_the_photos_says_the_splits(tmp_path: Path, kind: str, top: str) -> None:
    files = {f"{top}{name}": data for name, data in {**FILES, "manifest.csv": TABLE}.items()}
    assert splits_of(place(kind, tmp_path, files)) == {f"{top}train/a.jpg": "easy", f"{top}b.jpg": "hard"}
    assert problems_of(tmp_path / ("set.zip" if kind == "zip" else "set")) == {}


@pytest.mark.parametrize("top", ["", "holiday/"])
def test_a_manifest_beside_them_need_not_name_the_folder_that_all_lie_in(tmp_path: Path, top: str) -> None:
    path = make_zip(tmp_path / "set.zip", {f"{top}{name}": data for name, data in FILES.items()})
    assert splits_of(path, manifest=TABLE) == {f"{top}train/a.jpg": "easy", f"{top}b.jpg": "hard"}


def test_the_one_beside_them_and_the_word_of_the_admin_come_first(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "set.zip", {**FILES, "manifest.csv": TABLE})
    assert set(splits_of(path, manifest=TABLE.replace(b"easy", b"new")).values()) == {"new", "hard"}
    assert set(splits_of(path, split="val").values()) == {"val"}


def test_photos_without_a_line_and_lines_without_a_photo_are_named(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "set.zip", {"b.jpg": b"x", "c.jpg": b"x", "notes.txt": b"x", "manifest.csv": TABLE})
    problems = problems_of(path)
    assert problems["c.jpg"] == "The manifest does not name it: add a line for it."
    assert problems["train/a.jpg"] == "The manifest names it, and it is not in the upload."
    assert "not a photo" in problems["notes.txt"]
    assert splits_of(path) == {"b.jpg": "hard"}


def test_a_manifest_that_is_not_read_is_told_of(tmp_path: Path) -> None:
    path = make_zip(
        tmp_path / "set.zip", {**FILES, "manifest.csv": TABLE, "train/manifest.csv": b"file,split\na.jpg,x\n"}
    )
    assert splits_of(path) == {"train/a.jpg": "easy", "b.jpg": "hard"}
    unread = "Another manifest says the splits: this one is not read."
    assert problems_of(path) == {"train/manifest.csv": unread}
    assert problems_of(path, manifest=TABLE) == {"manifest.csv": unread, "train/manifest.csv": unread}


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_what_spreadsheets_make_of_it_is_read(sign: str) -> None:
    text = f'\ufeffSplit {sign}FILE\r\nhard{sign}.\\b.jpg\r\n\r\n easy {sign}"train/a{sign}1.jpg"\r\n'
    assert read(text.encode()) == {"b.jpg": "hard", f"train/a{sign}1.jpg": "easy"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "names no columns"),
        (b"name,group\na,b\n", "names no columns"),
        (b"file,split\na.jpg\n", "Line 2 of the manifest has no split"),
        (b"file,split\n,x\n", "Line 2 of the manifest has no file"),
        (b"file,split\na.jpg,x\na.jpg,y\n", "Line 3 of the manifest names a.jpg again"),
        (b"file,split\na.jpg," + b"x" * 51, "a split of more than 50 characters"),
        (b"file,split\n\xff,x\n", "not text in UTF-8"),
        (b"file,split\n" + b"a" * 200_000 + b",x\n", "not a CSV that can be read"),
    ],
)
def test_what_is_no_such_table_is_refused_with_the_line(data: bytes, sentence: str) -> None:
    with pytest.raises(BadArchive, match=sentence):
        read(data)


def test_a_manifest_without_end_is_refused() -> None:
    rows = "\n".join(f"{number}.jpg,x" for number in range(101))
    with pytest.raises(BadArchive, match="more than 100 lines"):
        read(f"file,split\n{rows}".encode())


def test_a_manifest_that_cannot_be_used_refuses_the_whole(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="names no columns"):
        walk(make_zip(tmp_path / "set.zip", {**FILES, "manifest.csv": b"nothing"}))
    long = b"file,split\n" + b"x" * 3000
    found = list(
        walk(make_zip(tmp_path / "set.zip", {**FILES, "manifest.csv": long}), limits=Limits(max_file_bytes=2999))
    )
    assert [one.name for one in found if isinstance(one, Entry)] == ["b.jpg", "train/a.jpg"]
    assert [one.name for one in found if isinstance(one, Problem)] == ["manifest.csv"]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_one_sentence(data: bytes) -> None:
    for head in (b"", b"file,split\n"):
        assert outcome(head + data)


def outcome(data: bytes) -> bool:
    try:
        return all(file and split for file, split in read(data).items())
    except BadArchive as refusal:
        return str(refusal).endswith(".")
