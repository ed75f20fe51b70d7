"""A worker process tells of itself: every few seconds it writes its row, which the page of workers shows.

Celery starts it in each process that does tasks, and there only is torch asked for the device: CUDA must not be
touched before the processes fork.
"""

import logging
import os
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import torch
from celery.signals import worker_process_init, worker_process_shutdown
from django.db import DatabaseError, InterfaceError, connection

from colortest.operating import services

log = logging.getLogger(__name__)
BEAT_SECONDS = 10.0
RATE_SECONDS = 120.0


@dataclass
class Counts:
    """What this process made: in all, and lately. Threads of a pipeline may count at once."""

    started: float = field(default_factory=time.monotonic)
    batches: int = 0
    photos: int = 0
    _recent: deque[tuple[float, int]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, photos: int) -> None:
        with self._lock:
            self.batches += 1
            self.photos += photos
            self._recent.append((time.monotonic(), photos))

    def per_minute(self) -> float:
        """Photos made in the last two minutes, or since the start where that is later, for each minute of them."""
        now = time.monotonic()
        with self._lock:
            while self._recent and self._recent[0][0] < now - RATE_SECONDS:
                self._recent.popleft()
            made = sum(photos for _, photos in self._recent)
        return 60 * made / max(1.0, min(RATE_SECONDS, now - self.started))


class Heartbeat:
    """Writes the row of this process from a thread of its own, until it is stopped."""

    def __init__(self, name: str) -> None:
        self.key: UUID = uuid4()
        self.name = name
        self.counts = Counts()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Say that it ends, and end."""
        self._stopping.set()
        self._thread.join(BEAT_SECONDS)

    def tell(self) -> services.Told:
        return services.Told(
            key=self.key,
            name=self.name,
            host=socket.gethostname(),
            process=os.getpid(),
            device=device(),
            batches=self.counts.batches,
            photos=self.counts.photos,
            photos_per_minute=self.counts.per_minute(),
        )

    def _run(self) -> None:
        while True:
            self._attempt(lambda: services.record_worker(self.tell()))
            if self._stopping.wait(BEAT_SECONDS):
                break
        self._attempt(lambda: services.stop_worker(self.key))
        connection.close()

    def _attempt(self, write: Any) -> None:
        """A database that is away comes back; until then the row grows old, which is the truth."""
        try:
            write()
        except (DatabaseError, InterfaceError) as error:
            log.warning("could not tell of this worker: %s", error)
            connection.close()


def device() -> str:
    """What torch would colorize on in this process."""
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return f"CPU, {torch.get_num_threads()} threads"


_current: Heartbeat | None = None


def made(photos: int) -> None:
    """Count a batch that is committed; nothing where no worker process runs, as in tests."""
    if _current is not None:
        _current.counts.add(photos)


@worker_process_init.connect
def begin(sender: str, **_: Any) -> None:
    """`sender` is the name of the Celery worker that this process belongs to."""
    global _current  # one to a process, as Celery's signals are
    _current = Heartbeat(sender)
    _current.start()


@worker_process_shutdown.connect
def end(**_: Any) -> None:
    if _current is not None:
        _current.stop()
