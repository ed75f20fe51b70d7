"""Folders and zips that people send: what is taken, into which split, and what is refused with which sentence."""

import os
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from colortest.stimuli.archive import BadArchive, BadEntry, Entry, Limits, Problem, walk
from colortest.stimuli.archive.splits import splits_by_folder

NOISE = os.urandom(3000)


def make_zip(path: Path, files: Mapping[str | ZipInfo, bytes], compression: int = ZIP_STORED) -> Path:
    with ZipFile(path, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def make_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


@pytest.fixture(params=["folder", "zip"])
def make(request: pytest.FixtureRequest, tmp_path: Path):
    """Makes a folder or a zip of files: what holds for one holds for the other."""

    def made(files: Mapping[str, bytes]) -> Path:
        if request.param == "zip":
            return make_zip(tmp_path / "set.zip", files)
        return make_folder(tmp_path / "set", files)

    return made


def splits_of(path: Path, **options: object) -> dict[str, str]:
    return {one.name: one.split for one in walk(path, **options) if isinstance(one, Entry)}


def problems_of(path: Path, **options: object) -> dict[str, str]:
    return {one.name: one.reason for one in walk(path, **options) if isinstance(one, Problem)}


def only_problem(path: Path, **options: object) -> str:
    (problem,) = walk(path, **options)
    assert isinstance(problem, Problem)
    return problem.reason


# What is taken


def test_every_photo_comes_with_its_bytes_sorted_by_name(make):
    path = make({"test/b.png": b"two", "train/c.JPEG": b"three", "test/a.jpg": b"one"})
    assert [(e.name, e.split, e.read()) for e in walk(path)] == [
        ("test/a.jpg", "test", b"one"),
        ("test/b.png", "test", b"two"),
        ("train/c.JPEG", "train", b"three"),
    ]


def test_an_entry_can_be_read_after_the_walk_is_over(make):
    entries = list(walk(make({f"{number}.png": bytes([number]) for number in range(9)})))
    assert [entry.read() for entry in reversed(entries)] == [bytes([number]) for number in reversed(range(9))]


def test_what_systems_leave_behind_is_passed_over_in_silence(make):
    left = ["__MACOSX/._a.jpg", ".DS_Store", "train/.DS_Store", "Thumbs.db", "train/desktop.ini", ".git/x.png"]
    path = make(dict.fromkeys([*left, "train/a.jpg"], b"x"))
    assert [one.name for one in walk(path)] == ["train/a.jpg"]


@pytest.mark.parametrize("name", ["notes.txt", "labels.csv", "meta.json", "LICENSE", "README.md"])
def test_a_file_that_is_no_photo_is_named(make, name: str):
    path = make({"train/a.jpg": b"x", f"train/{name}": b"x"})
    assert "not a photo" in problems_of(path)[f"train/{name}"]
    assert splits_of(path) == {"train/a.jpg": "train"}


# Which split


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["a.jpg", "b.jpg"], ["test", "test"]),
        (["train/a.jpg", "test/a.jpg"], ["train", "test"]),
        (["set/train/a.jpg", "set/test/a.jpg"], ["train", "test"]),
        (["set/train/cat/a.jpg", "set/test/dog/a.jpg"], ["train", "test"]),
        (["train/a.jpg"], ["train"]),
        (["my/set/train/cat/a.jpg", "my/set/train/dog/b.jpg"], ["train", "train"]),
        (["Train/a.jpg", "TEST/b.jpg"], ["train", "test"]),
        (["photos/a.jpg", "photos/b.jpg"], ["test", "test"]),
        (["easy/a.jpg", "hard/b.jpg", "hard/deep/c.jpg"], ["easy", "hard", "hard"]),
        (["train/a.jpg", "b.jpg"], ["train", "test"]),
        (["set/easy/a.jpg", "set/hard/a.jpg", "set/c.jpg", "d.jpg"], ["easy", "hard", "test", "test"]),
    ],
)
def test_folders_are_the_splits(names: list[str], splits: list[str]):
    assert splits_by_folder(names) == dict(zip(names, splits, strict=True))


def test_files_that_are_no_photos_do_not_change_the_splits(make):
    path = make({"set/train/a.jpg": b"x", "set/test/b.jpg": b"x", "set/docs/readme.txt": b"x", "index.csv": b"x"})
    assert splits_of(path) == {"set/train/a.jpg": "train", "set/test/b.jpg": "test"}


