"""Stored files compared with their rows, remade where that is possible, and swept where no row names them."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from colortest.celery import SWEEP_MINUTES, app
from colortest.experiment import services as experiment
from colortest.experiment.models import Participant
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Chunk, Colorization, Photo, TestSet
from colortest.stimuli.services import uploads
from colortest.stimuli.services.making import finish_colorization, write_colorization
from colortest.stimuli.services.orphans import FOLDERS, folder_of
from colortest.stimuli.services.repairing import remake_colorization
from colortest.storage import UNFINISHED
from tests.buckets import bucket_server, kept_in_a_bucket
from tests.cast import fake_colorizer, make_test_set, photographs
from tests.stimuli.fakes import fakes, zipped
from tests.worker.making import make_all

pytestmark = pytest.mark.django_db
PHOTOS = 4
DAYS = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def coloured(*, shipped: bool = False) -> TestSet:
    """By grey and by the colours of another photo, or by all that come with the site."""
    test_set = make_test_set(PHOTOS)
    if shipped:
        services.register_shipped()
    else:
        services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    services.colorize_with_all(test_set=test_set)
    make_all()
    assert not Colorization.objects.exclude(status="READY").exists()
    return test_set


def check(*options: str) -> tuple[int, str]:
    """Its exit status and what it says."""
    said = StringIO()
    try:
        call_command("check_files", *options, stdout=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def said_of(*, photos: int, colorizations: int) -> str:
    """Where all is well."""
    return (
        f"{photos} photos read. Now their colorizations …\n{photos} photos, {colorizations} colorizations "
        "and 0 parts of uploads read, 0 hashes noted, 0 files missing or damaged; 0 are made again.\n"
    )


def damage(row: Photo | Colorization | Chunk) -> None:
    path = Path(row.file.path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def remove(row: Photo | Colorization | Chunk) -> None:
    Path(row.file.path).unlink()


def test_rows_of_before_get_the_hash_of_what_is_there_and_later_damage_is_found() -> None:
    test_set = coloured()
    Colorization.objects.update(file_sha256="")
    assert check() == (
        0,
        f"{PHOTOS} photos read. Now their colorizations …\n{PHOTOS} photos, {PHOTOS} colorizations "
        f"and 0 parts of uploads read, {2 * PHOTOS} hashes noted, 0 files missing or damaged; 0 are made again.\n",
    )
    assert not Photo.objects.filter(file_sha256="").exists()
    damage(test_set.photos.earliest("pk"))
    status, said = check("--repair")
    first = test_set.photos.earliest("pk")
    assert status == 1
    assert f"Photo {first.pk}, {first.name} of “photographs”: damaged." in said


def test_a_damaged_part_of_an_upload_is_asked_for_again(
    admin: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 4)
    test_set = services.begin_test_set(name="Street", file_name="street.zip", byte_count=10)
    assert test_set.upload
    for position, part in enumerate((b"abcd", b"efgh", b"ij")):
        services.receive_chunk(upload=test_set.upload, position=position, data=part)
    assert TestSet.objects.get().status == "UPLOADED"
    damage(Chunk.objects.get(position=1))
    remove(Chunk.objects.get(position=2))
    status, said = check()
    assert status == 1
    assert "Part 2 of the upload street.zip: damaged; --repair has its page ask for it again." in said
    assert "Part 3 of the upload street.zip: missing" in said
    with django_capture_on_commit_callbacks(execute=True):
        assert check("--repair")[0] == 0
    assert TestSet.objects.get().status == "UPLOADING"
    there = admin.get(test_set.upload_url).json()["chunks"]
    assert [bool(one) for one in there] == [True, False, False]
    for position, part in ((1, b"efgh"), (2, b"ij")):
        services.receive_chunk(upload=test_set.upload, position=position, data=part)
    assert TestSet.objects.get().status == "UPLOADED"
    assert check()[0] == 0


def test_an_upload_of_which_nothing_is_there_is_not_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder may not be mounted."""
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 4)
    test_set = services.begin_test_set(name="Street", file_name="street.zip", byte_count=10)
    assert test_set.upload
    for position, part in enumerate((b"abcd", b"efgh")):
        services.receive_chunk(upload=test_set.upload, position=position, data=part)
        remove(Chunk.objects.get(position=position))
    status, said = check("--repair")
    assert (status, Chunk.objects.count()) == (1, 2)
    assert "is their folder mounted?" in said


