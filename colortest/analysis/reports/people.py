"""Who finished and what they brought, participant by participant."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, IntegerField, Value
from numpy.typing import NDArray

from colortest.analysis.models import Tally, TallyQuerySet
from colortest.experiment.models import Study

CHUNK = 20_000


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
        tallies = counted_tallies(study, simulated=simulated).annotate(
            countable=Func(F("photos"), function="cardinality", output_field=IntegerField()),
            fooled_count=Func(_places_of_true(), function="cardinality", output_field=IntegerField()),
        )
        names = ("participant", "algorithm", "split", "asked_ms", "fooled_count", "countable")
        ordered = tallies.order_by("participant__finished", "participant").values_list(*names)
        rows: list[tuple[Any, ...]] = list(ordered.iterator(chunk_size=CHUNK))
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        order = {participant: place for place, participant in enumerate(dict.fromkeys(columns[0]))}
        return cls(
            person=_whole([order[participant] for participant in columns[0]]),
            algorithm=_whole(columns[1]),
            split=np.array(columns[2], dtype=np.str_),
            asked_ms=_whole(columns[3]),
            fooled=_whole(columns[4]),
            countable=_whole(columns[5]),
        )

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


def _places_of_true() -> Func:
    return Func(
        F("fooled"),
        Value(True, output_field=BooleanField()),
        function="array_positions",
        output_field=ArrayField(IntegerField()),
    )


def _whole(values: Any) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
