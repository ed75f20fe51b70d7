"""What a file of responses says, before anybody knows whether its photos and algorithms are here. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from colortest.analysis.formulas import unguarded

LARGEST = 2**31 - 1  # of a whole number that the database keeps
LONGEST_MS = 1e9  # some eleven days
LISTED, QUOTED = 5, 60  # names of a list, characters of a cell


@dataclass(frozen=True)
class Problem:
    """A line that cannot be taken, and why, in one sentence."""

    line: int  # of the file, from 1; its header is line 1
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a browser measured, as the columns of a response; milliseconds."""

    rt_ms: float
    left_onset_ms: float
    left_exposure_ms: float
    right_onset_ms: float | None
    right_exposure_ms: float | None
    frames: int
    longest_gap_ms: float
    refresh_ms: float
    visibility_changes: int
    focus_changes: int


@dataclass(frozen=True, slots=True)
class Row:
    """One response.

    photo: as the file names it; algorithm: likewise, with the split of the photo where that is part of the name.
    real_side: LEFT of a single image means that it is the photo.
    asked_ms: none where the file does not say.
    """

    line: int
    participant: int
    position: int
    kind: str
    photo: str
    algorithm: str
    real_side: str
    chosen_side: str
    split: str = ""
    block: int = 1
    reserve: bool = False
    first_side: str = "LEFT"
    asked_ms: int | None = None
    flags: tuple[str, ...] = ()
    time: datetime | None = None
    checkpoint: str = ""  # SHA-256
    measured: Measured | None = None


@dataclass(frozen=True)
class Person:
    """One participant of a file."""

    number: int
    simulated: bool = False
    finished: bool = True
    reason: str = ""  # of an exclusion


@dataclass
class Content:
    """Everything that a file says: what can be taken, and what cannot.

    origin: the format, a value of Study.Origin. presentation and question: empty where the file does not say.
    """

    origin: str
    presentation: str = ""
    question: str = ""
    seed: int | None = None
    people: dict[int, Person] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0  # lines of test runs


class Unusable(ValueError):
    """A line, or a whole file, that cannot be taken; the message says why."""


def require_columns(names: Sequence[str], needed: Sequence[str], what: str) -> None:
    """Raises Unusable, naming the columns that are missing."""
    known = set(names)
    missing = [name for name in needed if name not in known]
    if missing and len(names) == 1 and names[0].count(";") + names[0].count("\t") > 1:
        raise Unusable("Its cells lie between semicolons or tabs: save it as CSV with commas.")
    if missing:
        raise Unusable(f"This is not {what}: it has no column {_listed(missing)}.")


def one_of(row: Mapping[str, str], column: str, known: Sequence[str]) -> str:
    """The value of a cell that may be only one of these. Raises Unusable."""
    value = cell(row, column)
    if value not in known:
        raise Unusable(f"{quoted(value)} in {column} is none of {_listed(known)}.")
    return value


def whole(row: Mapping[str, str], column: str, *, least: int = 0, most: int = LARGEST) -> int:
    """A cell that holds a whole number. Raises Unusable."""
    text = cell(row, column)
    if not (text.isascii() and text.isdigit()):
        raise Unusable(f"{quoted(text)} in {column} is not a whole number.")
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(most)) or not least <= int(digits) <= most:
        raise Unusable(f"{quoted(text)} in {column} is not between {least:,} and {most:,}.")
    return int(digits)


def decimal(row: Mapping[str, str], column: str) -> float:
    """A cell that holds a number of milliseconds, 0 or more. Raises Unusable."""
    text = cell(row, column)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= LONGEST_MS:
        raise Unusable(f"{quoted(text)} in {column} is not a number of 0 or more, nor of less than {LONGEST_MS:,.0f}.")
    return value


def truth(row: Mapping[str, str], column: str) -> bool:
    """A cell that holds True or False. Raises Unusable."""
    return one_of(row, column, ("True", "False")) == "True"


def cell(row: Mapping[str, str], column: str) -> str:
    """The text of a cell without spaces around it; a line that is too short has no such cell. Raises Unusable."""
    return _raw(row, column).strip()


def outside_text(row: Mapping[str, str], column: str, *, longest: int) -> str:
    """A cell that somebody worded, as it was before its export guarded it. Raises Unusable."""
    text = unguarded(_raw(row, column))
    if len(text) > longest:
        raise Unusable(f"{quoted(text)} in {column} is longer than {longest} characters.")
    return text


def quoted(text: str) -> str:
    """A cell in a sentence, its beginning where it is long, on one line."""
    shown = " ".join(text.split())
    return f"“{shown if len(shown) <= QUOTED else shown[:QUOTED] + '…'}”"


def _raw(row: Mapping[str, str], column: str) -> str:
    value = row.get(column)
    if value is None:
        raise Unusable(f"There is no cell for {column}: the line is too short.")
    return value


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return ", ".join(quoted(name) for name in names[:LISTED]) + more
