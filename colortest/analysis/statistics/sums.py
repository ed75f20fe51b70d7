"""What a fool rate is summed from: all of it whole numbers to which those of more participants are added."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from colortest.analysis.statistics.bootstrap import Cells, Draws, Integers, count_outcomes
from colortest.analysis.statistics.weights import DRAWS, UNITS


@dataclass(frozen=True)
class ArmSums:
    """One arm's countable responses.

    draws: of the crossed bootstrap.
    photos: (photos, 3): number of the photo, fooled, countable; in order of the number.
    people: (kinds, 3): fooled and countable of one participant, and how many have such; in order.
    """

    draws: Draws
    photos: Integers
    people: Integers

    def __add__(self, other: Self) -> Self:
        """With those of other participants, drawn with the same seed."""
        return type(self)(
            draws=self.draws + other.draws,
            photos=_add(self.photos, other.photos, keys=1),
            people=_add(self.people, other.people, keys=2),
        )

    @property
    def fooled(self) -> int:
        return int(self.photos[:, 1].sum())

    @property
    def countable(self) -> int:
        return int(self.photos[:, 2].sum())

    @property
    def participants(self) -> int:
        return int(self.people[:, 2].sum())


@dataclass(frozen=True)
class Responses:
    """Unflagged responses in finished runs, (responses,) each: numbers of participant and photo, and two flags.

    fooled: 0 or 1.
    excluded: whether the participant is.
    """

    participants: Integers
    photos: Integers
    fooled: Integers
    excluded: NDArray[np.bool_]


@dataclass(frozen=True)
class Totals:
    """Of an arm."""

    fooled: int
    countable: int
    participants: int


class Arm:
    """Responses of one arm, counted as they come; each participant's may come in several parts.

    Args:
        photos: the numbers of all photos of the study, ascending: their ranks are the units of their weights.
        people: from the lowest number of a participant to the highest.
    """

    def __init__(self, photos: Integers, people: range) -> None:
        self._numbers = photos
        self._first_photo = int(photos[0]) if len(photos) else 0
        # By the number of a photo: looking each of millions up among the sorted ones takes ten times as long.
        self._ranks = np.zeros(int(photos[-1]) - self._first_photo + 1 if len(photos) else 0, np.int64)
        self._ranks[photos - self._first_photo] = np.arange(len(photos))
        self._first = people.start
        self._cells = Cells([number % UNITS for number in people[:UNITS]], range(min(len(photos), UNITS)))
        self._photos = np.zeros((len(photos), 2), np.int64)  # not fooled, fooled
        self._people = np.zeros((len(people), 2), np.int64)
        self._excluded = np.zeros(len(people), np.bool_)

    def add(self, responses: Responses) -> None:
        """Of who is excluded, only how many and how often fooled."""
        people = responses.participants - self._first
        count_outcomes(self._people, people, responses.fooled)
        self._excluded[people] = responses.excluded
        counts = ~responses.excluded
        people, fooled = people[counts], responses.fooled[counts]
        ranks = self._ranks[responses.photos[counts] - self._first_photo]
        count_outcomes(self._photos, ranks, fooled)
        self._cells.add(people % UNITS, ranks % UNITS, fooled)

    def before_exclusions(self) -> Totals:
        """Of everybody."""
        people = _fooled_and_countable(self._people)
        fooled, countable = people.sum(axis=0).tolist()
        return Totals(fooled, countable, int(np.count_nonzero(people[:, 1])))

    def sums(self, *, seed: int, draws: int = DRAWS) -> ArmSums:
        """Of who is not excluded."""
        photos, people = _fooled_and_countable(self._photos), _fooled_and_countable(self._people)
        shown, people = np.flatnonzero(photos[:, 1]), people[(people[:, 1] > 0) & ~self._excluded]
        return ArmSums(
            draws=self._cells.draws(seed=seed, draws=draws),
            photos=np.column_stack([self._numbers[shown], photos[shown]]),
            people=_add(np.column_stack([people, np.ones(len(people), np.int64)]), keys=2),
        )


def _fooled_and_countable(counts: Integers) -> Integers:
    """(rows, 2) from (not fooled, fooled)."""
    return np.column_stack([counts[:, 1], counts.sum(axis=1)])


def _add(*tables: Integers, keys: int) -> Integers:
    """Rows with the same first `keys` columns, 1 or 2, become one, the sum of the others; in order of the keys."""
    rows = np.concatenate(tables)
    names = rows[:, 0] if keys == 1 else (rows[:, 0] << 32) + rows[:, 1]  # rows themselves sort a hundred times slower
    _, firsts, places = np.unique(names, return_index=True, return_inverse=True)
    sums = np.zeros((len(firsts), rows.shape[1] - keys), np.int64)
    np.add.at(sums, places, rows[:, keys:])
    return np.hstack([rows[firsts, :keys], sums])