FILES = dict.fromkeys(["photos/test/a.jpg", "photos/test/deep/b.jpg", "photos/train/c.jpg", "other/d.jpg"], b"x")


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"test": "photos/test"}, {"photos/test/a.jpg": "test", "photos/test/deep/b.jpg": "test"}),
        ({"mine": "./other/"}, {"other/d.jpg": "mine"}),
        ({"x": "photos/t*/*.jpg"}, {"photos/test/a.jpg": "x", "photos/train/c.jpg": "x"}),
        ({"x": "**/deep"}, {"photos/test/deep/b.jpg": "x"}),
        ({"test": "."}, dict.fromkeys(FILES, "test")),
    ],
)
def test_splits_can_be_places_given_by_the_caller(make, places: dict[str, str], expected: dict[str, str]):
    assert splits_of(make(FILES), splits=places) == expected


def test_a_photo_in_the_places_of_two_splits_goes_into_neither(make):
    path = make(FILES)
    problems = problems_of(path, splits={"all": ".", "train": "photos/train"})
    assert "two splits, all and train" in problems["photos/train/c.jpg"]
    assert len(splits_of(path, splits={"all": ".", "train": "photos/train"})) == 3


def test_a_split_without_a_photo_is_refused_by_name(make):
    with pytest.raises(BadArchive, match="no photo for the split val in photos/val"):
        walk(make(FILES), splits={"test": "photos/test", "val": "photos/val"})


def test_a_folder_too_long_to_name_a_split_is_a_problem(make):
    path = make({f"{'x' * 51}/a.jpg": b"x", "test/b.jpg": b"x"})
    assert "more than 50 characters" in problems_of(path)[f"{'x' * 51}/a.jpg"]


# The whole thing is refused


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(BadArchive, match="No such file or directory"):
        walk(tmp_path / "nowhere")


def test_something_that_is_neither_file_nor_folder_is_refused_without_waiting_for_it(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadArchive, match="neither a folder nor a zip"):
        walk(tmp_path / "pipe")


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04 and then nothing", b"PK\x05\x06" + bytes(17)])
def test_a_file_that_is_no_zip_is_refused(tmp_path: Path, data: bytes):
    (tmp_path / "set.zip").write_bytes(data)
    with pytest.raises(BadArchive, match="no zip that can be read"):
        walk(tmp_path / "set.zip")


def test_a_zip_cut_short_is_refused(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {"a.jpg": NOISE})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadArchive, match="no zip that can be read"):
        walk(path)


def test_nothing_at_all_is_refused(make):
    with pytest.raises(BadArchive, match="nothing in it"):
        walk(make({".DS_Store": b"x"}))


def test_too_many_files_are_refused(make):
    path = make({f"{number}.jpg": b"x" for number in range(5)})
    assert len(list(walk(path, limits=Limits(max_files=5)))) == 5
    with pytest.raises(BadArchive, match="more than 4 files"):
        walk(path, limits=Limits(max_files=4))


def test_a_zip_with_a_list_out_of_all_proportion_is_refused_before_the_list_is_read(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {f"{number}.jpg": b"" for number in range(100)})
    with pytest.raises(BadArchive, match="lists too many files"):
        walk(path, limits=Limits(max_files=4))


def test_more_bytes_than_the_limit_in_total_are_refused(make):
    path = make({"a.jpg": NOISE, "b.jpg": NOISE})
    assert len(list(walk(path, limits=Limits(max_total_bytes=6000)))) == 2
    with pytest.raises(BadArchive, match="GiB, the limit is"):
        walk(path, limits=Limits(max_total_bytes=5999))


# One file is refused, the others are kept


def test_a_file_over_the_limit_is_a_problem_and_the_others_are_kept(make):
    path = make({"a.jpg": NOISE, "b.jpg": b"x"})
    limits = Limits(max_file_bytes=2999)
    assert "the limit is" in problems_of(path, limits=limits)["a.jpg"]
    assert list(splits_of(path, limits=limits)) == ["b.jpg"]


