"""Random weights of participants and photos for the crossed bootstrap: the same for the same seed, anywhere, always.

A weight depends on nothing but the seed, whose it is, and the number of the draw. So one more participant changes no
other weight, and what was summed with them stays as it is.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
# As many streams as there are for participants, and for photos. More people than that share weights in groups, each
# dealt the same number of them: groups are as independent of each other as people are.
UNITS = 1024
MOST = 12  # a Poisson variable of mean 1 is larger once in 10^10, which 32 bits do not tell from never


class Of(IntEnum):
    """Whose weight it is."""

    PARTICIPANT = 0
    PHOTO = 1


def poisson_weights(seed: int, of: Of, units: Sequence[int], draws: int = DRAWS) -> NDArray[np.uint8]:
    """Independent Poisson variables of mean 1, (units, draws): one row for each of these units.

    From the counter-based Philox (Salmon et al. 2011, Proceedings of SC11, article 16), keyed by seed and unit, by
    inversion of the distribution function: numpy promises its raw output for ever, its Poisson variables it does not.

    Args:
        seed: 0 or more, below 2⁶³.
        units: 0 or more each, below UNITS.
    """
    uniform = np.empty((len(units), draws), np.uint32)
    for row, unit in zip(uniform, units, strict=True):
        key = np.array([seed, int(of) * UNITS + unit], np.uint64)
        raw = np.random.Philox(key=key).random_raw((draws + 1) // 2)
        row[:] = raw.astype("<u8").view("<u4")[:draws]
    weights = np.zeros(uniform.shape, np.uint8)
    for bound in _BOUNDS:
        weights += uniform >= bound
    return weights


def _bounds() -> NDArray[np.uint32]:
    """P(weight ≤ k) in units of 2⁻³²: a uniform integer at or above the bound has a weight of more than k."""
    probabilities = np.exp(-1.0) / np.cumprod([1.0, *range(1, MOST)])
    return np.minimum(np.round(np.cumsum(probabilities) * 2.0**32), 2.0**32 - 1).astype(np.uint32)


_BOUNDS = _bounds()