def test_a_row_of_before_whose_file_was_cut_short_is_damaged() -> None:
    row = coloured().photos.earliest("pk")
    Path(row.file.path).write_bytes(Path(row.file.path).read_bytes()[:-1000])
    assert check()[0] == 1
    row.refresh_from_db()
    assert row.file_sha256 == ""


def test_missing_and_damaged_colorizations_come_back_the_same(django_capture_on_commit_callbacks: Any) -> None:
    coloured(shipped=True)
    check()
    before = dict(Colorization.objects.values_list("pk", "file_sha256"))
    bad = [algorithm.colorizations.earliest("pk") for algorithm in Algorithm.objects.all()]
    for row in bad:
        damage(row)
    remove(Colorization.objects.latest("pk"))
    status, said = check()
    assert (status, said.count("--repair has it made again")) == (1, 4)
    assert not Colorization.objects.pending().exists(), "it only looks"
    with django_capture_on_commit_callbacks(execute=True):
        status, said = check("--repair")
    assert (status, said.count("asked for once more")) == (0, 4)
    assert Colorization.objects.pending().count() == 4
    assert not any(default_storage.exists(str(row.file.name)) for row in bad)
    make_all()
    assert dict(Colorization.objects.values_list("pk", "file_sha256")) == before
    assert check()[0] == 0


def test_what_cannot_be_made_again_is_named_and_stays_as_it_is() -> None:
    test_set = coloured()
    photo = test_set.photos.earliest("pk")
    remove(photo)
    remove(photo.colorizations.get())
    status, said = check("--repair")
    assert status == 1
    assert "missing; its photo cannot be read either." in said
    assert not Colorization.objects.pending().exists()


def test_what_was_made_elsewhere_and_is_lost_can_be_uploaded_again(admin: Client) -> None:
    test_set, theirs = coloured(), services.register_external(name="Theirs")
    for files, damaged in ((fakes(3), True), (fakes(2), False)):
        upload = SimpleUploadedFile("fakes.zip", zipped(files))
        row = services.upload_fakes(algorithm=theirs, test_set=test_set, upload=upload)
        services.work_on_fakes(fakes_id=row.pk)
        services.accept_fakes(fakes=row)
        services.work_on_fakes(fakes_id=row.pk)
        assert theirs.colorizations.ready().count() == 3
        if damaged:
            lost = list(theirs.colorizations.order_by("pk")[:2])
            damage(lost[0])
            remove(lost[1])
            status, said = check("--repair")
            assert (status, said.count("it was made elsewhere: upload it again.")) == (1, 2)
            reasons = theirs.colorizations.failed().order_by("pk").values_list("error", flat=True)
            assert list(reasons) == [f"Its file was {what}: upload it again." for what in ("damaged", "missing")]
            assert "Its file was missing" in admin.get("/algorithms/theirs/").content.decode()
    assert check() == (0, said_of(photos=PHOTOS, colorizations=PHOTOS + 3))


def test_a_disk_that_is_not_mounted_makes_nobody_colour_everything_anew(folder: Path) -> None:
    coloured()
    (folder / "stimuli").rename(folder / "elsewhere")
    assert check("--repair")[0] == 1
    assert Colorization.objects.ready().count() == PHOTOS


def test_a_file_that_changed_its_row_meanwhile_is_left_alone() -> None:
    coloured()
    row = Colorization.objects.earliest("pk")
    Colorization.objects.filter(pk=row.pk).update(file="stimuli/00/another.webp")
    assert not remake_colorization(row=row)
    assert Colorization.objects.ready().count() == PHOTOS


def test_in_an_open_study_a_lost_fake_is_waited_for_and_shown_to_nobody_new(
    client: Client, participant: Participant
) -> None:
    trial = participant.trials.filter(kind="PRACTICE").earliest("position")
    row, design = trial.colorization, participant.study.design_hash
    check()
    remove(row)
    client.raise_request_exception = False
    address = f"/take/{participant.code}/stimuli/{trial.token}/1/"
    assert client.get(address).status_code == 500, "which the page asks for again and again"
    assert check("--repair")[0] == 0
    assert client.get(address).status_code == 500
    newcomer = experiment.admit_participant(study=participant.study)
    experiment.begin(participant=newcomer)
    assert newcomer.trials.exists()
    assert not newcomer.trials.filter(colorization=row).exists()
    make_all()
    assert client.get(address).status_code == 200
    participant.study.refresh_from_db()
    assert participant.study.design_hash == design