def test_a_file_that_grew_is_not_read_beyond_the_limit(tmp_path: Path):
    path = make_folder(tmp_path / "set", {"a.jpg": b"x"})
    (entry,) = walk(path, limits=Limits(max_file_bytes=2999))
    (path / "a.jpg").write_bytes(NOISE)
    with pytest.raises(BadEntry, match="the limit is"):
        entry.read()


def test_a_file_that_vanished_is_a_bad_entry(tmp_path: Path):
    path = make_folder(tmp_path / "set", {"a.jpg": b"x"})
    (entry,) = walk(path)
    (path / "a.jpg").unlink()
    with pytest.raises(BadEntry, match="No such file"):
        entry.read()


def test_a_name_too_long_to_keep_is_a_problem(make):
    name = "/".join(["x" * 100] * 3) + ".jpg"
    (problem,) = walk(make({name: b"x"}))
    assert "more than 255 characters" in problem.reason
    assert len(problem.name) <= 255


def test_a_name_of_ten_thousand_characters_is_a_problem_with_a_name_to_read(tmp_path: Path):
    (problem,) = walk(make_zip(tmp_path / "set.zip", {"ü" * 10_000 + ".jpg": b"x"}))
    assert "more than 255 characters" in problem.reason
    assert len(problem.name) == 255


@pytest.mark.parametrize(("one", "other"), [("test/a.jpg", "test/A.JPG"), ("é.png", "e\u0301.png"), ("ß.png", "ẞ.png")])
def test_names_that_differ_in_capitals_or_spelling_alone_are_taken_once(make, one: str, other: str):
    path = make({one: b"one", other: b"two"})
    assert len(splits_of(path)) == 1
    assert list(problems_of(path).values()) == ["Another file has the same name but for capitals: rename one."]


def test_names_in_any_script_are_taken_as_they_are(make):
    names = ["日本/写真.jpg", "Ελλάδα/φωτο.jpg", "עברית/תמונה.jpg", "👩‍🔬/🌉.jpg"]
    assert set(splits_of(make(dict.fromkeys(names, b"x")))) == set(names)


@pytest.mark.parametrize("sign", ["\n", "\x1b[2J", "\u202e", "\u2066"])
def test_signs_that_a_terminal_or_a_page_obeys_are_no_name(make, sign: str):
    (problem,) = walk(make({f"a{sign}gpj.jpg": b"x"}))
    assert problem.reason == "Its name is not valid text: rename it."
    assert sign[0] not in problem.name


@pytest.mark.parametrize("name", ["a.heic", "a.HEIF"])
def test_photos_of_phones_that_cannot_be_read_get_their_own_sentence(make, name: str):
    assert only_problem(make({name: b"x"})) == "HEIC photos cannot be read here: export it as JPEG."


@pytest.mark.parametrize("name", ["more.zip", "more.tar.gz", "photos.7z"])
def test_an_archive_inside_is_not_opened(make, name: str):
    assert "unpack it first" in only_problem(make({name: b"x"}))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../a.jpg", "leads out of the zip"),
        ("x/../../a.jpg", "leads out of the zip"),
        ("..\\a.jpg", "leads out of the zip"),
        ("/etc/a.jpg", "begins at the root of a disk"),
        ("\\\\host\\a.jpg", "begins at the root of a disk"),
        ("C:/a.jpg", "begins with a drive of Windows"),
        ("c:\\a.jpg", "begins with a drive of Windows"),
    ],
)
def test_a_zip_path_that_leads_out_is_a_problem(tmp_path: Path, name: str, sentence: str):
    told = only_problem(make_zip(tmp_path / "set.zip", {name: b"x"}))
    assert told == f"Its path {sentence}: make the zip again from inside the folder."


def test_paths_with_backslashes_have_folders_too(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {"train\\a.jpg": b"x", "test\\b.jpg": b"x"})
    assert splits_of(path) == {"train/a.jpg": "train", "test/b.jpg": "test"}


@pytest.mark.parametrize(("mode", "reason"), [(0o120777, "It is a link"), (0o010644, "not an ordinary file")])
def test_links_and_devices_in_a_zip_are_problems(tmp_path: Path, mode: int, reason: str):
    info = ZipInfo("a.jpg")
    info.create_system, info.external_attr = 3, mode << 16
    assert reason in only_problem(make_zip(tmp_path / "set.zip", {info: b"/etc/passwd"}))


