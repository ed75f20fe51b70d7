"""Real worker processes of a test's own, to be killed, stopped and poisoned."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from colortest import embedded, jobs
from colortest.embedded.processes import start_worker, worker_ready
from colortest.embedded.supervisor import Child, stop_together
from colortest.stimuli.models import Colorization
from tests.running import wait_until
from tests.services import HOME

START_SECONDS, SECONDS = 120, 120


@contextmanager
def workers(folder: Path, count: int = 1, **environ: str) -> Iterator[list[Child]]:
    """That many, on the test's database and queue, all gone after the block."""
    name = str(connection.settings_dict["NAME"])
    addresses = {
        "DATABASE_URL": embedded.database_url(HOME, name),
        "REDIS_URL": settings.REDIS_URL,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }
    children = [start_worker(HOME, logs=_new(folder / str(one)), **addresses, **environ) for one in range(count)]
    try:
        wait_until(lambda: all(map(worker_ready, children)), START_SECONDS)
        yield children
    finally:
        stop_together(children)


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def kill(worker: Child) -> None:
    """As the kernel does when memory runs out: all processes of it, without a word."""
    os.killpg(worker.pid, signal.SIGKILL)


def ring_until_made(*, every: float = 0.5) -> None:
    """What the clock does, more often."""
    deadline = time.monotonic() + SECONDS
    while Colorization.objects.pending().exists():
        assert time.monotonic() < deadline, list(Colorization.objects.pending().values("pk", "tries", "tried"))
        jobs.colorize(again=True)
        time.sleep(every)