def old(path: Path) -> Path:
    """As it lies there after two days."""
    os.utime(path, (time.time() - 2 * DAYS.total_seconds(),) * 2)
    return path


def sweep() -> int:
    return sum(services.sweep_folder(folder=one) for one in FOLDERS)


def test_files_that_no_row_names_go_after_a_day_and_the_others_stay(folder: Path) -> None:
    test_set = coloured()
    services.begin_test_set(name="Street", file_name="a.zip", byte_count=3, manifest=b"file,split\na.png,test\n")
    upload = TestSet.objects.get(name="Street").upload
    assert upload
    services.receive_chunk(upload=upload, position=0, data=b"abc")
    kept = {old(path) for path in folder.rglob("*.*")}
    assert len(kept) == 2 * PHOTOS + 2
    orphans = [default_storage.save(f"{place}/x.part", ContentFile(b"x")) for place in ("uploads", "stimuli/3f")]
    orphans.append(default_storage.save(f"stimuli/ff/x.webp{UNFINISHED}", ContentFile(b"x")))
    assert sweep() == 0, "they may be of a transaction of this moment"
    for name in orphans:
        old(Path(default_storage.path(name)))
    assert check("--orphans") == (0, "Deleted 3 files that no row names.\n")
    assert {path for path in folder.rglob("*.*") if path.is_file()} == kept
    services.delete_test_set(test_set=test_set)  # never committed, as where the process ends before its files go
    assert sweep() == 2 * PHOTOS


def test_the_files_of_a_batch_whose_worker_was_killed_before_the_commit_go(folder: Path) -> None:
    coloured()
    (_, _, photo), *_ = photographs(1)
    finished = finish_colorization(fake=fake_colorizer(photo), photo=photo, sha256="0" * 64)
    names = [write_colorization(finished) for _ in range(3)]
    for path in folder.rglob("*.webp"):
        old(path)
    assert sweep() == len(names)
    assert not any(map(default_storage.exists, names))
    assert check()[0] == 0


def test_orphans_of_a_bucket_go_too_and_what_is_lost_there_comes_back() -> None:
    with bucket_server() as address, kept_in_a_bucket(address):
        coloured()
        check()
        lost = Colorization.objects.earliest("pk")
        default_storage.delete(str(lost.file.name))
        default_storage.save("stimuli/ab/orphan.webp", ContentFile(b"x"))
        assert services.sweep_folder(folder="stimuli/ab") == 0
        tomorrow = timezone.now() + DAYS + timedelta(minutes=1)
        assert sum(services.sweep_folder(folder=one, now=tomorrow) for one in FOLDERS) == 1
        assert check("--repair")[0] == 0
        make_all()
        assert check()[0] == 0
        assert Colorization.objects.get(pk=lost.pk).file_sha256 == lost.file_sha256


def test_the_clock_has_the_folder_swept_whose_turn_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = app.conf.beat_schedule["sweep-files"]
    noon = timezone.now().replace(hour=12, minute=0)
    monkeypatch.setattr("worker.tasks.timezone.now", lambda: noon)
    coloured()
    orphan = default_storage.save(f"{folder_of(noon)}/orphan.webp", ContentFile(b"x"))
    old(Path(default_storage.path(orphan)))
    for _ in range(2):
        app.tasks[schedule["task"]]()
    assert not default_storage.exists(orphan)
    assert check()[0] == 0


def test_each_folder_has_its_turn_once_a_day() -> None:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    turns = [folder_of(midnight + timedelta(minutes=SWEEP_MINUTES * turn)) for turn in range(24 * 60 // SWEEP_MINUTES)]
    assert [one for one in turns if one] == FOLDERS


@pytest.mark.parametrize("table", ["stimuli_photo", "stimuli_colorization"])
def test_a_row_is_found_by_its_file_without_reading_the_table(table: str) -> None:
    names = [f"stimuli/00/{number}" for number in range(300)]
    rows = (
        (Photo if table == "stimuli_photo" else Colorization).objects.exclude(file="").filter(file__in=names).order_by()
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as in a table that is not small
    assert f"{table.removeprefix('stimuli_')}_by_file" in rows.explain()
