"""Files of colorizations on a disk that has no room, and statements of a batch."""

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from colortest.operating import services as operating
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from tests.cast import make_test_set
from tests.operating.staging import told
from tests.worker.making import make_all
from worker.choosing import next_batch
from worker.colorizing import colorize_batch
from worker.lanes import colorize_pending

PHOTOS, ROOM = 4, "2m"


def asked(photos: int) -> tuple[TestSet, Algorithm]:
    test_set = make_test_set(photos)
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
    return test_set, grey


@pytest.fixture
def small_disk(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """A real file system of two megabytes that keeps the stimuli."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "colortest", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root can make a small disk")
    settings.MEDIA_ROOT = disk
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path, *, but: int) -> Path:
    filler = disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(disk).free - but))
    return filler


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_everything_pending_and_no_half_file(
    small_disk: Path, caplog: pytest.LogCaptureFixture, admin: Client
) -> None:
    asked(PHOTOS)
    filler = fill(small_disk, but=150_000)  # room for one or two
    with caplog.at_level(logging.ERROR):
        assert not colorize_pending(seconds=10), "nothing rings at once again"
    assert "No space left on device" in caplog.text
    rows = Colorization.objects.pending()
    assert rows.filter(tries=0).count() == PHOTOS
    assert len(list((small_disk / "stimuli").rglob("*.webp"))) == PHOTOS, "those of the photos"
    operating.record_worker(told())
    page = admin.get("/workers/").content.decode()
    assert f"The disk is full, 0 MB are left: {PHOTOS} wait, none of them is lost." in page
    filler.unlink()
    colorize_pending(seconds=60)
    assert Colorization.objects.ready().count() == PHOTOS
    for row in Colorization.objects.ready():
        assert row.file.size == row.byte_count


@pytest.mark.django_db
def test_files_go_again_where_their_rows_cannot_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(PHOTOS)
    written: list[str] = []

    def refused(*, outcomes: list[tuple[object, str]], **_: object) -> None:
        written.extend(name for _, name in outcomes)
        assert all(map(default_storage.exists, written))
        raise ConnectionError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(services, "store_colorizations", refused)
        with pytest.raises(ConnectionError):
            colorize_batch(next_batch)
    assert len(written) == PHOTOS
    assert not any(map(default_storage.exists, written))
    make_all()
    assert Colorization.objects.ready().count() == PHOTOS


@pytest.mark.django_db
def test_a_large_batch_asks_the_database_no_more_than_a_small_one() -> None:
    counts = []
    _, grey = asked(2)
    for photos in (2, 12):
        test_set = make_test_set(photos, name=f"{photos} photos")
        services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
        with CaptureQueriesContext(connection) as captured:
            assert colorize_batch(next_batch) >= photos
        counts.append(len(captured))
    assert counts[0] == counts[1] < 20
