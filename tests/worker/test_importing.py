"""Imports by real workers that die: what is done stays done, and what kills workers is named."""

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

from colortest import jobs
from colortest.stimuli import services
from colortest.stimuli.models import ImportedFile, Photo, TestSet
from tests.cast import photographs
from tests.running import wait_until
from tests.worker.workers import kill, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

PHOTOS, SECONDS = 100, 180

# Python runs this first in a process that finds it on its path. Decoding one photo ends the process.
POISON = """
import os, signal
import PIL.Image

usual = PIL.Image.open
poison = open(os.environ["POISON"], "rb").read()

def opened(file, *others, **more):
    if file.getvalue() == poison:
        os.kill(os.getpid(), signal.SIGKILL)
    return usual(file, *others, **more)

PIL.Image.open = opened
"""


@pytest.fixture
def files() -> dict[str, bytes]:
    pictures = {}
    for split, name, image in photographs(PHOTOS):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        pictures[f"{split}/{name}"] = buffer.getvalue()
    return pictures


def uploaded(files: dict[str, bytes]) -> TestSet:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    data = buffer.getvalue()
    test_set = services.begin_test_set(name="Street", file_name="street.zip", byte_count=len(data))
    assert test_set.upload
    length = test_set.upload.chunk_bytes
    for position in range(test_set.upload.chunk_count):
        part = data[position * length : (position + 1) * length]
        services.receive_chunk(upload=test_set.upload, position=position, data=part)
    return test_set


def is_checked() -> bool:
    """Rings meanwhile, as the clock does."""
    for test_set in TestSet.objects.waiting():
        jobs.import_test_set(test_set.pk, again=True)
    return TestSet.objects.filter(status="CHECKED").exists()


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
        wait_until(is_checked, SECONDS)
    assert list(Photo.objects.values_list("pk", "name", "file"))[: len(before)] == before
    assert sorted(Photo.objects.values_list("name", flat=True)) == sorted(files)
    assert {file.position for file in ImportedFile.objects.all()} == set(range(PHOTOS))
    assert set(Photo.objects.values_list("file", flat=True)) <= stored_files()


def test_a_photo_that_kills_every_worker_is_named_and_the_rest_goes_on(tmp_path: Path, files: dict[str, bytes]) -> None:
    few = dict(list(files.items())[:12])
    poison = list(few)[5]
    (tmp_path / "sitecustomize.py").write_text(POISON)
    (tmp_path / "poison").write_bytes(few[poison])
    uploaded(few)
    environ = {"PYTHONPATH": str(tmp_path), "POISON": str(tmp_path / "poison"), "OMP_NUM_THREADS": "1"}
    with workers(tmp_path, **environ):
        wait_until(is_checked, SECONDS)
    (left_out,) = ImportedFile.objects.left_out()
    assert left_out.name == poison
    assert "It ended the program that renders photos, three times" in left_out.reason
    assert Photo.objects.count() == len(few) - 1
