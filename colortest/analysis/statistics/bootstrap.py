"""How far a fool rate would move with other participants and other photos: the two bootstraps.

The crossed bootstrap gives every participant and every photo a random weight and a response the product of both: Owen
and Eckles 2012, Annals of Applied Statistics 6, p. 895. Its weights are Poisson and not multinomial: they are
independent of each other, so that the draws of a study are sums over responses to which more are simply added. Draws
of two arms share the weights of who and what they share, so that their difference is paired where the design is.

The bootstrap of AMT_Real_vs_Fake resamples participants, and trials within each: what its figures say of photos is
nothing, but it is what older papers report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from colortest.analysis.statistics.intervals import Interval, wilson
from colortest.analysis.statistics.weights import DRAWS, Of, poisson_weights

CROSSED = "crossed bootstrap 95 %"
CHUNK = 500  # draws multiplied at a time: a few megabytes
MANY_KINDS = 300  # of participants, by their numbers: there are at least as many of them, and each takes milliseconds

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Draws:
    """Weighted numbers of fooled and of countable responses, (draws,) each: whole, so that sums of them are exact."""

    fooled: Integers
    countable: Integers

    @classmethod
    def none(cls, draws: int = DRAWS) -> Self:
        """Of no response."""
        return cls(np.zeros(draws, np.int64), np.zeros(draws, np.int64))

    def __add__(self, other: Self) -> Self:
        """Of the responses of both, which must have been drawn with the same seed."""
        return type(self)(self.fooled + other.fooled, self.countable + other.countable)

    def rates(self) -> NDArray[np.float64]:
        """The fool rate of each draw, (draws,); NaN where a draw has left no response."""
        rates = np.full(len(self.fooled), np.nan)
        np.divide(self.fooled, self.countable, out=rates, where=self.countable > 0)
        return rates


class Cells:
    """Responses counted by weight of participant × weight of photo: that is all that the draws depend on.

    A unit is the number of a weight, 0 to UNITS − 1; where there are more participants or photos, several share one.

    Args:
        participants, photos: the units that rows and columns stand for.
    """

    def __init__(self, participants: Sequence[int], photos: Sequence[int]) -> None:
        self._units = (participants, photos)
        self._counts = np.zeros((len(participants), len(photos), 2), np.int32)  # not fooled, fooled

    @property
    def fooled(self) -> NDArray[np.int32]:
        """(participants, photos)"""
        return self._counts[:, :, 1]

    @property
    def countable(self) -> NDArray[np.int32]:
        """(participants, photos)"""
        countable: NDArray[np.int32] = self._counts.sum(axis=2, dtype=np.int32)
        return countable

    def add(self, participants: Integers, photos: Integers, fooled: Integers) -> None:
        """Count responses: row of the participant, column of the photo, and outcome, 0 or 1; (responses,) each."""
        count_outcomes(self._counts, participants * self._counts.shape[1] + photos, fooled)

    def draws(self, *, seed: int, draws: int = DRAWS) -> Draws:
        """The crossed bootstrap: of each draw Σ w v fooled and Σ w v over responses, with weights w and v.

        Two matrix products for each chunk of draws; exact in float32 below 2²⁴ weighted responses to one photo.
        """
        countable = self.countable
        rows, columns = (np.flatnonzero(countable.any(axis=axis)) for axis in (1, 0))
        people, photos = (
            poisson_weights(seed, of, [units[place] for place in places.tolist()], draws)
            for of, units, places in zip(Of, self._units, (rows, columns), strict=True)
        )
        tables = [table[np.ix_(rows, columns)].T.astype(np.float32) for table in (self.fooled, countable)]
        sums = np.empty((2, draws), np.int64)
        for start in range(0, draws, CHUNK):
            chunk = slice(start, start + CHUNK)
            weights = people[:, chunk].astype(np.float32)
            for total, table in zip(sums, tables, strict=True):
                total[chunk] = np.einsum("ud,ud->d", (table @ weights).astype(np.float64), photos[:, chunk])
        return Draws(*sums)


def count_outcomes(counts: NDArray[Any], rows: Integers, outcomes: Integers) -> None:
    """Add responses to a table whose last axis is (not fooled, fooled): row, all other axes in one, and outcome."""
    np.add.at(counts.reshape(-1), 2 * rows + outcomes, counts.dtype.type(1))


def crossed_interval(draws: Draws, *, fooled: int, countable: int, level: float = 0.95) -> Interval:
    """The percentile interval of the crossed bootstrap, `narrowed`, and nowhere inside Wilson's.

    Where nobody or everybody was fooled, or a single participant responded, draws do not differ; responses still do.

    Raises:
        ValueError: nothing is countable.
    """
    least, rates = wilson(fooled, countable, level), draws.rates()
    rates, rate = rates[~np.isnan(rates)], fooled / countable
    if not len(rates):
        return least
    calibrated = narrowed(rates, around=rate, own=rate * (1 - rate) / countable)
    low, high = np.quantile(calibrated, [(1 - level) / 2, (1 + level) / 2])
    return Interval(low=min(float(low), least.low), high=max(float(high), least.high))


def narrowed(values: NDArray[np.float64], *, around: float, own: float) -> NDArray[np.float64]:
    """Draws of a fool rate, or of a difference of two, as an interval takes them: nearer to what was found.

    A product of two weights of variance 1 has the variance 3, so that the variance of the draws is that of the
    participants + that of the photos + what the responses add on their own, where the truth is the first two minus the
    last (Owen and Eckles 2012; Cameron, Gelbach and Miller 2011, Journal of Business & Economic Statistics
    29, p. 238). The last is taken off once: intervals then cover what they say, twice would be too often too little
    (docs/statistics.md has the figures).

    Args:
        values: (draws,) without NaN.
        around: what was found, of which these are draws.
        own: the variance of independent responses: r (1 − r) / n of a fool rate, the sum of both of a difference.
    """
    variance = float(values.var())
    if variance <= own:
        return np.full(len(values), around)
    nearer: NDArray[np.float64] = around + sqrt(1 - own / variance) * (values - around)
    return nearer


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of a fool rate over draws, 0 to 1."""

    mean: float
    sd: float


