"""Millions of responses of a study as whole numbers, from the responses themselves and from tallies.

The code of a response is the participant's row, then the photo, and in the last bit whether it fooled. PostgreSQL goes
through a table in its own order, window by window, on all cores.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg, StringAgg
from django.db import connection
from django.db.models import Aggregate, BinaryField, Case, F, Func, Max, Min, Model, Q, QuerySet, Value, When
from numpy.typing import NDArray

from colortest.analysis.models import Tally
from colortest.analysis.models.tallies import as_text
from colortest.experiment.models import Study, Trial
from colortest.experiment.models.run import fooled, shows_fake
from colortest.stimuli.models import Colorization

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arm = tuple[int, str, int]  # algorithm, split, exposure asked for
Codes = dict[Arm, Integers]

BITS = 32  # of photo and outcome, below those of the participant
LOW = (1 << BITS) - 1
WINDOWS = 32  # of a table: whichever process of PostgreSQL has done one takes the next
# Several processes in the same window, one window after the other, would take twice as long.
ONE_EACH = "SET LOCAL min_parallel_index_scan_size = '1TB'"
AS_BEFORE = "SET LOCAL min_parallel_index_scan_size TO DEFAULT"


@dataclass(frozen=True)
class People:
    """Participants of a study, (rows,) each: from the lowest number of a row to the highest, gaps included.

    numbers: in the study; 0 of who is not of it.
    counted: finished, and no rehearsal.
    """

    first: int
    numbers: Integers
    counted: Flags
    simulated: Flags
    excluded: Flags

    @classmethod
    def of(cls, study: Study) -> Self:
        """As they are at this moment."""
        flags = {
            "counted": Q(finished__isnull=False, rehearsal=False),
            "simulated": Q(simulated=True),
            "excluded": ~Q(exclusion_reason=""),
        }
        asked = {name: ArrayAgg(Case(When(flag, then=True), default=False)) for name, flag in flags.items()}
        found = study.participants.order_by().aggregate(pks=ArrayAgg("pk"), numbers=ArrayAgg("number"), **asked)
        pks = np.array(found["pks"] or [], np.int64)
        first = int(pks.min(initial=np.iinfo(np.int64).max)) if len(pks) else 1
        tables = {name: np.zeros(int(pks.max(initial=first)) - first + 1, np.bool_) for name in flags}
        numbers = np.zeros(len(tables["counted"]), np.int64)
        for name, table in {"numbers": numbers, **tables}.items():
            table[pks - first] = found[name] or []
        return cls(first, numbers, **tables)

    @property
    def last(self) -> int:
        """The highest number of a row."""
        return self.first + len(self.numbers) - 1

    def rows(self, codes: Integers) -> Integers:
        """Where those of these codes stand here."""
        return (codes >> BITS) - self.first


def given_codes(study: Study, people: People) -> Codes:
    """Of the responses that there are to tally: unflagged ones to fakes in test trials, of everybody who is counted."""
    arms, arm_of, photo_of = _pairs(study)
    found: dict[Arm, list[Integers]] = {}
    for asked_ms, packed in _over(Trial, lambda first, last: _trials(study, people, first, last)):
        codes = np.frombuffer(packed, ">i8").astype(np.int64)
        codes = codes[people.counted[people.rows(codes)]]
        shown = (codes & LOW) >> 1
        codes = codes & ~LOW | photo_of[shown] << 1 | codes & 1
        ranks = arm_of[shown]
        for rank in np.unique(ranks).tolist():
            found.setdefault((*arms[rank], asked_ms), []).append(codes[ranks == rank])
    return _joined(found)


def stored_codes(people: People) -> Codes:
    """Of the responses in tallies of participants of the study, whoever they are."""
    found: dict[Arm, list[Integers]] = {}
    for algorithm, split, asked_ms, length, text in _over(Tally, lambda first, last: _tallies(people, first, last)):
        table = np.fromstring(text, np.int64, sep=",").reshape(-1, 1 + 2 * length)
        table = table[people.numbers[table[:, 0] - people.first] > 0]
        rows, photos, outcomes = np.split(table, [1, 1 + length], axis=1)
        found.setdefault((algorithm, split, asked_ms), []).append((rows << BITS | photos << 1 | outcomes).ravel())
    return _joined(found)


def _joined(found: dict[Arm, list[Integers]]) -> Codes:
    """Takes the parts away on the way: all responses are never there twice."""
    return {arm: np.concatenate(found.pop(arm)) for arm in list(found)}


def _pairs(study: Study) -> tuple[list[tuple[int, str]], Integers, Integers]:
    """The arms, algorithm and split, and by the number of a colorization which of them it belongs to, and its photo."""
    shown = Colorization.objects.filter(photo__test_set=study.test_set_id).order_by()
    arms: dict[tuple[int, str], int] = {}
    rows = [
        (pk, arms.setdefault((algorithm, split), len(arms)), photo)
        for pk, algorithm, split, photo in shown.values_list("pk", "algorithm", "photo__split", "photo")
    ]
    pks, ranks, photos = np.array(rows, np.int64).reshape(-1, 3).T
    tables = np.zeros((2, 1 + int(pks.max(initial=0))), np.int64)
    tables[:, pks] = ranks, photos
    return list(arms), *tables


def _over(model: type[Model], window: Any) -> Iterator[Any]:
    """The rows of the queries over windows of this table, first to last number of a row: of all in one statement."""
    ends = model._default_manager.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    width = (ends["last"] - ends["first"]) // WINDOWS + 1
    windows = [window(start, start + width - 1) for start in range(ends["first"], ends["last"] + 1, width)]
    with connection.cursor() as cursor:
        cursor.execute(ONE_EACH)
    yield from windows[0].union(*windows[1:], all=True)
    with connection.cursor() as cursor:
        cursor.execute(AS_BEFORE)


def _trials(study: Study, people: People, first: int, last: int) -> "QuerySet[Trial, tuple[int, memoryview]]":
    """Exposures asked for, each once, and packed codes, with the colorization where the photo is to stand.

    Both tables are bounded: each is then read by its own index. What only joins could tell, whose study it is and who
    finished, is left to the caller: each join takes a second of ten million responses.
    """
    asked = Trial.objects.order_by().annotate(question=Value(study.question))
    shown = asked.filter(
        shows_fake("", ""),
        pk__gte=first,
        pk__lte=last,
        response__trial__gte=first,
        response__trial__lte=last,
        kind=Trial.Kind.TEST,
        response__flags=[],
        participant__gte=people.first,
        participant__lte=people.last,
    )
    outcome = Case(When(fooled("", "", "response__"), then=1), default=0)
    code = F("participant") * (1 << BITS) + F("colorization") * 2 + outcome
    sent = Func(code, function="int8send", output_field=BinaryField())
    packed = Aggregate(sent, Value(b""), function="STRING_AGG", output_field=BinaryField())
    return shown.values(asked=F("response__asked_ms")).annotate(codes=packed).values_list("asked", "codes")


def _tallies(people: People, first: int, last: int) -> "QuerySet[Tally, tuple[int, str, int, int, str]]":
    """What equally long tallies hold, as text: the number of the participant's row, then photos, then outcomes."""
    between = Tally.objects.order_by().filter(
        pk__gte=first, pk__lte=last, participant__gte=people.first, participant__lte=people.last
    )
    alike = between.values("algorithm", "split", "asked_ms", length=F("photos__len"))
    texts = alike.annotate(text=StringAgg(as_text(F("participant")), ","))
    return texts.values_list("algorithm", "split", "asked_ms", "length", "text")
