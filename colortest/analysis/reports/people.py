"""Who finished and what they brought, participant by participant."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, IntegerField, Value
from numpy.typing import NDArray

from colortest.analysis.models import Tally, TallyQuerySet
from colortest.experiment.models import Study

CHUNK = 20_000
COLUMNS = ("participant", "algorithm", "split", "asked_ms", "fooled_count", "countable")


def counted_tallies(study: Study, *, simulated: bool) -> TallyQuerySet:
    """Of who is not excluded."""
    return Tally.objects.of_study(study, simulated=simulated).filter(participant__exclusion_reason="")


@dataclass(frozen=True)
class People:
    """What each counted participant responded to each arm, (rows,) each, in the order in which they finished.

    person: 0 for who finished first, then 1, and so on.
    """

    person: NDArray[np.int64]
    algorithm: NDArray[np.int64]
    split: NDArray[np.str_]
    asked_ms: NDArray[np.int64]
    fooled: NDArray[np.int64]
    countable: NDArray[np.int64]

    @classmethod
    def of(cls, study: Study, *, simulated: bool) -> Self:
        """From tallies, of who is not excluded."""
        parts = [_first_columns(), *_read(study, simulated=simulated)]
        participants, algorithm, split, asked_ms, fooled, countable = (
            np.concatenate([part[place] for part in parts]) for place in range(len(COLUMNS))
        )
        # Rows of one participant follow each other.
        person = np.cumsum(np.diff(participants, prepend=participants[:1]) != 0)
        return cls(person, algorithm, split, asked_ms, fooled, countable)

    def of_arm(self, algorithm: int | None, split: str | None, asked_ms: int | None) -> Self:
        """Their responses to this arm; None: to all."""
        keep = np.ones(len(self.person), bool)
        for column, value in ((self.algorithm, algorithm), (self.split, split), (self.asked_ms, asked_ms)):
            if value is not None:
                keep &= column == value
        return type(self)(**{name: column[keep] for name, column in vars(self).items()})

    @property
    def persons(self) -> NDArray[np.int64]:
        """Who has any response, in order."""
        return np.unique(self.person)

    @property
    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Fooled and countable of each of them, in order."""
        _, place = np.unique(self.person, return_inverse=True)
        fooled = np.bincount(place, weights=self.fooled).astype(np.int64)
        return fooled, np.bincount(place, weights=self.countable).astype(np.int64)

    @property
    def rates(self) -> NDArray[np.float64]:
        """The fool rate of each of them, in order."""
        fooled, countable = self.counts
        return fooled / np.maximum(countable, 1)


def _read(study: Study, *, simulated: bool) -> Iterator[list[NDArray[Any]]]:
    """Columns of some thousand rows at a time, so that a million of them take little memory."""
    tallies = counted_tallies(study, simulated=simulated).annotate(
        countable=Func(F("photos"), function="cardinality", output_field=IntegerField()),
        fooled_count=Func(_places_of_true(), function="cardinality", output_field=IntegerField()),
    )
    rows = tallies.order_by("participant__finished", "participant").values_list(*COLUMNS).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield [np.array(column) for column in zip(*chunk, strict=True)]


def _first_columns() -> list[NDArray[Any]]:
    """No row, with the type of each column: what there is where nobody has finished."""
    return [np.empty(0, np.str_ if name == "split" else np.int64) for name in COLUMNS]


def _places_of_true() -> Func:
    return Func(
        F("fooled"),
        Value(True, output_field=BooleanField()),
        function="array_positions",
        output_field=ArrayField(IntegerField()),
    )