def amt_bootstrap(
    people: Integers, fooled: Integers, countable: Integers, *, trials: int, seed: int, draws: int = DRAWS
) -> Spread:
    """The bootstrap of AMT_Real_vs_Fake, `process_csv.py`: as many participants as there are, drawn with replacement;
    of each as many trials as they had, drawn with replacement; the fool rate of a draw is that of all its trials.

    Participants with the same numbers are drawn together, which changes nothing but the time that it takes.

    Args:
        people: how many participants were fooled `fooled` times in `countable` trials of this arm, (kinds,) each.
        trials: that one participant had in the test, those of other arms and catch trials included: the draws are of
            these, so that how many are of this arm differs from draw to draw.
    """
    cells = np.column_stack([fooled, countable - fooled])
    sums = _amt_sums(people, cells, trials=trials, random=np.random.default_rng(seed), draws=draws)
    of_draws = sums[:, 0] / np.maximum(sums.sum(axis=1), 1)
    return Spread(mean=float(of_draws.mean()), sd=float(of_draws.std()))


def amt_beats(people: Integers, one: Integers, other: Integers, *, trials: int, seed: int, draws: int = DRAWS) -> float:
    """“m beats n” of the same script: the share of its draws in which one arm's fool rate is higher, ties half.

    Both rates of a draw are of the same participants and of their same trials. NaN where no draw has trials of both.

    Args:
        people: how many participants have these numbers, (kinds,); those who saw neither arm are drawn too.
        one, other: (kinds, 2): fooled and countable, in trials of either arm; no trial is of both.
        trials: as above.
    """
    cells = np.column_stack([column for fooled, seen in (one.T, other.T) for column in (fooled, seen - fooled)])
    sums = _amt_many if len(people) > MANY_KINDS else _amt_sums
    drawn = sums(people, cells, trials=trials, random=np.random.default_rng(seed), draws=draws)
    fooled, seen = drawn[:, ::2], drawn[:, ::2] + drawn[:, 1::2]
    ahead = (fooled[:, 0] * seen[:, 1] - fooled[:, 1] * seen[:, 0])[(seen > 0).all(axis=1)]
    return float(np.mean((ahead > 0) + 0.5 * (ahead == 0))) if len(ahead) else float("nan")


def _amt_sums(
    people: Integers, cells: Integers, *, trials: int, random: np.random.Generator, draws: int
) -> NDArray[Any]:
    """Of each draw how many of its trials are of each cell, (draws, cells), from (kinds, cells)."""
    total, every = int(people.sum()), np.maximum(trials, cells.sum(axis=1))
    sums = np.zeros((draws, cells.shape[1]), np.int64)
    for start in range(0, draws, CHUNK):
        part = sums[start : start + CHUNK]
        left, others = random.multinomial(total, people / total, size=len(part)) * every, every
        for place, cell in enumerate(cells.T):
            taken = random.binomial(left, cell / np.maximum(others, 1))
            part[:, place] = taken.sum(axis=1)
            left, others = left - taken, others - cell
    return sums


def _amt_many(
    people: Integers, cells: Integers, *, trials: int, random: np.random.Generator, draws: int
) -> NDArray[Any]:
    """The same of many participants, a draw of whom is a sum of so many independent ones that it is normal.

    A participant drawn brings a mean of its cells, with the covariance of a multinomial variable.
    """
    total, every = int(people.sum()), np.maximum(trials, cells.sum(axis=1))
    shares = people / total
    mean = shares @ cells
    between = (cells.T * shares) @ cells - np.outer(mean, mean)
    within = np.diag(mean) - (cells.T * (shares / every)) @ cells
    return random.multivariate_normal(total * mean, total * (between + within), size=draws)
