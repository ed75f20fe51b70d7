"""Real worker processes of a test's own, to be killed, stopped and poisoned."""

import logging
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

log = logging.getLogger(__name__)
# What takes seconds on a quiet machine. Whatever waits for longer waits for nothing.
PATIENCE = 240
# Python runs this first in a process that finds it on its path: it decodes so many photos and then, as long as a file
# is there, waits with the next one and leaves word.
GATE = """
import itertools, os, pathlib, time
import PIL.Image

usual, gate, decoded = PIL.Image.open, pathlib.Path(os.environ["GATE"]), itertools.count()

def opened(*values, **more):
    free = next(decoded) < int(os.environ["DECODED"])
    while not free and gate.exists():
        gate.with_name(f"waits-{os.getppid()}").touch()
        time.sleep(0.05)
    return usual(*values, **more)

PIL.Image.open = opened
"""


class Gate:
    """Where workers wait in the middle of a batch, for as long as the test wants.

    Three batches of 4 are on their way at most: a worker that has decoded 12 and waits with another has made some.
    """

    def __init__(self, folder: Path, *, decoded: int = 12) -> None:
        (folder / "sitecustomize.py").write_text(GATE)
        self._file = folder / "gate"
        self._file.touch()
        self.environ = {"PYTHONPATH": str(folder), "GATE": str(self._file), "DECODED": str(decoded)}

    def has(self, worker: Child) -> bool:
        """Whether a process of this worker waits at it."""
        return self._file.with_name(f"waits-{worker.pid}").exists()

    def open(self) -> None:
        self._file.unlink()


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
        wait_until(lambda: all(map(_started, children)), PATIENCE)
        yield children
    except BaseException:
        for child in children:
            log.error("%s said:\n%s", child.log, child.last_lines(60))  # noqa: TRY400
        raise
    finally:
        stop_together(children)


def _started(worker: Child) -> bool:
    assert worker.exit_code is None, "it ended before it was ready"
    return worker_ready(worker)


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def kill(worker: Child) -> None:
    """As the kernel does when memory runs out: all processes of it, without a word."""
    os.killpg(worker.pid, signal.SIGKILL)


def ring_until_made(*, every: float = 0.5) -> None:
    """What the clock does, more often."""
    deadline = time.monotonic() + PATIENCE
    while Colorization.objects.pending().exists():
        assert time.monotonic() < deadline, list(Colorization.objects.pending().values("pk", "tries", "tried"))
        jobs.colorize(again=True)
        time.sleep(every)
