"""A worker process tells of itself."""

import os
import signal
import time

import psutil
import pytest

from colortest.embedded.supervisor import Child
from colortest.operating.models import Worker
from tests.running import wait_until
from worker import heartbeat
from worker.heartbeat import Counts


def test_the_rate_is_that_of_the_last_two_minutes() -> None:
    now = time.monotonic()
    counts = Counts(started=now - 1000)
    counts.add(32)
    counts.add(28)
    assert (counts.batches, counts.photos) == (2, 60)
    assert counts.per_minute() == pytest.approx(30, rel=0.01)
    counts._recent[0] = (now - 121, 32)
    assert counts.per_minute() == pytest.approx(14, rel=0.01)
    assert counts.photos == 60


def test_a_young_one_is_measured_from_its_start() -> None:
    counts = Counts(started=time.monotonic() - 30)
    counts.add(30)
    assert counts.per_minute() == pytest.approx(60, rel=0.02)


def test_nothing_is_counted_where_no_worker_process_runs() -> None:
    heartbeat.made(3)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_is_there_once_it_started_and_gone_once_it_ended(worker: Child) -> None:
    (process,) = psutil.Process(worker.pid).children()
    mine = Worker.objects.filter(process=process.pid)  # one of a test before may have told of itself until it ended
    wait_until(lambda: mine.alive().exists())
    row = mine.get()
    assert row.name == f"celery@{row.host}"
    assert row.device.startswith(("CPU, ", "NVIDIA"))
    os.kill(worker.pid, signal.SIGTERM)
    wait_until(lambda: mine.exclude(stopped=None).exists() or worker.exit_code is not None)
    assert mine.exclude(stopped=None).exists(), worker.last_lines()
    assert not mine.alive().exists()
