"""Whether a number goes up with another. Pure."""

from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np
import scipy
from numpy.typing import NDArray

FEWEST = 5  # below, a rank correlation tells nothing


@dataclass(frozen=True)
class Correlation:
    """A rank correlation, −1 to 1, with its interval, over so many pairs of numbers."""

    rho: float
    low: float
    high: float
    count: int


def rank_correlation(
    numbers: NDArray[np.float64], others: NDArray[np.float64], level: float = 0.95
) -> Correlation | None:
    """Spearman's ρ, ties sharing their ranks, with the interval by Fisher's transformation.

    The standard error of the transformed ρ is √((1 + ρ²/2)/(n − 3)): Bonett and Wright 2000, Psychometrika 65, p. 23.
    None where there are fewer than FEWEST pairs, or where all numbers of a kind are equal.
    """
    count = len(numbers)
    if count < FEWEST or np.ptp(numbers) == 0 or np.ptp(others) == 0:
        return None
    rho = float(scipy.stats.spearmanr(numbers, others).statistic)
    if abs(rho) >= 1 - 1e-12:
        return Correlation(rho, rho, rho, count)
    reach = float(scipy.stats.norm.ppf((1 + level) / 2)) * sqrt((1 + rho * rho / 2) / (count - 3))
    return Correlation(rho, tanh(atanh(rho) - reach), tanh(atanh(rho) + reach), count)
