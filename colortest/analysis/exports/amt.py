"""The wide table that the script of AMT_Real_vs_Fake reads: one row a participant.

Its columns are `Input.gt_sideN`, `Input.images_leftN`, `Input.images_rightN` and `Answer.selectionN`, the side taken
for the fake, N from 0 with practice first. The script takes an image's folder for its algorithm; ours is
algorithm/split, so that it reports an arm a line. Text from outside is guarded: see `formulas`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, Q

from colortest.analysis.formulas import guarded
from colortest.analysis.wide import PARTS, REAL, WORKER
from colortest.experiment.models import ParticipantQuerySet, Response, Study
from colortest.experiment.schedule import LEFT, OTHER, PRACTICE
from colortest.refusal import Refused

PEOPLE = 100  # of a batch
TRIAL = (
    "trial__participant__number",
    "trial__real_side",
    "fooled",
    "trial__colorization__algorithm__slug",
    "trial__colorization__photo__split",
    "trial__colorization__photo__sha256",
)


def wide_csv(study: Study) -> Iterator[bytes]:
    """The people who count, each with all practice trials and then with the test and catch trials that are not flagged,
    as pieces of CSV in UTF-8. Who has fewer trials than others has empty cells at the end.

    Raises:
        Refused: the study shows single images, of which no side can be taken for the fake.
    """
    if study.single:
        raise Refused("The wide table of the AMT script is of pairs, and this study shows single images.")
    return _pieces(study)


def _pieces(study: Study) -> Iterator[bytes]:
    people = study.participants.people().finished().filter(exclusion_reason="")
    width = _width(people)
    yield _lines([[WORKER, *(f"{part}{number}" for part in PARTS for number in range(width))]])
    numbers = list(people.order_by("number").values_list("number", flat=True))
    for first in range(0, len(numbers), PEOPLE):
        yield _lines(_rows(study, numbers[first : first + PEOPLE], width))


def _rows(study: Study, numbers: Sequence[int], width: int) -> Iterator[list[str]]:
    responses = Response.objects.of_study(study).with_fooled().filter(_shown())
    some = responses.filter(trial__participant__number__in=numbers)
    for number, trials in groupby(some.values_list(*TRIAL), key=itemgetter(0)):
        cells = [_cells(*trial[1:]) for trial in trials]
        cells += [("", "", "", "")] * (width - len(cells))
        yield [str(number), *(cell for part in zip(*cells, strict=True) for cell in part)]


def _cells(real_side: str, fooled: bool, algorithm: str, split: str, photo: str) -> tuple[str, str, str, str]:
    """One trial in the order of PARTS."""
    real, fake = f"{REAL}/{photo}", guarded(f"{algorithm}/{split}/{photo}")
    left, right = (real, fake) if real_side == LEFT else (fake, real)
    taken_for_fake = real_side if fooled else OTHER[real_side]
    return real_side.lower(), left, right, taken_for_fake.lower()


def _shown() -> Q:
    """Practice is whole, so that it has the same length for everybody; it is never counted."""
    return Q(trial__kind=PRACTICE) | Q(flags=[])


def _width(people: ParticipantQuerySet) -> int:
    """Most trials of one participant."""
    of_each = Response.objects.filter(_shown(), trial__participant__in=people).order_by()
    counts = of_each.values("trial__participant").annotate(count=Count("pk")).order_by("-count")
    return int(counts.values_list("count", flat=True).first() or 0)


def _lines(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
