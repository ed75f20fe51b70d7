"""Reads the wide table of AMT_Real_vs_Fake: what the script's Mechanical Turk tasks gave, and our own export of the
same form. Pure: lines of text in, plain values out.

A worker's id is read to tell two rows of one person, and kept nowhere.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from colortest.analysis.formulas import unguarded
from colortest.analysis.imports.reading import Content, Person, Problem, Row, Unusable, cell, quoted, require_columns
from colortest.analysis.wide import PARTS, WORKER
from colortest.experiment.presets import FAKE
from colortest.experiment.schedule import LEFT, PRACTICE, RIGHT, TEST

ORIGIN = "AMT"
SIDES = {"left": LEFT, "right": RIGHT}
STATUS, REJECTED = "AssignmentStatus", "rejected on Mechanical Turk"


def read_wide(lines: Iterable[str], *, practice: int) -> Content:
    """Everything in the file; what cannot be taken is among the problems.

    The kind of a trial after practice is TEST until its algorithm is known.

    Args:
        practice: how many trials of each row are practice, from the first on.

    Raises:
        Unusable: it is not such a table.
    """
    reader = csv.DictReader(lines)
    names = reader.fieldnames or ()
    require_columns(names, [f"{part}0" for part in PARTS], "the wide table of AMT_Real_vs_Fake")
    count = sum(bool(re.fullmatch(rf"{re.escape(PARTS[0])}\d+", name)) for name in names)
    require_columns(names, [f"{part}{n}" for n in range(count) for part in PARTS], "the wide table of AMT_Real_vs_Fake")
    content, workers = Content(ORIGIN, question=FAKE), dict[str, int]()
    for number, line in enumerate(reader, start=1):
        try:
            _know(workers, line.get(WORKER) or "", reader.line_num)
            rows = list(_rows(line, number, reader.line_num, count, practice))
        except Unusable as error:
            content.problems.append(Problem(reader.line_num, str(error)))
            continue
        content.rows += rows
        reason = REJECTED if line.get(STATUS) == "Rejected" else ""
        content.people[number] = Person(number, reason=reason)
    return content


def _know(workers: dict[str, int], worker: str, line: int) -> None:
    first = workers.setdefault(worker, line) if worker else line
    if first != line:
        raise Unusable(f"The same worker as in line {first}: each person counts once, so keep one of the two.")


def _rows(line: Mapping[str, str], person: int, number: int, count: int, practice: int) -> Iterator[Row]:
    """Trials without a single cell are those that others had more."""
    for place in range(count):
        cells = [unguarded(cell(line, f"{part}{place}")) for part in PARTS]
        if not any(cells):
            continue
        real, left, right, taken_for_fake = cells
        if real not in SIDES or taken_for_fake not in SIDES:
            raise Unusable(f"Trial {place} has no side “left” or “right” for the real photo and for the selection.")
        photo, fake = (left, right) if real == "left" else (right, left)
        yield Row(
            line=number,
            participant=person,
            position=place,
            kind=PRACTICE if place < practice else TEST,
            photo=_same_photo(photo, fake, place),
            algorithm=str(PurePosixPath(fake).parent),
            real_side=SIDES[real],
            chosen_side=SIDES[taken_for_fake],
            block=0 if place < practice else 1,
        )


def _same_photo(photo: str, fake: str, place: int) -> str:
    """The name that both have."""
    names = {PurePosixPath(photo).name, PurePosixPath(fake).name}
    if len(names) != 1 or not all(names):
        raise Unusable(f"Trial {place} shows two different photos, {quoted(photo)} and {quoted(fake)}.")
    return names.pop()
