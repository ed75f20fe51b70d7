"""Test sets, algorithms and the requests for colorizations."""

import json
import zipfile
from math import nan
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from PIL import Image

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet
from tests.cast import make_test_set, photographs

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four photographs in two splits, a twin of one, a text file named .jpg, and one that is cut off."""
    for number, (_, name, image) in enumerate(photographs(4)):
        place = tmp_path / "set" / ("train" if number % 2 else "test")
        place.mkdir(parents=True, exist_ok=True)
        image.save(place / name.rsplit("/")[-1])
    one = next((tmp_path / "set" / "test").iterdir())
    (tmp_path / "set" / "test" / "twin.png").write_bytes(one.read_bytes())
    (tmp_path / "set" / "test" / "words.jpg").write_text("I am not a picture")
    (tmp_path / "set" / "train" / "cut.png").write_bytes(one.read_bytes()[:2000])
    return tmp_path / "set"


def zipped(folder: Path) -> Path:
    archive = folder.parent / "set.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in sorted(folder.rglob("*.*")):
            target.write(file, file.relative_to(folder))
    return archive


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_good_photos_are_kept_and_bad_ones_named_with_their_reason(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_test_set", folder if kind == "folder" else zipped(folder), name="Mixed")
    test_set = TestSet.objects.get(slug="mixed")
    assert test_set.status == TestSet.Status.READY
    assert test_set.photos.split_counts() == {"test": 2, "train": 2}
    reasons = {file.name: file.told for file in test_set.imported_files.left_out()}
    assert len(reasons) == 3
    assert "the same picture as" in next(reason for name, reason in reasons.items() if "twin" in name)
    assert all(reasons[name] for name in reasons)
    printed = capsys.readouterr()
    assert "3 not kept" in printed.out
    assert "words.jpg" in printed.err


def test_stored_photos_are_256_pixels_under_names_that_tell_nothing(folder: Path) -> None:
    call_command("import_test_set", folder, name="Mixed")
    for photo in Photo.objects.all():
        with photo.file.open("rb") as file:
            image = Image.open(file)
            assert (image.size, image.format, image.mode) == ((256, 256), "WEBP", "RGB")
        assert photo.byte_count == photo.file.size
        stem = Path(photo.name).stem
        assert stem not in photo.file.name
        assert photo.split not in photo.file.name


def test_splits_can_be_named_on_the_command_line(folder: Path) -> None:
    call_command("import_test_set", folder, name="Named", split=["new=test", "old=train"])
    assert TestSet.objects.get(slug="named").photos.split_counts() == {"new": 2, "old": 2}
    call_command("import_test_set", folder / "train", name="One", split=["new=."])
    assert TestSet.objects.get(slug="one").photos.split_counts() == {"new": 2}


def test_nothing_is_left_of_an_import_that_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 this is no zip")
    for path in (tmp_path / "broken.zip", tmp_path / "missing"):
        with pytest.raises(CommandError, match="Nothing was imported"):
            call_command("import_test_set", path, name="Nothing")
    assert not TestSet.objects.exists()


def test_a_split_without_a_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--split takes NAME=FOLDER"):
        call_command("import_test_set", tmp_path, split=["test"])


def test_a_hundred_megapixels_are_refused_by_name(tmp_path: Path) -> None:
    Image.new("1", (10_000, 10_000)).save(tmp_path / "bomb.png")
    photographs(1)[0][2].save(tmp_path / "good.png")
    call_command("import_test_set", tmp_path, name="Bomb")
    test_set = TestSet.objects.get(slug="bomb")
    assert test_set.photos.count() == 1
    (bomb,) = test_set.imported_files.left_out()
    assert bomb.name == "bomb.png"
    assert "100.0 megapixels" in bomb.reason


def test_a_second_test_set_of_the_same_name_is_refused() -> None:
    make_test_set(2)
    with pytest.raises(Refused, match="already a test set"):
        services.create_test_set(name="photographs")


def test_asking_twice_for_colorizations_makes_one_row_each() -> None:
    test_set = make_test_set(4)
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    asked = [services.request_colorizations(photos=test_set.photos.all(), algorithm=grey) for _ in range(2)]
    assert asked == [4, 0]
    assert Colorization.objects.pending().count() == 4


def test_asking_rings_only_once_the_rows_are_committed(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("colortest.jobs._send", lambda name, kwargs, *_: rung.append(name))
    test_set = make_test_set(2)
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
        assert rung == []
    assert rung == ["colorize"]


def write_checkpoint(folder: Path, *, weights: bytes = b"weights", **summary: object) -> None:
    (folder / "mine.safetensors").write_bytes(weights)
    whole = {"network": {"encoder": "resnet18"}, "training": {"steps": 1}, **summary}
    (folder / "mine.json").write_text(json.dumps(whole))


def test_a_checkpoint_registers_once_with_its_summary(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    with override_settings(CHECKPOINT_DIR=tmp_path):
        first, again = (
            services.register_checkpoint(slug="mine", name="Mine", file_name="mine.safetensors") for _ in range(2)
        )
    assert first == again
    assert Algorithm.objects.get().training == {"steps": 1}


def test_a_checkpoint_may_have_numbers_that_are_none(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, training={"evaluations": {"grey photos": {"colourfulness_ratio": nan}}})
    with override_settings(CHECKPOINT_DIR=tmp_path):
        services.register_checkpoint(slug="mine", name="Mine", file_name="mine.safetensors")
    assert Algorithm.objects.get().training == {"evaluations": {"grey photos": {"colourfulness_ratio": None}}}


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "mine.safetensors").unlink(), "There is no mine.safetensors"),
        (lambda folder: (folder / "mine.json").unlink(), "There is no mine.json"),
        (lambda folder: (folder / "mine.json").write_text("{"), "does not describe a network"),
        (lambda folder: write_checkpoint(folder, sha256="0" * 64), "is not the file that mine.json describes"),
    ],
)
def test_a_bad_checkpoint_is_refused_in_words(tmp_path: Path, spoil: object, sentence: str) -> None:
    write_checkpoint(tmp_path)
    spoil(tmp_path)  # type: ignore[operator]
    with override_settings(CHECKPOINT_DIR=tmp_path), pytest.raises(CommandError, match=sentence):
        call_command("register_algorithms", checkpoint="mine.safetensors")
    assert not Algorithm.objects.exists()


def test_a_checkpoint_outside_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not the name of a .safetensors file"):
        services.checkpoint_path("../../etc/passwd")


def test_another_file_under_the_same_slug_is_refused(tmp_path: Path) -> None:
    with override_settings(CHECKPOINT_DIR=tmp_path):
        write_checkpoint(tmp_path)
        services.register_checkpoint(slug="mine", name="Mine", file_name="mine.safetensors")
        write_checkpoint(tmp_path, weights=b"other weights")
        with pytest.raises(Refused, match="something else"):
            services.register_checkpoint(slug="mine", name="Mine", file_name="mine.safetensors")


def test_one_file_is_one_algorithm(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    with override_settings(CHECKPOINT_DIR=tmp_path):
        services.register_checkpoint(slug="mine", name="Mine", file_name="mine.safetensors")
        with pytest.raises(Refused, match="is registered already, as “Mine”"):
            services.register_checkpoint(slug="again", name="Again", file_name="mine.safetensors")
