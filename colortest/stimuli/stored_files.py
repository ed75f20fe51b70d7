"""Whether stored files are what their rows say: read in threads, slice by slice of a table of any length."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

from django.db.models import QuerySet

from colortest.stimuli import rendering
from colortest.stimuli.models import Chunk, Colorization, Photo, read_stimulus, sha256_of

SLICE, THREADS = 500, 8
Row = Photo | Colorization | Chunk


class State(Enum):
    WHOLE = "whole"
    UNKNOWN = "seen for the first time"  # and can be opened; its row has no hash yet
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True)
class Seen:
    """What was found where a row has its file."""

    row: Row
    state: State
    sha256: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether it cannot be shown."""
        return self.state in (State.DAMAGED, State.MISSING)


def look_at(rows: "QuerySet[Photo] | QuerySet[Colorization] | QuerySet[Chunk]") -> Iterator[list[Seen]]:
    """All rows by id, some hundred at a time.

    Raises OSError where the storage does not answer: that tells nothing of a file.
    """
    last = 0
    with ThreadPoolExecutor(THREADS) as pool:
        while found := list(rows.filter(pk__gt=last).order_by("pk")[:SLICE]):
            yield list(pool.map(look, found))
            last = found[-1].pk


def look(row: Row) -> Seen:
    """At the file of one row. Raises OSError as `look_at` does."""
    try:
        data = read_stimulus(row.file)
    except FileNotFoundError:
        return Seen(row, State.MISSING)
    digest = sha256_of(data)
    known = row.sha256 if isinstance(row, Chunk) else row.file_sha256
    if known or isinstance(row, Chunk):
        return Seen(row, State.WHOLE if digest == known else State.DAMAGED)
    if row.byte_count not in (0, len(data)) or not _opens(data):
        return Seen(row, State.DAMAGED)
    return Seen(row, State.UNKNOWN, digest)


def _opens(data: bytes) -> bool:
    try:
        rendering.stored(data)
    except (OSError, ValueError):
        return False
    return True
