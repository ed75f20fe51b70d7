"""Whose tallies are not what their responses say: of millions of responses all are compared, and few tallied again.

A response is compared as one whole number, its code: the participant, then the colorization, and in the last bit
whether it fooled. PostgreSQL joins trials and responses in their own order, window by window, on all cores.
"""

from collections.abc import Iterator

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Aggregate, BinaryField, Case, F, Func, Max, Min, QuerySet, Value, When
from numpy.typing import NDArray

from colortest.analysis.models import Tally
from colortest.experiment.models import Study, Trial
from colortest.experiment.models.run import fooled, shows_fake
from colortest.stimuli.models import Colorization

Integers = NDArray[np.int64]
Arm = tuple[int, str, int]  # algorithm, split, exposure asked for

BITS = 32  # of colorization and outcome, below those of the participant
WINDOWS = 32  # of trials: whichever process of PostgreSQL has done one takes the next
# Several processes in the same window, one window after the other, would take twice as long.
ONE_EACH = "SET LOCAL min_parallel_index_scan_size = '1TB'"
AS_BEFORE = "SET LOCAL min_parallel_index_scan_size TO DEFAULT"


def differing(study: Study) -> list[int]:
    """Numbers of the rows of participants whose stored tallies are not made of the responses that they gave, each once.

    In what order a tally holds them is not compared: nothing depends on it.
    """
    pairs = _pairs(study)
    given = dict(_given(study, pairs))
    stored = Tally.objects.filter(participant__study=study).order_by()
    people = _people(study)
    none = np.zeros(0, np.int64)
    wrong: set[int] = set()
    for arm in {*given, *stored.values_list("algorithm", "split", "asked_ms").distinct()}:
        algorithm, split, asked_ms = arm
        photos = pairs.get((algorithm, split), np.zeros((2, 0), np.int64))
        tallies = stored.filter(algorithm=algorithm, split=split, asked_ms=asked_ms)
        codes = [_codes(people[part.participants], photos, part.photos, part.fooled) for part in tallies.responses()]
        wrong.update(_of_one_only(given.get(arm, none), np.concatenate([none, *codes])))
    return sorted(wrong)


def _given(study: Study, pairs: dict[tuple[int, str], Integers]) -> Iterator[tuple[Arm, Integers]]:
    """Codes of the responses that there are to tally: of everybody who finished, in rehearsals never."""
    finished = study.participants.finished().filter(rehearsal=False)
    people = np.array(finished.aggregate(all=ArrayAgg("pk"))["all"] or [], np.int64)
    arms = list(pairs)
    arm_of = np.zeros(1 + max((int(shown.max()) for _, shown in pairs.values()), default=0), np.int64)
    for rank, (_, shown) in enumerate(pairs.values()):
        arm_of[shown] = rank
    for asked_ms, codes in _joined(study):
        codes = codes[np.isin(codes >> BITS, people)]
        ranks = arm_of[(codes & (1 << BITS) - 1) >> 1]
        for rank in np.unique(ranks).tolist():
            yield (*arms[rank], asked_ms), codes[ranks == rank]


def _joined(study: Study) -> Iterator[tuple[int, Integers]]:
    """Exposures asked for, each once, and codes of all unflagged responses to fakes in test trials."""
    windows = list(_windows(study))
    found: dict[int, list[Integers]] = {}
    if windows:
        with connection.cursor() as cursor:
            cursor.execute(ONE_EACH)
        for asked_ms, codes in windows[0].union(*windows[1:], all=True):
            found.setdefault(asked_ms, []).append(np.frombuffer(codes, ">i8"))
        with connection.cursor() as cursor:
            cursor.execute(AS_BEFORE)
    while found:
        asked_ms, parts = found.popitem()
        yield asked_ms, np.concatenate(parts).astype(np.int64)


def _windows(study: Study) -> Iterator["QuerySet[Trial, tuple[int, memoryview]]"]:
    """Queries that between them find every response of the study.

    They start at trials, and bound both tables: each is then read by its own index. What only joins could tell, whose
    study it is and who finished, is left to the caller: each join takes a second of ten million responses.
    """
    ends = Trial.objects.aggregate(first=Min("pk"), last=Max("pk"))
    people = study.participants.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None or people["first"] is None:
        return
    asked = Trial.objects.order_by().annotate(question=Value(study.question))
    shown = asked.filter(
        shows_fake("", ""),
        kind=Trial.Kind.TEST,
        response__flags=[],
        participant__gte=people["first"],
        participant__lte=people["last"],
    )
    outcome = Case(When(fooled("", "", "response__"), then=1), default=0)
    code = F("participant") * (1 << BITS) + F("colorization") * 2 + outcome
    packed = Aggregate(
        Func(code, function="int8send", output_field=BinaryField()),
        Value(b""),
        function="STRING_AGG",
        output_field=BinaryField(),
    )
    width = (ends["last"] - ends["first"]) // WINDOWS + 1
    for start in range(ends["first"], ends["last"] + 1, width):
        last = start + width - 1
        window = shown.filter(pk__gte=start, pk__lte=last, response__trial__gte=start, response__trial__lte=last)
        yield window.values(asked=F("response__asked_ms")).annotate(codes=packed).values_list("asked", "codes")


def _pairs(study: Study) -> dict[tuple[int, str], Integers]:
    """By algorithm and split, (2, photos): numbers of photos, ascending, and of their colorizations."""
    shown = Colorization.objects.filter(photo__test_set=study.test_set_id).order_by("photo")
    found: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for algorithm, split, photo, pk in shown.values_list("algorithm", "photo__split", "photo", "pk"):
        found.setdefault((algorithm, split), []).append((photo, pk))
    return {arm: np.array(rows, np.int64).T for arm, rows in found.items()}


def _people(study: Study) -> Integers:
    """The number of a participant's row at the place of their number in the study."""
    columns = {"numbers": "number", "pks": "pk"}
    found = study.participants.aggregate(**{name: ArrayAgg(of, order_by="number") for name, of in columns.items()})
    numbers, pks = (np.array(found[name] or [], np.int64) for name in columns)
    people = np.zeros(int(numbers.max(initial=0)) + 1, np.int64)
    people[numbers] = pks
    return people


def _codes(people: Integers, pairs: Integers, photos: Integers, outcomes: Integers) -> Integers:
    """A photo without such a pair has the code of no colorization."""
    known, colorizations = pairs
    places = np.searchsorted(known, photos)
    found = np.append(known, -1)[places] == photos
    shown = np.where(found, np.append(colorizations, 0)[places], 0)
    return people << BITS | shown << 1 | outcomes


def _of_one_only(some: Integers, others: Integers) -> list[int]:
    """Participants of codes that are not in both, each equally often. Sorts both in place."""
    some.sort()
    others.sort()
    if np.array_equal(some, others):
        return []
    codes, places = np.unique(np.concatenate([some, others]), return_inverse=True)
    more = np.bincount(places[: len(some)], minlength=len(codes)) - np.bincount(
        places[len(some) :], minlength=len(codes)
    )
    people: list[int] = np.unique(codes[more != 0] >> BITS).tolist()
    return people
