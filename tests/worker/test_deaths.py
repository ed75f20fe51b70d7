"""Whatever becomes of a worker: no colorization is lost, none is made twice, and what kills workers is given up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from colortest import celery
from colortest.embedded import postgres
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from tests.cast import make_test_set
from tests.running import wait_until
from tests.services import HOME, queue
from tests.worker.workers import PATIENCE, Gate, kill, ring_until_made, workers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.processes,
    pytest.mark.timeout(3 * PATIENCE),
]

PHOTOS = 36
# Python runs this first in a process that finds it on its path. Decoding one photo ends the process, another hangs.
POISON = """
import os, signal, time
import PIL.Image

usual = PIL.Image.open
poison, hang = (open(os.environ[name], "rb").read() for name in ("POISON", "HANG"))

def opened(file, *others, **more):
    if file.getvalue() == poison:
        os.kill(os.getpid(), signal.SIGKILL)
    if file.getvalue() == hang:
        time.sleep(1000)
    return usual(file, *others, **more)

PIL.Image.open = opened
"""


def asked(photos: int) -> tuple[TestSet, Algorithm]:
    test_set = make_test_set(photos)
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
    return test_set, grey


def stored_files() -> set[str]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in (root / "stimuli").rglob("*.webp")}


@pytest.fixture(autouse=True)
def nothing_rung_before() -> None:
    """Other tests ring too, and nobody answers: these workers would come to what they are about only after that."""
    queue().flushdb()


@pytest.fixture
def nothing_stored_before() -> Iterator[None]:
    """Other tests leave files, but those of this one are to be counted."""
    before = stored_files()
    yield
    of_rows = {str(row.file.name) for row in Colorization.objects.ready()}
    of_photos = {str(row.photo.file.name) for row in Colorization.objects.select_related("photo")}
    assert of_rows | of_photos <= stored_files()
    assert len(of_rows) == Colorization.objects.ready().count()
    assert before <= stored_files()


def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing(tmp_path: Path, nothing_stored_before: None) -> None:
    asked(PHOTOS)
    gate = Gate(tmp_path)
    with workers(tmp_path, 2, COLORIZE_BATCH="4", **gate.environ) as both:
        wait_until(lambda: any(map(gate.has, both)), PATIENCE)
        victim, other = sorted(both, key=gate.has, reverse=True)
        assert Colorization.objects.ready().exists()
        kill(victim)
        gate.open()
        ring_until_made()
        assert other.exit_code is None
    assert Colorization.objects.ready().count() == PHOTOS
    assert Colorization.objects.filter(tries=2).exists(), "its batches were begun again by the other"


def test_a_worker_that_is_stopped_gives_back_what_it_has_begun(tmp_path: Path) -> None:
    asked(PHOTOS)
    gate = Gate(tmp_path)
    with workers(tmp_path, COLORIZE_BATCH="4", **gate.environ) as (worker,):
        wait_until(lambda: gate.has(worker), PATIENCE)
        worker.ask_to_stop()
        wait_until(lambda: "Warm shutdown" in worker.log.read_text(), PATIENCE)
        pending = Colorization.objects.pending()
        assert pending.filter(tries=1).exists(), "in the middle of a batch"
        gate.open()
        wait_until(lambda: worker.exit_code == 0, PATIENCE)
    assert pending.exists()
    assert not pending.exclude(tries=0).exists()
    assert not Colorization.objects.failed().exists()


def test_an_outage_of_the_database_in_the_middle_of_a_batch_counts_as_no_try(tmp_path: Path) -> None:
    asked(PHOTOS)
    gate = Gate(tmp_path)
    with workers(tmp_path, COLORIZE_BATCH="4", **gate.environ) as (worker,):
        wait_until(lambda: gate.has(worker), PATIENCE)
        with database_away():
            gate.open()
            wait_until(lambda: "are given back once the database answers" in worker.log.read_text(), PATIENCE)
        ring_until_made()
        assert worker.exit_code is None
    assert Colorization.objects.ready().count() == PHOTOS
    assert not Colorization.objects.exclude(tries=1).exists()


@contextmanager
def database_away() -> Iterator[None]:
    """For everybody: whoever was connected is thrown out, and nobody is let in."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    postgres.query(HOME, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    try:
        postgres.query(HOME, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
    finally:
        postgres.query(HOME, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_photo_that_kills_and_one_that_hangs_are_given_up_after_three_tries(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(POISON)
    test_set, _ = asked(12)
    poison, hang = test_set.photos.all()[3], test_set.photos.all()[8]
    environ = {"PYTHONPATH": str(tmp_path), "POISON": poison.file.path, "HANG": hang.file.path}
    celery.app.loader.import_default_modules()  # who rings knows the tasks, as beat does, and gives them 600 seconds
    with workers(tmp_path, COLORIZE_BATCH="4", TASK_SECONDS="2", OMP_NUM_THREADS="1", **environ) as (worker,):
        ring_until_made()
        log = worker.log.read_text()
    failed = {row.photo: row for row in Colorization.objects.failed().select_related("photo")}
    assert set(failed) == {poison, hang}
    for row in failed.values():
        assert row.tries == 3
        assert "died 3 times on this photo, or took longer than 2 seconds" in row.error
    assert Colorization.objects.ready().count() == 10
    assert f"took longer than 2 s: colorizations [{failed[hang].pk}]" in log
    assert "given up" in log


def test_a_queue_that_forgot_everything_is_rung_again(tmp_path: Path) -> None:
    asked(PHOTOS)
    gate = Gate(tmp_path)
    with workers(tmp_path, COLORIZE_BATCH="4", TASK_SECONDS="60", **gate.environ) as (worker,):
        wait_until(lambda: gate.has(worker), PATIENCE)
        queue().flushdb()
        gate.open()
        wait_until(clock_rang, PATIENCE)
        assert worker.exit_code is None
    assert Colorization.objects.ready().count() == PHOTOS


def clock_rang() -> bool:
    """As the beat does; whether nothing is left then."""
    celery.signature("ring_again").apply_async()
    time.sleep(1)
    return not Colorization.objects.pending().exists()
