"""Reads the tidy export of this site, or of another one. Pure: lines of text in, plain values out."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime

from colortest.analysis.imports.reading import (
    Content,
    Measured,
    Person,
    Problem,
    Row,
    Unusable,
    cell,
    decimal,
    one_of,
    outside_text,
    quoted,
    require_columns,
    truth,
    whole,
)
from colortest.experiment.presets import EITHER, FAKE, REAL, SEQUENTIAL, SIDE_BY_SIDE, SINGLE
from colortest.experiment.schedule import CATCH, LEFT, OTHER, PRACTICE, RIGHT, TEST

ORIGIN = "TIDY"
SIDES, KINDS, FLAGS = (LEFT, RIGHT), (PRACTICE, TEST, CATCH), ("EXPOSURE", "HIDDEN", "REPEATED")
PRESENTATIONS, QUESTIONS = (SIDE_BY_SIDE, SEQUENTIAL, SINGLE), (REAL, FAKE, EITHER)
MEASURED = {  # column → field of Measured
    "rt_ms": "rt_ms",
    "left_onset_ms": "left_onset_ms",
    "left_exposure_ms": "left_exposure_ms",
    "longest_gap_ms": "longest_gap_ms",
    "frame_ms": "refresh_ms",
}
COUNTED = ("frames", "visibility_changes", "focus_changes")
LONGEST_REASON, LONGEST_NAME = 400, 255
MOST_BLOCKS, LONGEST_ASKED_MS = 20, 600_000  # as of a design
FIRST_YEAR, LAST_YEAR = 1990, 2100
RIGHT_ONLY = ("right_onset_ms", "right_exposure_ms")
NEEDED = (
    *("participant", "simulated", "rehearsal", "position", "kind", "block", "reserve", "photo_sha256", "split"),
    *(
        "algorithm",
        "checkpoint_sha256",
        "presentation",
        "fake_side",
        "first_shown",
        "question",
        "chosen_side",
        "fooled",
    ),
    *("asked_ms", *MEASURED, *COUNTED, *RIGHT_ONLY, "flags", "finished", "reason", "seed", "time"),
)


def read_tidy(lines: Iterable[str]) -> Content:
    """Everything in the file; what cannot be taken is among the problems.

    Raises:
        Unusable: it is not a tidy export.
    """
    reader = csv.DictReader(lines)
    require_columns(reader.fieldnames or (), NEEDED, "a tidy export")
    content = Content(ORIGIN)
    for line in reader:
        try:
            _take(content, line, reader.line_num)
        except Unusable as error:
            content.problems.append(Problem(reader.line_num, str(error)))
    return content


def _take(content: Content, line: Mapping[str, str], number: int) -> None:
    if truth(line, "rehearsal"):
        content.left_out += 1
        return
    presentation, question = one_of(line, "presentation", PRESENTATIONS), one_of(line, "question", QUESTIONS)
    if not content.question:
        content.presentation, content.question, content.seed = presentation, question, whole(line, "seed")
    if (presentation, question) != (content.presentation, content.question):
        raise Unusable("Its question or presentation is not that of the first line: import one study at a time.")
    row = _row(line, number, single=presentation == SINGLE)
    if (row.kind == PRACTICE) != (row.block == 0) or row.reserve and row.kind != TEST:
        raise Unusable(
            "Its block or its reserve does not go with its kind: practice is block 0, and only tests are held."
        )
    if truth(line, "fooled") != _fooled(row, question):
        raise Unusable("“fooled” is not what question, fake_side and chosen_side say.")
    person = Person(row.participant, truth(line, "simulated"), truth(line, "finished"), _reason(line))
    if content.people.setdefault(person.number, person) != person:
        raise Unusable(f"It says something else about participant {person.number} than the lines before.")
    content.rows.append(row)


def _row(line: Mapping[str, str], number: int, *, single: bool) -> Row:
    flags = tuple(cell(line, "flags").split())
    if not set(flags) <= set(FLAGS):
        raise Unusable(f"{quoted(cell(line, 'flags'))} in flags is unknown.")
    fake_side = one_of(line, "fake_side", (*SIDES, "") if single else SIDES)
    return Row(
        line=number,
        participant=whole(line, "participant", least=1),
        position=whole(line, "position"),
        kind=one_of(line, "kind", KINDS),
        photo=cell(line, "photo_sha256"),
        algorithm=outside_text(line, "algorithm", longest=LONGEST_NAME),
        real_side=OTHER[fake_side] if fake_side else LEFT,
        chosen_side=one_of(line, "chosen_side", SIDES),
        split=outside_text(line, "split", longest=LONGEST_NAME),
        block=whole(line, "block", most=MOST_BLOCKS),
        reserve=truth(line, "reserve"),
        first_side=one_of(line, "first_shown", (*SIDES, "")) or LEFT,
        asked_ms=whole(line, "asked_ms", most=LONGEST_ASKED_MS),
        flags=flags,
        time=_time(cell(line, "time")),
        checkpoint=cell(line, "checkpoint_sha256"),
        measured=_measured(line),
    )


def _reason(line: Mapping[str, str]) -> str:
    return outside_text(line, "reason", longest=LONGEST_REASON)


def _measured(line: Mapping[str, str]) -> Measured | None:
    """None where nothing was: of responses that the other site had read from a file itself."""
    if not any(cell(line, column) for column in (*MEASURED, *COUNTED, *RIGHT_ONLY)):
        return None
    times = {name: decimal(line, column) for column, name in MEASURED.items()}
    right_onset, right_exposure = (decimal(line, column) if cell(line, column) else None for column in RIGHT_ONLY)
    frames, visibility, focus = (whole(line, column) for column in COUNTED)
    return Measured(
        **times,
        right_onset_ms=right_onset,
        right_exposure_ms=right_exposure,
        frames=frames,
        visibility_changes=visibility,
        focus_changes=focus,
    )


def _fooled(row: Row, question: str) -> bool:
    """What the file should say. The site's own definition, which is in SQL, decides once the rows are stored."""
    if question == EITHER:
        return row.real_side == RIGHT and row.chosen_side == LEFT
    return (row.chosen_side == row.real_side) == (question == FAKE)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unusable(f"{quoted(text)} in time is not a time in ISO 8601.") from error
    if time.tzinfo is None:
        raise Unusable(f"{quoted(text)} in time does not say in which time zone: end it with Z.")
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise Unusable(f"{quoted(text)} in time is not between {FIRST_YEAR} and {LAST_YEAR}.")
    return time
