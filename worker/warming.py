"""Networks are in memory before somebody waits for one of their colorizations.

The first to be loaded takes seconds, most of them imports. Celery starts a thread for it in each process that does
tasks, after the fork, which CUDA would not survive. Tasks run meanwhile; one that needs what is just being loaded waits
for it. An algorithm that is registered later is loaded by the process that checks its checkpoint, and by others within
seconds. Where there is no network nothing is loaded.
"""

import logging
import threading
import time
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown
from django.db import DatabaseError, InterfaceError, connection

from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm
from generator.checkpoint import CheckpointError
from worker.methods import KEPT, warm

log = logging.getLogger(__name__)
LOOK_SECONDS = 5.0


class Warming:
    """Loads each network once, those registered last and as many as are kept, from a thread of its own."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Look for no more; what is being loaded ends with the process."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.look()
            connection.close()
            self._stopping.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Load what is new. A database that is away comes back, and a checkpoint's fault is told with its photos."""
        try:
            found = list(Algorithm.objects.active().filter(kind=Algorithm.Kind.MODEL).order_by("-pk")[:KEPT])
        except (DatabaseError, InterfaceError) as error:
            log.info("no algorithm to load: %s", error)
            return
        for algorithm in found:
            if algorithm.pk not in self._seen and not self._stopping.is_set():
                self._seen.add(algorithm.pk)
                load(algorithm)


def load(algorithm: Algorithm) -> None:
    """Have its network in memory, if it can be."""
    started = time.perf_counter()
    try:
        warm(algorithm)
    except (Refused, CheckpointError, OSError, RuntimeError) as error:
        log.info("algorithm=%s cannot be loaded before it is asked for: %s", algorithm.pk, error)
    else:
        log.info("algorithm=%s warm after %.1f s", algorithm.pk, time.perf_counter() - started)


_current: Warming | None = None


@worker_process_init.connect
def begin(**_: Any) -> None:
    global _current  # one to a process, as Celery's signals are
    _current = Warming()
    _current.start()


@worker_process_shutdown.connect
def end(**_: Any) -> None:
    if _current is not None:
        _current.stop()
