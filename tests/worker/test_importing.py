"""Imports by real workers that die: what is done stays done, and what kills workers is named."""

import io
from pathlib import Path

import pytest
from django.conf import settings

from colortest import jobs
from colortest.stimuli import services
from colortest.stimuli.models import Colorization, FakesUpload, ImportedFile, Photo, TestSet, Upload
from tests.cast import make_test_set, photographs
from tests.running import wait_until
from tests.stimuli.fakes import fakes, zipped
from tests.worker.workers import kill, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

PHOTOS, FAKES, SECONDS = 100, 80, 180

# Python runs this first in a process that finds it on its path. Opening one picture harms the process: every time, or
# the times that are named, counted over all processes.
POISON = """
import os, signal, time, zipfile
import PIL.Image

usual, usual_zip = PIL.Image.open, zipfile.ZipFile.__init__
poison = open(os.environ["POISON"], "rb").read()
deadly = os.environ.get("DEADLY", "").split()

def opened(file, *others, **more):
    if file.getvalue() == poison:
        with open(os.environ["POISON"] + ".opened", "a+") as count:
            count.write("x")
            count.seek(0)
            times = str(len(count.read()))
        if "HANGS" in os.environ:
            time.sleep(3600)
        if not deadly or times in deadly:
            os.kill(os.getpid(), signal.SIGKILL)
    return usual(file, *others, **more)

def listed(archive, file, *others, **more):
    if getattr(getattr(getattr(file, "raw", None), "_upload", None), "file_name", "") == "deadly.zip":
        os.kill(os.getpid(), signal.SIGKILL)
    usual_zip(archive, file, *others, **more)

PIL.Image.open, zipfile.ZipFile.__init__ = opened, listed
"""


@pytest.fixture
def files() -> dict[str, bytes]:
    pictures = {}
    for split, name, image in photographs(PHOTOS):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        pictures[f"{split}/{name}"] = buffer.getvalue()
    return pictures


def uploaded(files: dict[str, bytes], name: str = "street.zip") -> TestSet:
    data = zipped(files)
    test_set = services.begin_test_set(name=name, file_name=name, byte_count=len(data))
    send(test_set.upload, data)
    return test_set


def send(upload: Upload | None, data: bytes) -> None:
    assert upload
    for position in range(upload.chunk_count):
        part = data[position * upload.chunk_bytes : (position + 1) * upload.chunk_bytes]
        services.receive_chunk(upload=upload, position=position, data=part)


def is_checked() -> bool:
    """Rings meanwhile, as the clock does."""
    for test_set in TestSet.objects.waiting():
        jobs.import_test_set(test_set.pk, again=True)
    for row in FakesUpload.objects.waiting():
        jobs.import_fakes(row.pk, again=True)
    return not TestSet.objects.waiting().exists() and not FakesUpload.objects.waiting().exists()


def poisoned(folder: Path, picture: bytes, **more: str) -> dict[str, str]:
    """The environment of workers that this picture harms."""
    (folder / "sitecustomize.py").write_text(POISON)
    (folder / "poison").write_bytes(picture)
    return {"PYTHONPATH": str(folder), "POISON": str(folder / "poison"), "OMP_NUM_THREADS": "1", **more}


def stored_files() -> set[str]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in (root / "stimuli").rglob("*.webp")}


def test_a_worker_killed_in_the_middle_of_an_import_loses_nothing_and_nothing_is_done_twice(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    test_set = uploaded(files)
    with workers(tmp_path, 2) as (first, second):
        jobs.import_test_set(test_set.pk)
        wait_until(ImportedFile.objects.exists, SECONDS)
        done = ImportedFile.objects.count()
        for worker in (first, second):
            kill(worker)
        assert done < PHOTOS, "they died too late to show anything"
    before = list(Photo.objects.values_list("pk", "name", "file"))
    (tmp_path / "again").mkdir()
    with workers(tmp_path / "again"):
        wait_until(is_checked, SECONDS, every=0.5)
    assert list(Photo.objects.values_list("pk", "name", "file"))[: len(before)] == before
    assert sorted(Photo.objects.values_list("name", flat=True)) == sorted(files)
    assert {file.position for file in ImportedFile.objects.all()} == set(range(PHOTOS))
    assert set(Photo.objects.values_list("file", flat=True)) <= stored_files()


def test_a_photo_that_kills_every_worker_is_named_and_the_rest_goes_on(tmp_path: Path, files: dict[str, bytes]) -> None:
    few = dict(list(files.items())[:12])
    poison = list(few)[5]
    uploaded(few)
    environ = poisoned(tmp_path, few[poison])
    with workers(tmp_path, **environ):
        wait_until(is_checked, SECONDS, every=0.5)
    (left_out,) = ImportedFile.objects.left_out()
    assert left_out.name == poison
    assert "It ended the program that reads it, three times" in left_out.reason
    assert Photo.objects.count() == len(few) - 1


def test_a_photo_that_hangs_and_a_list_of_files_that_kills_are_named_after_three_tries(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    few = dict(list(files.items())[:6])
    hangs = sorted(few)[2]
    street, deadly = uploaded(few), uploaded(few, "deadly.zip")
    with workers(tmp_path, **poisoned(tmp_path, few[hangs], HANGS="1", TASK_SECONDS="6")):
        wait_until(is_checked, SECONDS, every=0.5)
    (left_out,) = street.imported_files.left_out()
    assert (left_out.name, street.photos.count()) == (hangs, len(few) - 1)
    assert "or took longer than 6 seconds each time" in left_out.reason
    (whole,) = deadly.imported_files.all()
    assert whole.name == "the upload"
    assert "Its list of files ended the program that reads it, three times" in whole.reason


def test_fakes_whose_worker_dies_while_they_are_checked_and_while_they_are_stored_are_stored_once(
    tmp_path: Path,
) -> None:
    pictures = fakes(FAKES)
    theirs = services.register_external(name="Theirs")
    data = zipped(pictures)
    row = services.begin_fakes(
        algorithm=theirs, test_set=make_test_set(FAKES), file_name="fakes.zip", byte_count=len(data)
    )
    send(row.upload, data)
    last = pictures[sorted(pictures)[-1]]  # in the second batch; opened first while it is checked, then twice more
    environ = poisoned(tmp_path, last, DEADLY="1 3")
    with workers(tmp_path, **environ):
        wait_until(lambda: row.files.exists(), SECONDS)
        first = list(row.files.values_list("pk", "name"))
        wait_until(is_checked, SECONDS, every=0.5)
        services.accept_fakes(fakes=row)
        wait_until(lambda: row.files.stored().exists(), SECONDS)
        stored = list(Colorization.objects.values_list("pk", "file"))
        wait_until(is_checked, SECONDS, every=0.5)
    assert (tmp_path / "poison.opened").read_text() == "xxxx", "it died twice"
    assert list(row.files.values_list("pk", "name"))[: len(first)] == first
    assert set(stored) <= set(Colorization.objects.values_list("pk", "file"))
    assert Colorization.objects.ready().count() == row.files.stored().count() == FAKES
    assert set(Colorization.objects.values_list("file", flat=True)) <= stored_files()
    assert not Upload.objects.exists()