def test_a_protected_file_is_a_problem(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {"a.jpg": NOISE})
    set_in_list(path, offset=8, value=struct.pack("<H", 1))
    assert "protected by a password" in only_problem(path)


def test_a_method_that_unpacks_without_bound_is_a_problem(tmp_path: Path):
    assert "usual method" in only_problem(make_zip(tmp_path / "set.zip", {"a.jpg": NOISE}, ZIP_BZIP2))


def test_a_file_that_swells_a_thousandfold_is_a_problem(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {"a.bmp": bytes(10**6), "b.jpg": NOISE}, ZIP_DEFLATED)
    assert "200 times its size" in problems_of(path)["a.bmp"]
    assert list(splits_of(path)) == ["b.jpg"]


def test_a_name_that_is_there_twice_is_taken_once(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {ZipInfo("a.jpg"): b"one", ZipInfo("a.jpg"): b"two"})
    entry, problem = walk(path)
    assert entry.read() == b"one"
    assert "twice" in problem.reason


def test_a_damaged_file_is_a_bad_entry_and_the_others_can_be_read(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {"a.jpg": NOISE, "b.jpg": b"fine"})
    data = path.read_bytes()
    path.write_bytes(data.replace(NOISE[100:110], bytes(10)))
    bad, good = walk(path)
    with pytest.raises(BadEntry, match="damaged inside the zip"):
        bad.read()
    assert good.read() == b"fine"


def test_a_file_that_claims_to_be_smaller_than_it_is_gives_no_more_than_it_claims(tmp_path: Path):
    path = make_zip(tmp_path / "set.zip", {"a.jpg": bytes(10**6)}, ZIP_DEFLATED)
    set_in_list(path, offset=24, value=struct.pack("<I", 1000))
    (entry,) = walk(path)
    with pytest.raises(BadEntry, match="damaged inside the zip"):
        entry.read()


def set_in_list(path: Path, *, offset: int, value: bytes) -> None:
    """Change a field of the first file in the zip's list of files: what a zip claims, not what it holds."""
    data = bytearray(path.read_bytes())
    start = data.index(b"PK\x01\x02") + offset
    data[start : start + len(value)] = value
    path.write_bytes(data)


# Links on disk


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "outside", {"secret.jpg": b"secret"})


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, outside: Path):
    path = make_folder(tmp_path / "set", {"a.jpg": b"x"})
    (path / "b.jpg").symlink_to(outside / "secret.jpg")
    assert "leads out of the folder" in problems_of(path)["b.jpg"]
    assert list(splits_of(path)) == ["a.jpg"]


def test_a_link_to_a_folder_is_refused(tmp_path: Path, outside: Path):
    path = make_folder(tmp_path / "set", {"a.jpg": b"x"})
    (path / "more").symlink_to(outside)
    assert "link to a folder is not followed" in problems_of(path)["more"]
    assert list(splits_of(path)) == ["a.jpg"]


def test_a_link_inside_the_folder_is_followed(tmp_path: Path):
    path = make_folder(tmp_path / "set", {"a.jpg": b"x"})
    (path / "b.jpg").symlink_to("a.jpg")
    assert [entry.read() for entry in walk(path)] == [b"x", b"x"]


@pytest.mark.parametrize("target", ["nowhere.jpg", "b.jpg"])
def test_a_link_to_nowhere_or_to_itself_is_a_problem(tmp_path: Path, target: str):
    path = make_folder(tmp_path / "set", {"a.jpg": b"x"})
    (path / "b.jpg").symlink_to(target)
    assert "leads nowhere" in problems_of(path)["b.jpg"]


def test_a_pipe_named_like_a_photo_is_a_problem(tmp_path: Path):
    (tmp_path / "set").mkdir()
    os.mkfifo(tmp_path / "set" / "a.jpg")
    assert "not an ordinary file" in only_problem(tmp_path / "set")


def test_a_name_that_is_no_text_is_a_problem_that_any_page_can_show(tmp_path: Path):
    (tmp_path / "set").mkdir()
    Path(os.fsdecode(bytes(tmp_path / "set") + b"/\xff.jpg")).write_bytes(b"x")
    (problem,) = walk(tmp_path / "set")
    assert problem == Problem("?.jpg", "Its name is not valid text: rename it.")
