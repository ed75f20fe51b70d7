"""Fool rates against each other and against 50 %, from the draws of the crossed bootstrap. Pure.

Draws of different arms that give the same participant the same weight and the same photo the same weight are paired by
both: their difference, draw by draw, is the difference of arms that share what people and photos bring along. For
intervals and p the draws are `narrowed`, as those of a fool rate are.

Where every response is the same, each draw is the same too and tells nothing of chance; then the score methods for
independent responses take over, because no interval here is narrower and no p smaller than theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from colortest.analysis.statistics.bootstrap import Draws, narrowed
from colortest.analysis.statistics.intervals import Interval, wilson

HALF = 0.5  # nobody can tell
ONE_SIDED = 0.05  # the level of each of the two tests of equivalence
NORMAL = NormalDist()


@dataclass(frozen=True)
class Drawn:
    """An arm: its counts, and its draws."""

    fooled: int
    countable: int
    draws: Draws

    @property
    def rate(self) -> float:
        return self.fooled / self.countable

    @property
    def rates(self) -> NDArray[np.float64]:
        """One for each draw; NaN where it drew no response."""
        return self.draws.rates()

    @property
    def own(self) -> float:
        """The variance of the rate if all responses were independent."""
        return self.rate * (1 - self.rate) / self.countable


@dataclass(frozen=True)
class Test:
    """What two arms, or one and 50 %, differ by: −1 to 1, with a 95 % interval and a two-sided p."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests (Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15, p. 657).

    p: the larger of the two; it decides.
    low, high: of the 90 % interval, whose bounds are those margins at which p would be 5 %: it is within ± margin where
        p is below, and nowhere else.
    """

    margin: float
    low: float
    high: float
    p: float

    @property
    def equivalent(self) -> bool:
        return self.p <= ONE_SIDED


def pool(arms: Sequence[Drawn]) -> Drawn:
    """Their responses together."""
    draws = sum((arm.draws for arm in arms), start=Draws.none(len(arms[0].draws.fooled)))
    return Drawn(sum(arm.fooled for arm in arms), sum(arm.countable for arm in arms), draws)


def against_half(arm: Drawn) -> Test:
    """The fool rate minus 50 %; p by the draws beyond it, never below that of the score test."""
    score = (arm.rate - HALF) / sqrt(HALF * HALF / arm.countable)
    return _test(arm.rate - HALF, _from_half(arm), _shifted(wilson(arm.fooled, arm.countable)), score)


def difference(one: Drawn, other: Drawn) -> Test:
    """One's fool rate minus the other's."""
    floor = _newcombe(one, other, 0.95)
    return _test(one.rate - other.rate, _between(one, other), floor, _pooled_score(one, other))


def equivalent_to_half(arm: Drawn, margin: float) -> Equivalence:
    """Whether the fool rate is within the margin (0 to 1) of 50 %."""
    floor = _shifted(wilson(arm.fooled, arm.countable, 0.9))
    return _equivalence(arm.rate - HALF, _from_half(arm), floor, margin)


def equivalent(one: Drawn, other: Drawn, margin: float) -> Equivalence:
    """Whether two fool rates are within the margin (0 to 1) of each other."""
    return _equivalence(one.rate - other.rate, _between(one, other), _newcombe(one, other, 0.9), margin)


def holm(ps: Sequence[float]) -> list[float]:
    """Adjusted for a family, in the same order (Holm 1979, Scandinavian Journal of Statistics 6, p. 65)."""
    adjusted, running = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda index: ps[index])):
        running = max(running, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = running
    return adjusted


def _from_half(arm: Drawn) -> NDArray[np.float64]:
    draws = _finite(arm.rates - HALF)
    return narrowed(draws, around=arm.rate - HALF, own=arm.own) if len(draws) else draws


def _between(one: Drawn, other: Drawn) -> NDArray[np.float64]:
    draws = _finite(one.rates - other.rates)
    return narrowed(draws, around=one.rate - other.rate, own=one.own + other.own) if len(draws) else draws


def _test(value: float, draws: NDArray[np.float64], floor: Interval, score: float) -> Test:
    """p: twice the smaller share of draws at or beyond nothing, one more counted among them (Davison and Hinkley 1997,
    Bootstrap Methods and their Application, chapter 4).
    """
    interval = _hull(draws, floor, 0.95)
    beyond = min(int(np.sum(draws <= 0)), int(np.sum(draws >= 0)))
    p = min(1.0, 2 * (1 + beyond) / (1 + len(draws)))
    return Test(value, min(interval.low, value), max(interval.high, value), max(p, 2 * NORMAL.cdf(-abs(score))))


def _equivalence(value: float, draws: NDArray[np.float64], floor: Interval, margin: float) -> Equivalence:
    """p of either side: the share of draws at the margin or beyond, one more counted among them, and never below that
    of a normal variable whose bound at ONE_SIDED is the floor's.
    """
    ordered, enough = np.sort(draws), int(ONE_SIDED * (1 + len(draws)))
    low, high = (ordered[enough - 1], ordered[-enough]) if enough else (-1.0, 1.0)
    outside = max(int(np.sum(draws <= -margin)), int(np.sum(draws >= margin)))
    normal = max(_beyond(value - floor.low, value + margin), _beyond(floor.high - value, margin - value))
    p = max((1 + outside) / (1 + len(draws)), normal)
    return Equivalence(margin, float(min(low, floor.low)), float(max(high, floor.high)), p)


def _beyond(bound: float, distance: float) -> float:
    """P that a normal variable is farther than the distance, where it is farther than the bound once in 20."""
    return NORMAL.cdf(NORMAL.inv_cdf(ONE_SIDED) * distance / bound) if bound > 0 else float(distance <= 0)


def _hull(draws: NDArray[np.float64], floor: Interval, level: float) -> Interval:
    """The percentile interval of the draws, widened to the floor where that is wider."""
    if not len(draws):
        return floor
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(min(float(low), floor.low), max(float(high), floor.high))


def _newcombe(one: Drawn, other: Drawn, level: float) -> Interval:
    """Of the difference of independent proportions (Newcombe 1998, Statistics in Medicine 17, p. 873, method 10)."""
    a, b = (wilson(arm.fooled, arm.countable, level) for arm in (one, other))
    value = one.rate - other.rate
    low = value - sqrt((one.rate - a.low) ** 2 + (b.high - other.rate) ** 2)
    high = value + sqrt((a.high - one.rate) ** 2 + (other.rate - b.low) ** 2)
    return Interval(low, high)


def _pooled_score(one: Drawn, other: Drawn) -> float:
    """z of two proportions; 0 where all responses are the same."""
    share = (one.fooled + other.fooled) / (one.countable + other.countable)
    variance = share * (1 - share) * (1 / one.countable + 1 / other.countable)
    return (one.rate - other.rate) / sqrt(variance) if variance else 0.0


def _shifted(interval: Interval) -> Interval:
    return Interval(interval.low - HALF, interval.high - HALF)


def _finite(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    return draws[np.isfinite(draws)]
