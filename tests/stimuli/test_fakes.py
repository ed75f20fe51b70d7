"""Results made elsewhere: checked, told of, accepted, and only then stored as the rest is."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client, override_settings
from django.utils import timezone
from PIL import Image

from colortest.refusal import Refused
from colortest.stimuli import lightness, rendering, services
from colortest.stimuli.models import Algorithm, Chunk, Colorization, FakesUpload, TestSet, Upload, read_stimulus
from colortest.stimuli.services import importing, uploads
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
    row = services.upload_fakes(algorithm=algorithm, test_set=test_set, upload=file)
    for _ in range(2):
        services.work_on_fakes(fakes_id=row.pk)
    row.refresh_from_db()
    return row


def test_nothing_is_stored_before_it_is_accepted_and_then_once(theirs: Algorithm, test_set: TestSet) -> None:
    row = uploaded(theirs, test_set, fakes(5, folder="results/"))
    assert row.status == "CHECKED"
    assert row.files.matched().count() == 5
    assert row.photos_without_one().count() == 1
    assert not Colorization.objects.exists()
    for _ in range(2):
        services.accept_fakes(fakes=row)
        services.work_on_fakes(fakes_id=row.pk)
    row.refresh_from_db()
    assert row.stored
    assert row.files.stored().count() == 5
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
    assert made.lightness_change == row.files.get().lightness_change
    assert Colorization.objects.relit().count() == 1  # red and blue have changed places


def test_each_file_that_cannot_be_used_has_its_sentence(theirs: Algorithm, test_set: TestSet) -> None:
    files = fakes(3)
    first, second, third = files
    files[second] = picture(Image.new("RGB", (100, 90)))
    files[third] = b"no picture"
    row = uploaded(theirs, test_set, {**files, "moon.png": files[first], "notes.txt": b"words"})
    told = dict(row.files.refused().values_list("name", "reason"))
    assert row.files.matched().get().name == first
    assert told[second] == "It has 100 × 90 pixels; it needs 256 × 256."
    assert "not a photo in a format" in told[third]
    assert told["moon.png"] == "No photo of the test set has this name."
    assert "It is not a photo" in told["notes.txt"]
    assert row.photos_without_one().count() == 5


def test_a_colorization_that_is_there_stays(theirs: Algorithm, test_set: TestSet) -> None:
    colour(test_set, theirs)
    row = uploaded(theirs, test_set, fakes(6))
    assert set(row.files.refused().values_list("reason", flat=True)) == {
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
    row = services.upload_fakes(algorithm=theirs, test_set=test_set, upload=SimpleUploadedFile("a.zip", b"PK no zip"))
    services.work_on_fakes(fakes_id=row.pk)
    row.refresh_from_db()
    (file,) = row.files.refused()
    told = ("CHECKED", "the upload", "It is no folder, and no zip that can be read: make the zip again.")
    assert (row.status, file.name, file.reason) == told
    services.discard_fakes(fakes=row)
    assert not Upload.objects.exists()


def test_a_test_set_goes_with_the_fakes_that_are_on_their_way(theirs: Algorithm, test_set: TestSet) -> None:
    uploaded(theirs, test_set, fakes(1))
    services.delete_test_set(test_set=test_set)
    assert not Upload.objects.exists()


def test_only_what_is_made_elsewhere_takes_fakes(test_set: TestSet) -> None:
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    with pytest.raises(Refused, match="makes its colorizations here"):
        services.upload_fakes(algorithm=grey, test_set=test_set, upload=SimpleUploadedFile("a.zip", b"x"))


def test_they_arrive_in_chunks_and_are_dealt_with_in_turns(
    theirs: Algorithm, test_set: TestSet, monkeypatch: pytest.MonkeyPatch, admin: Client
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("colortest.jobs._ring", lambda name, *_, **kwargs: rung.append(name))
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 2**17)
    monkeypatch.setattr(importing, "BATCH", 4)
    data = zipped(fakes(6))
    row = services.begin_fakes(algorithm=theirs, test_set=test_set, file_name="a.zip", byte_count=len(data))
    assert row.upload
    for position in reversed(range(row.upload.chunk_count)):
        assert not rung
        assert " of a.zip arrived." in admin.get(row.get_absolute_url()).content.decode()
        part = data[position * 2**17 : (position + 1) * 2**17]
        services.receive_chunk(upload=row.upload, position=position, data=part)
    with override_settings(TASK_SECONDS=0):
        services.work_on_fakes(fakes_id=row.pk)
        assert "4 of 6 files" in admin.get(row.get_absolute_url()).content.decode()
        services.work_on_fakes(fakes_id=row.pk)
        services.accept_fakes(fakes=row)
        services.work_on_fakes(fakes_id=row.pk)
        assert Colorization.objects.ready().count() == 4
        assert "4 of 6 files" in admin.get(row.get_absolute_url()).content.decode()
        services.work_on_fakes(fakes_id=row.pk)
    assert Colorization.objects.ready().count() == 6
    assert rung == ["import_fakes"] * 4, "arrived, its turn over, accepted, its turn over"


def test_of_two_uploads_of_a_photos_fake_the_first_one_stays(theirs: Algorithm, test_set: TestSet) -> None:
    first, second = uploaded(theirs, test_set, fakes(2)), uploaded(theirs, test_set, fakes(3))
    for row in (first, second):
        services.accept_fakes(fakes=row)
        services.work_on_fakes(fakes_id=row.pk)
    assert (first.files.stored().count(), second.files.stored().count()) == (2, 1)
    assert "it stays" in second.files.refused()[0].reason
    assert Colorization.objects.ready().count() == 3


def test_what_nobody_went_on_with_or_accepted_for_a_week_is_swept(theirs: Algorithm, test_set: TestSet) -> None:
    begun = services.begin_fakes(algorithm=theirs, test_set=test_set, file_name="a.zip", byte_count=99)
    checked, accepted = uploaded(theirs, test_set, fakes(1)), uploaded(theirs, test_set, fakes(2))
    services.accept_fakes(fakes=accepted)
    now = timezone.now()
    assert services.sweep_uploads(now=now + timedelta(days=6)) == 0
    assert services.sweep_uploads(now=now + timedelta(days=8)) == 2
    assert not FakesUpload.objects.filter(pk__in=[begun.pk, checked.pk]).exists()
    assert FakesUpload.objects.get().pk == accepted.pk
    assert Upload.objects.count() == 1


def test_the_report_is_a_table_too_with_every_photo_that_has_no_file(
    theirs: Algorithm, test_set: TestSet, admin: Client
) -> None:
    row = uploaded(theirs, test_set, {**fakes(5), "=moon.png": b"x"})
    reply = admin.get(f"{row.get_absolute_url()}report.csv")
    lines = list(csv.DictReader(io.StringIO(b"".join(reply.streaming_content).decode())))  # type: ignore[arg-type]
    outcomes = [line["outcome"] for line in lines]
    assert outcomes == ["refused", *["can be stored"] * 5, "missing"]
    assert lines[0]["file"] == "'=moon.png"
    assert lines[1]["photo"] in set(test_set.photos.values_list("name", flat=True))


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
    assert FakesUpload.objects.get().stored


def test_the_command_goes_on_where_it_was_stopped(
    theirs: Algorithm, test_set: TestSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fakes.zip").write_bytes(zipped(fakes(6)))
    monkeypatch.setattr(importing, "BATCH", 4)
    with monkeypatch.context() as patch:
        patch.setattr("colortest.stimuli.services.fakes._tell", interrupted)
        with pytest.raises(KeyboardInterrupt):
            call_command("import_colorizations", "theirs", "photographs", tmp_path / "fakes.zip")
    assert not Colorization.objects.exists()
    checked = list(FakesUpload.objects.get().files.values_list("pk", flat=True))
    said = io.StringIO()
    call_command("import_colorizations", "theirs", "photographs", tmp_path / "fakes.zip", stdout=said, stderr=said)
    assert list(FakesUpload.objects.get().files.values_list("pk", flat=True)) == checked
    assert Colorization.objects.ready().count() == 6


def test_a_file_that_was_renamed_since_it_was_checked_is_told_of(
    theirs: Algorithm, test_set: TestSet, tmp_path: Path
) -> None:
    files = fakes(3)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    services.import_fakes(algorithm=theirs, test_set=test_set, path=tmp_path, only_check=True)
    gone = next(iter(files))
    (tmp_path / gone).rename(tmp_path / "another.png")
    row = services.import_fakes(algorithm=theirs, test_set=test_set, path=tmp_path)
    assert (row.files.stored().count(), row.files.refused().get().name) == (2, gone)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
def test_uploads_of_the_time_before_reports_were_rows_are_checked_once_more() -> None:
    before = MigrationExecutor(connection).loader.project_state(("stimuli", "0012_unmeasured")).apps
    MigrationExecutor(connection).migrate([("stimuli", "0012_unmeasured")])
    try:
        kind = before.get_model("stimuli", "FakesUpload")
        theirs = before.get_model("stimuli", "Algorithm").objects.create(slug="theirs", name="T", kind="EXTERNAL")
        test_set = before.get_model("stimuli", "TestSet").objects.create(slug="old", name="Old", status="READY")
        facts = {"algorithm": theirs, "test_set": test_set}
        for status in ("CHECKED", "ACCEPTED", "STORED"):
            upload = before.get_model("stimuli", "Upload").objects.create(file_name="a", byte_count=1)
            kind.objects.create(**facts, status=status, upload=None if status == "STORED" else upload)
        kind.objects.filter(status="CHECKED").update(problem="No zip.")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert list(FakesUpload.objects.values_list("status", flat=True)) == ["UPLOADED", "UPLOADED"]
