"""Fool rates of single photos, drawn towards the mean of all as far as chance explains how they differ. Pure.

A photo with three responses is not the most convincing of all because all three were fooled. Efron and Morris 1975,
Journal of the American Statistical Association 70, p. 311, for the idea; Griffiths 1973, Biometrics 29, p. 637, for
the beta-binomial by maximum likelihood.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import betaln

Counts = NDArray[np.int64]
LEAST, MOST = 0.1, 1e4  # responses that the prior is worth; beyond, photos do not differ


@dataclass(frozen=True)
class Prior:
    """How the fool rates of photos are distributed: a beta distribution.

    mean: 0 to 1. strength: how many responses it is worth.
    """

    mean: float
    strength: float


@dataclass(frozen=True)
class Shrunk:
    """The mean of what is believed of each photo's fool rate, and its 95 % interval, (photos,) each."""

    rates: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def prior(fooled: Counts, countable: Counts) -> Prior:
    """The one under which these counts are most likely, its mean the fool rate of all.

    The mean has half a response more of each kind, so that it is neither 0 nor 1.

    Raises:
        ValueError: nothing is countable.
    """
    if not countable.sum():
        raise ValueError("Without countable responses there is nothing to shrink towards.")
    mean = float((fooled.sum() + 0.5) / (countable.sum() + 1))
    kinds, repeats = np.unique(np.stack([fooled, countable]), axis=1, return_counts=True)

    def unlikely(log_strength: float) -> float:
        a, b = mean * np.exp(log_strength), (1 - mean) * np.exp(log_strength)
        return -float(repeats @ (betaln(kinds[0] + a, kinds[1] - kinds[0] + b) - betaln(a, b)))

    best = scipy.optimize.minimize_scalar(unlikely, bounds=(np.log(LEAST), np.log(MOST)), method="bounded")
    return Prior(mean, float(np.exp(best.x)))


def shrink(fooled: Counts, countable: Counts, of: Prior) -> Shrunk:
    """Each photo's own responses with those that the prior is worth."""
    a = fooled + of.mean * of.strength
    b = countable - fooled + (1 - of.mean) * of.strength
    rates = a / (a + b)
    # Of a very skew one the mean may lie beyond a bound.
    return Shrunk(
        rates,
        np.minimum(rates, scipy.stats.beta.ppf(0.025, a, b)),
        np.maximum(rates, scipy.stats.beta.ppf(0.975, a, b)),
    )


def ranks(rates: NDArray[np.float64]) -> NDArray[np.int64]:
    """1 for the highest; equal ones share a rank, and as many are left out after it."""
    ordered = np.sort(rates)
    return np.asarray(1 + len(rates) - np.searchsorted(ordered, rates, side="right"), np.int64)
