"""Results made elsewhere: checked, told of, accepted, and only then stored as the rest is."""

import io
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from PIL import Image

from colortest.refusal import Refused
from colortest.stimuli import lightness, rendering, services
from colortest.stimuli.models import Algorithm, Chunk, Colorization, FakesUpload, TestSet, Upload, read_stimulus
from tests.cast import colour, make_test_set
from tests.stimuli.fakes import fakes, picture, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs() -> Algorithm:
    return services.register_external(name="Theirs")


@pytest.fixture
def test_set() -> TestSet:
    return make_test_set(6)


def uploaded(algorithm: Algorithm, test_set: TestSet, files: dict[str, bytes]) -> FakesUpload:
    """Arrived and checked, as a worker does it; the task may run twice."""
    file = SimpleUploadedFile("fakes.zip", zipped(files))
    row = services.upload_fakes(algorithm=algorithm, test_set=test_set, file=file)
    for _ in range(2):
        services.work_on_fakes(fakes_id=row.pk)
    row.refresh_from_db()
    return row


def test_nothing_is_stored_before_it_is_accepted_and_then_once(theirs: Algorithm, test_set: TestSet) -> None:
    row = uploaded(theirs, test_set, fakes(5, folder="results/"))
    assert row.status == "CHECKED"
    assert len(row.told["matched"]) == 5
    assert len(row.told["missing"]) == 1
    assert not Colorization.objects.exists()
    for _ in range(2):
        services.accept_fakes(fakes=row)
        services.work_on_fakes(fakes_id=row.pk)
    row.refresh_from_db()
    assert row.status == "STORED"
    assert Colorization.objects.ready().count() == 5
    assert not Upload.objects.exists()
    assert not Chunk.objects.exists()


def test_what_is_stored_is_shown_as_every_other_colorization(theirs: Algorithm, test_set: TestSet) -> None:
    row = uploaded(theirs, test_set, fakes(1))
    services.accept_fakes(fakes=row)
    services.work_on_fakes(fakes_id=row.pk)
    made = Colorization.objects.select_related("photo").get()
    shown, photo = (rendering.stored(read_stimulus(file)) for file in (made.file, made.photo.file))
    seed = bytes.fromhex(made.photo.sha256)
    levels = [lightness.levels(np.asarray(image), seed) for image in (shown, photo)]
    assert np.mean(levels[0] == levels[1]) > 0.99
    assert made.psnr
    assert made.milliseconds is None
    assert made.lightness_change == row.told["matched"][0]["change"]
    assert Colorization.objects.relit().count() == 1  # red and blue have changed places


def test_each_file_that_cannot_be_used_has_its_sentence(theirs: Algorithm, test_set: TestSet) -> None:
    files = fakes(3)
    first, second, third = files
    files[second] = picture(Image.new("RGB", (100, 90)))
    files[third] = b"no picture"
    row = uploaded(theirs, test_set, {**files, "moon.png": files[first], "notes.txt": b"words"})
    told = dict(row.told["refused"])
    assert [one["file"] for one in row.told["matched"]] == [first]
    assert told[second] == "It has 100 × 90 pixels; it needs 256 × 256."
    assert "not a photo in a format" in told[third]
    assert told["moon.png"] == "No photo of the test set has this name."
    assert "It is not a photo" in told["notes.txt"]
    assert len(row.told["missing"]) == 5


def test_a_colorization_that_is_there_stays(theirs: Algorithm, test_set: TestSet) -> None:
    colour(test_set, theirs)
    row = uploaded(theirs, test_set, fakes(6))
    assert {reason for _, reason in row.told["refused"]} == {
        "There is a colorization of this photo already, which studies may have shown: it stays."
    }
    with pytest.raises(Refused, match="none of its files"):
        services.accept_fakes(fakes=row)


def test_what_was_asked_of_it_in_vain_is_made_good(theirs: Algorithm, test_set: TestSet) -> None:
    services.request_colorizations(photos=test_set.photos.all(), algorithm=theirs)
    services.fail_colorizations(colorizations=Colorization.objects.all()[:3], reason="It is not made here.")
    row = uploaded(theirs, test_set, fakes(6))
    services.accept_fakes(fakes=row)
    services.work_on_fakes(fakes_id=row.pk)
    assert Colorization.objects.ready().count() == 6


def test_a_file_that_is_no_zip_is_told_and_can_be_thrown_away(theirs: Algorithm, test_set: TestSet) -> None:
    row = services.upload_fakes(algorithm=theirs, test_set=test_set, file=SimpleUploadedFile("a.zip", b"PK no zip"))
    services.work_on_fakes(fakes_id=row.pk)
    row.refresh_from_db()
    assert (row.status, row.problem) == ("CHECKED", "It is no folder, and no zip that can be read: make the zip again.")
    services.discard_fakes(fakes=row)
    assert not Upload.objects.exists()


def test_a_test_set_goes_with_the_fakes_that_are_on_their_way(theirs: Algorithm, test_set: TestSet) -> None:
    uploaded(theirs, test_set, fakes(1))
    services.delete_test_set(test_set=test_set)
    assert not Upload.objects.exists()


def test_only_what_is_made_elsewhere_takes_fakes(test_set: TestSet) -> None:
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    with pytest.raises(Refused, match="makes its colorizations here"):
        services.upload_fakes(algorithm=grey, test_set=test_set, file=SimpleUploadedFile("a.zip", b"x"))


def test_accepted_test_sets_are_not_asked_of_who_makes_elsewhere(theirs: Algorithm, test_set: TestSet) -> None:
    services.colorize_with_all(test_set=test_set)
    assert not Colorization.objects.exists()


def test_the_command_does_the_same_from_a_folder(test_set: TestSet, tmp_path: Path) -> None:
    for name, data in fakes(6, ending=".jpg").items():
        (tmp_path / name).write_bytes(data)
    said, warned = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="--register NAME makes one"):
        call_command("import_colorizations", "theirs", "photographs", tmp_path)
    options = {"register": "Theirs", "stdout": said, "stderr": warned}
    call_command("import_colorizations", "theirs", "photographs", tmp_path, check=True, **options)
    assert not Colorization.objects.exists()
    call_command("import_colorizations", "theirs", "photographs", tmp_path, **options)
    assert "6 can be stored, 0 not used, 0 photos without one.\n6 stored" in said.getvalue()
    assert "its lightness is another by" in warned.getvalue()
    assert Colorization.objects.ready().count() == 6
