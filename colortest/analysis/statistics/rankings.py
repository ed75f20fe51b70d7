"""Algorithms in one order. Pure.

Bradley and Terry 1952, Biometrika 39, p. 324: each side of a pair has an ability, and the chance that one is taken for
the real photo is the logistic function of the difference. In a trial of ours a fake always meets the photo itself and
never another fake, so that the comparisons are a star around the photo, and the likelihood falls apart into one factor
for each algorithm. Its maximum is the log odds of being fooled: abilities say what fool rates say, on another scale.
What they add is that scale, on which the photo has 0, and an order with its uncertainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from colortest.analysis.statistics.bootstrap import crossed_interval
from colortest.analysis.statistics.differences import Drawn

ADDS = (
    "Each trial shows a fake beside its photo and never two fakes, so that the abilities of Bradley and Terry are the "
    "log odds of the fool rates: another scale, and nothing that the fool rates do not say."
)


@dataclass(frozen=True)
class Place:
    """One algorithm among those compared.

    ability: log odds of being taken for the real one; the photo has 0. low, high: its 95 % interval.
    rank: 1 is the most convincing; rank_low, rank_high hold 95 % of the ranks in draws.
    best: share of draws in which it has the highest fool rate, ties shared.
    """

    ability: float
    low: float
    high: float
    rank: int
    rank_low: int
    rank_high: int
    best: float


def places(arms: Sequence[Drawn]) -> list[Place]:
    """In the order given. Odds are finite: where all or none were fooled, as if one more response was a half of each.

    Raises:
        ValueError: fewer than two arms, or one without countable responses.
    """
    if len(arms) < 2 or not all(arm.countable for arm in arms):
        raise ValueError("An order needs two or more algorithms with countable responses.")
    rates = np.stack([arm.rates for arm in arms])
    rates = rates[:, np.isfinite(rates).all(axis=0)]
    drawn_ranks = 1 + (rates[None, :, :] > rates[:, None, :]).sum(axis=1)
    first = drawn_ranks == 1
    best = (first / np.maximum(first.sum(axis=0), 1)).mean(axis=1)
    between = np.quantile(drawn_ranks, [0.025, 0.975], axis=1, method="nearest").astype(int)
    own = [1 + sum(other.rate > arm.rate for other in arms) for arm in arms]
    return [
        Place(*_abilities(arm), own[index], int(between[0, index]), int(between[1, index]), float(best[index]))
        for index, arm in enumerate(arms)
    ]


def _abilities(arm: Drawn) -> tuple[float, float, float]:
    """Log odds of the fool rate and of the bounds of its interval."""
    interval = crossed_interval(arm.draws, fooled=arm.fooled, countable=arm.countable)
    least = 0.5 / (arm.countable + 1)
    value, low, high = logit(np.clip([arm.rate, interval.low, interval.high], least, 1 - least))
    return float(value), float(low), float(high)
