"""Studies drawn from a known truth, to see whether intervals cover it and errors are as large as they say.

The truth is the population fool rate: the mean over all participants and all photos that there could be, of which each
study has a sample of both. The logit of being fooled is a constant plus a normal deviation of the participant (SD 0.5)
plus one of the photo (SD 1.0); the constant is the one that makes the population fool rate 35 %.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from statistics import fmean, pstdev

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from colortest.analysis.statistics.bootstrap import amt_bootstrap, crossed_interval
from colortest.analysis.statistics.intervals import Interval, wilson
from colortest.analysis.statistics.sequences import at_every_look
from colortest.analysis.statistics.sums import Arm, ArmSums, Responses

TRUTH, PERSON_SD, PHOTO_SD = 0.35, 0.5, 1.0


@dataclass(frozen=True)
class Design:
    """So many people, each in so many trials with different ones of so many photos, which are shown equally often."""

    people: int
    photos: int
    trials: int

    def __str__(self) -> str:
        return f"{self.people} people × {self.trials} trials over {self.photos:,} photos"


# Those of the table in docs/statistics.md, with the errors that others simulated before us, in percentage points: true,
# crossed, of the AMT script, binomial.
KNOWN = {
    Design(40, 1000, 36): (2.0, 2.6, 2.2, 1.3),
    Design(40, 100, 36): (2.6, 3.2, 2.2, 1.3),
    Design(40, 50, 36): (3.4, 3.6, 2.2, 1.3),
    Design(40, 40, 40): (3.5, 3.8, 2.1, 1.2),
    Design(120, 40, 40): (3.1, 3.2, 1.2, 0.7),
}


# Studies that are looked at 12 times while they run.
WATCHED = (Design(120, 40, 40), Design(300, 50, 36), Design(40, 100, 36), Design(40, 1000, 36))


@dataclass(frozen=True)
class Calibration:
    """Of many studies of one design. Errors in percentage points, shares 0 to 1.

    true: standard deviation of their fool rates; the others are means of what the studies said of themselves.
    covered, wilson_covered, amt_covered: studies whose 95 % interval holds the truth; the AMT script's is ± 1.96 SD.
    """

    true: float
    crossed: float
    amt: float
    binomial: float
    covered: float
    wilson_covered: float
    amt_covered: float

    @property
    def errors(self) -> tuple[float, float, float, float]:
        """In the order of KNOWN."""
        return self.true, self.crossed, self.amt, self.binomial


def off_target(found: Calibration, known: tuple[float, ...], *, studies: int) -> Iterator[str]:
    """What of so many studies is not as it should be.

    A standard deviation of rates is known to 1/√(2 · studies) of itself, so that the true error may be off by three
    times that, and by the half of a tenth that was rounded. The others are means of many, known to a tenth.
    """
    if not 0.93 <= found.covered <= 0.99:
        yield f"the 95 % interval covers the truth in {found.covered:.1%} of studies"
    chance = 3 * found.true / (2 * studies) ** 0.5
    for name, error, other, allowed in zip(
        ("true", "crossed", "AMT", "binomial"), found.errors, known, (0.05 + chance, 0.1, 0.1, 0.1), strict=True
    ):
        if abs(error - other) > allowed:
            yield f"the {name} error is {error:.2f} points, where {other} ± {allowed:.2f} are expected"


def calibrate(design: Design, *, studies: int, draws: int, seed: int = 1) -> Calibration:
    """Simulate so many studies, and judge each as the site does."""
    found = [_judge(sums, design, draws, number) for number, sums in enumerate(_studies(design, studies, draws, seed))]
    rates, crossed, amt, binomial, covered, wilson_covered, amt_covered = zip(*found, strict=True)
    errors = (100 * pstdev(rates), 100 * fmean(crossed), 100 * fmean(amt), 100 * fmean(binomial))
    return Calibration(*errors, fmean(covered), fmean(wilson_covered), fmean(amt_covered))


def _judge(sums: ArmSums, design: Design, draws: int, seed: int) -> tuple[float, ...]:
    fooled, countable = sums.fooled, sums.countable
    rate, of_draws = fooled / countable, sums.draws.rates()
    amt = amt_bootstrap(sums.people[:, 2], *sums.people[:, :2].T, trials=design.trials, seed=seed, draws=draws)
    intervals = (
        crossed_interval(sums.draws, fooled=fooled, countable=countable),
        wilson(fooled, countable),
        Interval(rate - 1.96 * amt.sd, rate + 1.96 * amt.sd),
    )
    covers = (float(interval.low <= TRUTH <= interval.high) for interval in intervals)
    return rate, float(of_draws[~np.isnan(of_draws)].std()), amt.sd, (rate * (1 - rate) / countable) ** 0.5, *covers


def _studies(design: Design, studies: int, draws: int, seed: int) -> Iterator[ArmSums]:
    for number, drawn in enumerate(_drawn(design, studies, seed)):
        yield drawn.sums(design.people, seed=number, draws=draws)


@dataclass(frozen=True)
class Drawn:
    """The responses of a study, (responses,) each. People are numbered in the order in which they finish."""

    people: NDArray[np.int64]
    photos: NDArray[np.int64]
    fooled: NDArray[np.int64]
    of: int  # photos

    def sums(self, people: int, *, seed: int, draws: int) -> ArmSums:
        """Of the first so many people."""
        there = self.people < people
        arm = Arm(np.arange(self.of), range(people))
        excluded = np.zeros(int(there.sum()), np.bool_)
        arm.add(Responses(self.people[there], self.photos[there], self.fooled[there], excluded))
        return arm.sums(seed=seed, draws=draws)

    def by(self, units: NDArray[np.int64], people: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Fooled and countable of each unit, people or photos, in the responses of the first so many people."""
        there = self.people < people
        fooled = np.bincount(units[there], weights=self.fooled[there]).astype(np.int64)
        return fooled, np.bincount(units[there])


