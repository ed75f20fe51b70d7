"""Responses one by one, for what sums do not tell: sides, positions, times. Of some participants where many came."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from colortest.analysis.statistics.bootstrap import Cells
from colortest.analysis.statistics.differences import Drawn
from colortest.analysis.statistics.weights import UNITS
from colortest.experiment.models import Response, Study

MOST = 50_000  # responses read: a second's work, and enough for a tenth of a point
DRAWS = 2000  # of the bootstrap: these numbers stand beside the fool rate
CHUNK = 10_000

COLUMNS = {
    "participant": "trial__participant__number",
    "excluded": "trial__participant__exclusion_reason",
    "photo": "trial__colorization__photo",
    "algorithm": "trial__colorization__algorithm",
    "split": "trial__colorization__photo__split",
    "asked_ms": "asked_ms",
    "kind": "trial__kind",
    "position": "trial__position",
    "real_side": "trial__real_side",
    "first_side": "trial__first_side",
    "chosen_side": "chosen_side",
    "fooled": "fooled",
    "correct": "correct",
    "rt_ms": "rt_ms",
    "left_ms": "left_exposure_ms",
    "right_ms": "right_exposure_ms",
    "flags": "flags",
}
FLAGS = ("EXPOSURE", "HIDDEN", "REPEATED")


@dataclass(frozen=True)
class Sample:
    """Whose responses they are: of all who finished, or so many of them, drawn by the study's seed."""

    participants: int
    of: int

    @property
    def sentence(self) -> str:
        if self.participants == self.of:
            return ""
        return (
            f"Sides, positions, times, exposures, catch trials and flags are told from {self.participants:,} of the "
            f"{self.of:,} participants who finished, drawn at random."
        )


@dataclass(frozen=True)
class Responses:
    """(responses,) each. Sides are whether left; `shows_fake` is False only for a single image that is the photo."""

    participant: NDArray[np.int64]
    excluded: NDArray[np.bool_]
    photo: NDArray[np.int64]
    algorithm: NDArray[np.int64]
    split: NDArray[np.str_]
    asked_ms: NDArray[np.int64]
    kind: NDArray[np.str_]
    position: NDArray[np.int64]
    real_left: NDArray[np.bool_]
    first_left: NDArray[np.bool_]
    chose_left: NDArray[np.bool_]
    fooled: NDArray[np.bool_]
    correct: NDArray[np.bool_]
    shows_fake: NDArray[np.bool_]
    rt_ms: NDArray[np.float64]
    achieved_ms: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    missed: NDArray[np.bool_]

    @classmethod
    def of(cls, study: Study, participants: Sequence[int]) -> Self:
        """Every response of these participants, by number of their rows."""
        given = Response.objects.filter(trial__participant__in=participants).with_fooled().order_by()
        rows: list[tuple[Any, ...]] = list(given.values_list(*COLUMNS.values()).iterator(chunk_size=CHUNK))
        values = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
        raw = {name: list(column) for name, column in zip(COLUMNS, values, strict=True)}
        sides = {name: np.array([side == "LEFT" for side in raw[f"{name}_side"]], bool) for name in SIDES}
        asked = np.array(raw["asked_ms"], np.int64)
        return cls(
            participant=np.array(raw["participant"], np.int64),
            excluded=np.array(raw["excluded"], bool),
            photo=np.array(raw["photo"], np.int64),
            algorithm=np.array(raw["algorithm"], np.int64),
            split=np.array(raw["split"], np.str_),
            kind=np.array(raw["kind"], np.str_),
            position=np.array(raw["position"], np.int64),
            fooled=np.array(raw["fooled"], bool),
            correct=np.array(raw["correct"], bool),
            asked_ms=asked,
            real_left=sides["real"],
            first_left=sides["first"],
            chose_left=sides["chosen"],
            shows_fake=~(sides["real"] & study.single),
            rt_ms=np.array(raw["rt_ms"], float),
            achieved_ms=_farthest(np.array(raw["left_ms"], float), np.array(raw["right_ms"], float), asked),
            flagged=np.array([bool(flags) for flags in raw["flags"]], bool),
            missed=np.array(["EXPOSURE" in flags for flags in raw["flags"]], bool),
        )

    def where(self, keep: NDArray[np.bool_]) -> Self:
        """Some of them."""
        return type(self)(**{name: column[keep] for name, column in vars(self).items()})

    def of_kind(self, kind: str) -> Self:
        """Of who is not excluded, in trials of this kind that are not flagged."""
        return self.where(~self.excluded & ~self.flagged & (self.kind == kind))

    def __len__(self) -> int:
        return len(self.participant)

    def share(self, yes: NDArray[np.bool_], *, seed: int) -> Drawn:
        """How many of them say yes, with draws of the crossed bootstrap; photos are told apart by their number."""
        people, row = np.unique(self.participant % UNITS, return_inverse=True)
        photos, column = np.unique(self.photo % UNITS, return_inverse=True)
        cells = Cells(people.tolist(), photos.tolist())
        cells.add(row, column, yes.astype(np.int64))
        return Drawn(int(yes.sum()), len(self), cells.draws(seed=seed, draws=DRAWS))


SIDES = ("real", "first", "chosen")


def sampled(study: Study, *, simulated: bool) -> tuple[Responses, Sample]:
    """The responses of who finished, excluded or not; of some of them where they are more than MOST."""
    finished = study.participants.filter(simulated=simulated, rehearsal=False).finished()
    everybody = list(finished.order_by("pk").values_list("pk", flat=True))
    each = study.counts.total + 1
    chosen = everybody
    if len(everybody) * each > MOST:
        chosen = Random(study.seed).sample(everybody, max(1, MOST // each))  # noqa: S311 (reproducible, no secret)
    return Responses.of(study, chosen), Sample(len(chosen), len(everybody))


def _farthest(left: NDArray[np.float64], right: NDArray[np.float64], asked: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of both exposures the one that missed by more."""
    farther = np.nan_to_num(np.abs(right - asked), nan=-1.0) > np.abs(left - asked)
    return np.where(farther, right, left)
