"""Whose tallies are not what their responses say: of millions of responses all are compared, and few tallied again."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from colortest.analysis.models import FoolRate
from colortest.analysis.services.codes import BITS, LOW, Codes, Integers, People, given_codes, stored_codes
from colortest.analysis.statistics.sums import Responses
from colortest.experiment.models import Study

PART = 1 << 20  # responses at a time
NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Compared:
    """Responses of those whose tallies say the same, and who the others are.

    codes: of each arm, in order.
    wrong: numbers of the rows of participants whose stored tallies are not made of the responses that they gave, each
        once; in order. In what order a tally holds them is not compared: nothing depends on it.
    """

    people: People
    codes: Codes
    wrong: list[int]

    def responses(self, rate: FoolRate) -> Iterator[Responses]:
        """Those behind a fool rate, of who is excluded too."""
        for (algorithm, split, asked_ms), codes in self.codes.items():
            if (algorithm, split) == (rate.algorithm_id, rate.split) and rate.asked_ms in (None, asked_ms):
                for start in range(0, len(codes), PART):
                    part = codes[start : start + PART]
                    yield self._responses(part[self.people.simulated[self.people.rows(part)] == rate.simulated])

    def _responses(self, codes: Integers) -> Responses:
        rows = self.people.rows(codes)
        return Responses(
            participants=self.people.numbers[rows],
            photos=(codes & LOW) >> 1,
            fooled=codes & 1,
            excluded=self.people.excluded[rows],
        )


def compared(study: Study) -> Compared:
    """All responses of a study with all of its tallies.

    Call it under the study's lock: who finishes or withdraws meanwhile is among the wrong, or on the database's own
    lists.
    """
    people = People.of(study)
    given, stored = given_codes(study, people), stored_codes(people)
    wrong: set[int] = set()
    for arm in {*given, *stored}:
        wrong.update(_of_one_only(given.get(arm, NONE), stored.pop(arm, NONE)))
    if wrong:
        given = {arm: codes[~np.isin(codes >> BITS, list(wrong))] for arm, codes in given.items()}
    return Compared(people, given, sorted(wrong))


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
