"""Confidence sequences: intervals of a running study that hold at every look, however often one looks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import scipy
from numpy.typing import NDArray

from colortest.analysis.statistics.agreement import Counts, components
from colortest.analysis.statistics.intervals import Interval

STEP = 0.001  # of the rates that are tried, a tenth of a point
SINGLY = 2048  # people who make a bet each; of the next, two make one with their mean, as often, then four, and so on
LARGEST = 0.9  # share of what there is to lose that is bet at most: any below 1 is valid, and less is wider at first
OF_PHOTOS = 0.6  # of the chance to miss goes to the photos, the rest to the people: bounds are narrow for most designs


@dataclass(frozen=True)
class Bets:
    """What a better who knows only the past stakes on each value, and the values."""

    values: NDArray[np.float64]
    stakes: NDArray[np.float64]


def at_every_look(people: tuple[Counts, Counts], photos: tuple[Counts, Counts], level: float = 0.95) -> Interval | None:
    """The interval after all of these people, for other people and other photos, valid at every look.

    A union of two bounds. The rate on the study's own photos lies in the confidence sequence of the people; how far it
    is from the rate on all photos is the same at every look, as the photos are, and is bounded once, by Student's t of
    their number and the standard error that they bring along.

    Args:
        people: (fooled, countable) of each person, in the order in which they finished. None comes of nobody.
        photos: the same responses, by photo.
    """
    fooled, countable = people
    alpha = 1 - level
    own = confidence_sequence(fooled / np.maximum(countable, 1), 1 - (1 - OF_PHOTOS) * alpha)
    if own is None:
        return None
    reach = _reach_of_photos(people, photos, OF_PHOTOS * alpha)
    return Interval(max(0.0, own.low - reach), min(1.0, own.high + reach))


def confidence_sequence(means: Sequence[float] | NDArray[np.float64], level: float = 0.95) -> Interval | None:
    """The interval after all of these people; the chance that it ever misses, after any of them, is 1 − level at most.

    By betting: whoever bets against the true rate, however cleverly, rarely gets rich, so the rates against which
    somebody got rich are out. Waudby-Smith and Ramdas 2024, Journal of the Royal Statistical Society B 86, p. 1: the
    hedged capital (their Theorem 3) with predictable plug-in stakes, and all looks so far intersected.

    What each person brings must be independent, 0 to 1 and of the same mean: the fool rate of everybody who might have
    come, on the photos that the study has. Other photos are not spoken of: that is `at_every_look`.

    Args:
        means: each person's fool rate, in the order in which they finished. None comes of nobody.
    """
    if not len(means):
        return None
    alpha = 1 - level
    bets = _bets(_batched(np.asarray(means, float)), alpha)
    rates = np.arange(0, 1 + STEP / 2, STEP)
    # Half of what there is bets that the mean is above, half that it is below.
    up = np.log(0.5) + _capital(bets, rates)
    down = np.log(0.5) + _capital(Bets(1 - bets.values, bets.stakes), 1 - rates)
    kept = rates[(np.maximum(up, down) < -log(alpha))]
    return _interval(kept, float(np.mean(means)))


def _reach_of_photos(people: tuple[Counts, Counts], photos: tuple[Counts, Counts], alpha: float) -> float:
    """How far the rate on these photos may be from that on all, where alpha is the chance that it is farther.

    Where the variance of photos cannot be told apart from the others, all of it is taken for theirs.
    """
    seen = photos[1] > 0
    fooled, countable = photos[0][seen], photos[1][seen].astype(float)
    if len(countable) < 2:
        return 1.0
    total, found = float(countable.sum()), components(people, (photos[0][seen], photos[1][seen]))
    rate = float(fooled.sum()) / total
    variance = rate * (1 - rate) if found is None else found.photo
    error = sqrt(variance * float(np.sum(countable**2))) / total
    return float(scipy.stats.t.ppf(1 - alpha / 2, len(countable) - 1)) * error


def _batched(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fewer bets than people where people are many. Later people change no earlier bet, and the last few may wait."""
    batches, start, size = [means[:SINGLY]], SINGLY, 2
    while start + size <= len(means):
        part = means[start : start + SINGLY * size]
        batches.append(part[: len(part) // size * size].reshape(-1, size).mean(axis=1))
        start, size = start + SINGLY * size, 2 * size
    return np.concatenate(batches)


def _bets(values: NDArray[np.float64], alpha: float) -> Bets:
    """The stake on each value from those before it: √(2 log(2/α) / (σ̂² t log(1 + t)))."""
    t = np.arange(1, len(values) + 1)
    mean = (0.5 + np.cumsum(values)) / (t + 1)
    variance = (0.25 + np.cumsum((values - mean) ** 2)) / (t + 1)
    before = np.concatenate([[0.25], variance[:-1]])
    return Bets(values, np.sqrt(2 * log(2 / alpha) / (before * t * np.log1p(t))))


def _capital(bets: Bets, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest logarithm of capital so far of who bets that the mean is above each of these rates."""
    most = LARGEST / np.maximum(rates, STEP / 10)
    largest = now = np.zeros(len(rates))
    for value, stake in zip(bets.values, bets.stakes, strict=True):
        now = now + np.log1p(np.minimum(stake, most) * (value - rates))
        largest = np.maximum(largest, now)
    return np.asarray(largest)


def _interval(kept: NDArray[np.float64], mean: float) -> Interval | None:
    """From the first to the last rate that is left, a step more on each side; around the mean where none is."""
    if not len(kept):
        return Interval(mean, mean)
    return Interval(max(0.0, float(kept[0]) - STEP), min(1.0, float(kept[-1]) + STEP))
