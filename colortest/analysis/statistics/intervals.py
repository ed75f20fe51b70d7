"""Intervals of proportions. Pure: numbers in, numbers out."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

WILSON = "Wilson 95 %"


@dataclass(frozen=True)
class Interval:
    """A closed interval of proportions, 0 to 1."""

    low: float
    high: float


def wilson(fooled: int, countable: int, level: float = 0.95) -> Interval:
    """Wilson's score interval for a proportion of independent trials.

    Wilson 1927, Journal of the American Statistical Association 22, p. 209: the roots in p of
    |fooled/countable − p| = z √(p(1 − p)/countable).

    Raises:
        ValueError: nothing is countable, or more are fooled than countable.
    """
    if not 0 <= fooled <= countable or countable < 1:
        raise ValueError(f"{fooled} fooled of {countable} countable responses is not a proportion.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate, spread = fooled / countable, z * z / countable
    centre = (rate + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(rate * (1 - rate) / countable + spread / countable / 4)
    # At 0 and at 1 the bound is the rate itself; rounding must not put it on the wrong side.
    return Interval(low=max(0.0, min(rate, centre - half)), high=min(1.0, max(rate, centre + half)))
