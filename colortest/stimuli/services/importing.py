"""How the files of an upload are dealt with: in batches that a killed worker leaves whole.

What is done is what rows tell of. A batch is begun (`tries`, committed), worked on outside of any transaction, and then
written at once. Whatever ends the process three times at one file, or keeps it from coming to an end, that file is
named and the rest goes on; where it is the list of files, the upload is.
"""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from typing import Any, Generic, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import F, QuerySet

from colortest.refusal import Refused
from colortest.stimuli import archive
from colortest.stimuli.chunked_file import ChunkLost
from colortest.stimuli.models import Import

BATCH = 64
TRIES = 3  # how often one file may end the process that works on it
TURNS = 20  # an import gives the worker back this many times in the time of a task: others wait too
THREADS = 4  # at most: each may hold a photo of 50 megapixels
CRASHED = (
    "It ended the program that reads it, three times, or took longer than {0} seconds each time: "
    "save it anew as JPEG or PNG."
)
UNLISTED = (
    "Its list of files ended the program that reads it, three times, or took longer than {0} seconds each time: "
    "make the zip again, or several smaller ones."
)

Found = archive.Entry | archive.Problem
Row = TypeVar("Row", bound=Import)


class Work(ABC, Generic[Row]):
    """The files of one upload, in an order that stays, and what is done with a batch of them."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.found: Sequence[Found] = ()

    @abstractmethod
    def look(self) -> Sequence[Found]:
        """Every file of the upload, by name. Raises BadArchive."""

    @abstractmethod
    def position(self) -> int | None:
        """Of the first file that is not dealt with; None where there is none left."""

    @abstractmethod
    def following(self, position: int, most: int) -> Sequence[Any]:
        """Files from there on that are not dealt with; each has a name."""

    @abstractmethod
    def keep(self, position: int, files: Sequence[Any], pool: Executor) -> bool:
        """Write all of a batch, a Problem as what it is, or nothing; false where nobody waits for it any more."""

    @abstractmethod
    def finish(self) -> None:
        """Everything is dealt with: the next status."""

    @property
    def rows(self) -> "QuerySet[Row]":
        """Its one row, for updates that nothing waits for."""
        return type(self.row)._default_manager.filter(pk=self.row.pk)


def go_through(work: Work[Any], *, seconds: float = inf) -> bool:
    """Batch after batch until all is done (true) or the time is over (false).

    Raises:
        Refused: other files are there than when it was begun.
    """
    until = time.monotonic() + seconds
    _look_into(work)
    with _threads() as pool:
        while (position := work.position()) is not None:
            if not _next_batch(work, position, pool):
                return True
            if time.monotonic() > until and work.position() is not None:
                return False
    work.finish()
    return True


@contextmanager
def troubles_told(work: Work[Any]) -> Iterator[None]:
    """A disk that is full is no file's fault, nor a lost part: the page tells, the clock rings again."""
    try:
        yield
    except (OSError, ChunkLost) as error:
        trouble = f"The import stands still: {getattr(error, 'strerror', None) or error}. It is tried again by itself."
        work.rows.update(tries=0, trouble=trouble)
        raise
    except SoftTimeLimitExceeded:
        # A thread that hangs cannot be stopped, only the process; what it is at stays counted as a try.
        os._exit(1)


def _look_into(work: Work[Any]) -> None:
    tries = 0 if work.row.entry_count is not None else _begin(work, 0)[0]
    try:
        found = _unlisted() if tries > TRIES else work.look()
    except archive.BadArchive as error:
        found = [archive.Problem("the upload", str(error))]
    if work.row.entry_count not in (None, len(found)):
        raise Refused(f"Other files are there than when “{work.row}” was begun: delete it and import them anew.")
    if tries <= TRIES and work.row.entry_count is None:
        work.rows.update(entry_count=len(found), tries=0, careful_until=0)
    work.found = found


def _unlisted() -> list[Found]:
    return [archive.Problem("the upload", UNLISTED.format(settings.TASK_SECONDS))]


def _next_batch(work: Work[Any], position: int, pool: Executor) -> bool:
    """Whether the import is still wanted afterwards. `tries` stays where the process ends in the middle."""
    tries, careful_until = _begin(work, position)
    files = work.following(position, 1 if position < careful_until else BATCH)
    if tries > TRIES and not isinstance(files[0], archive.Problem):
        files = [archive.Problem(files[0].name, CRASHED.format(settings.TASK_SECONDS))]
    return work.keep(position, files, pool)


def _begin(work: Work[Any], position: int) -> tuple[int, int]:
    """How often the files there were begun, this time included; and until where they go one by one."""
    if work.rows.filter(tries__gt=0, careful_until__lte=position).exists():
        work.rows.update(careful_until=position + BATCH)
    work.rows.update(tries=F("tries") + 1)
    return work.rows.values_list("tries", "careful_until").first() or (1, 0)


@contextmanager
def _threads() -> Iterator[Executor]:
    """Nobody waits for those that hang."""
    pool = ThreadPoolExecutor(min(THREADS, len(os.sched_getaffinity(0))), thread_name_prefix="import")
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