def _drawn(design: Design, studies: int, seed: int) -> Iterator[Drawn]:
    chance = np.random.default_rng(seed)
    for _ in range(studies):
        people, photos = np.nonzero(_shown(design, chance))
        logits = (
            _constant()
            + PERSON_SD * chance.standard_normal(design.people)[people]
            + PHOTO_SD * chance.standard_normal(design.photos)[photos]
        )
        fooled = (chance.random(len(people)) < expit(logits)).astype(np.int64)
        yield Drawn(people, photos, fooled, design.photos)


@dataclass(frozen=True)
class Looks:
    """Of many studies that are looked at as often while they run. Widths at the end, in percentage points.

    covered: studies whose bounds hold the truth at all looks; crossed_covered: whose interval does.
    """

    covered: float
    crossed_covered: float
    width: float
    crossed_width: float


def watch(design: Design, *, studies: int, draws: int, looks: int = 12, seed: int = 1) -> Looks:
    """Simulate so many studies with photos of their own, and look at each as many times."""
    when = sorted({round(design.people * look / looks) for look in range(1, looks + 1)})
    found = [_watched(drawn, when, draws) for drawn in _drawn(design, studies, seed)]
    covered, crossed_covered, width, crossed_width = np.mean(found, axis=0).tolist()
    return Looks(covered, crossed_covered, 100 * width, 100 * crossed_width)


def _watched(drawn: Drawn, when: list[int], draws: int) -> tuple[float, ...]:
    pairs = []
    for people in when:
        sums = drawn.sums(people, seed=1, draws=draws)
        crossed = crossed_interval(sums.draws, fooled=sums.fooled, countable=sums.countable)
        bounds = at_every_look(drawn.by(drawn.people, people), drawn.by(drawn.photos, people))
        assert bounds is not None
        pairs.append((bounds, crossed))
    covers = [float(all(one.low <= TRUTH <= one.high for one in kind)) for kind in zip(*pairs, strict=True)]
    return *covers, *(one.high - one.low for one in pairs[-1])


def _shown(design: Design, chance: np.random.Generator) -> NDArray[np.bool_]:
    """(people, photos): who sees what, least-seen photos first."""
    seen, times = np.zeros((design.people, design.photos), np.bool_), np.zeros(design.photos, np.int64)
    for person in seen:
        mine = np.lexsort((chance.random(design.photos), times))[: design.trials]
        person[mine] = True
        times[mine] += 1
    return seen


@cache
def _constant() -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    deviations = PERSON_SD * nodes[:, None] + PHOTO_SD * nodes[None, :]
    return float(brentq(lambda constant: weights @ expit(constant + deviations) @ weights - TRUTH, -5, 5))
