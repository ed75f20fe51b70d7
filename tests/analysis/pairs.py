"""Pairs of arms with known fool rates, to see how often tests between them are wrong."""

from functools import cache

import numpy as np
from scipy.special import expit

from colortest.analysis.statistics.bootstrap import Draws
from colortest.analysis.statistics.differences import Drawn


def drawn(outcomes: np.ndarray, people: np.ndarray, photos: np.ndarray) -> Drawn:
    """An arm of (people, photos) outcomes, NaN where there is none; weights are (draws, people or photos)."""
    seen, fooled = np.isfinite(outcomes).astype(float), np.nan_to_num(outcomes)
    sums = [np.einsum("dv,dv->d", people @ table, photos).astype(np.int64) for table in (fooled, seen)]
    return Drawn(int(fooled.sum()), int(seen.sum()), Draws(*sums))


class Pairs:
    """Studies of two arms: `size` people, each of whom sees one half of as many photos in one arm and the other half in
    the other. People and photos differ, and are drawn anew each time.

    photo_sd: of a photo's deviation, in logits; that of people is 0.5.
    """

    def __init__(
        self, *, seed: int, rates: tuple[float, float], draws: int, photo_sd: float = 1.0, size: int = 40
    ) -> None:
        self.random = np.random.default_rng(seed)
        self.constants = [_constant(rate, photo_sd) for rate in rates]
        self.photo_sd, self.size, self.draws = photo_sd, size, draws

    def study(self) -> tuple[Drawn, Drawn]:
        size, random = self.size, self.random
        person, photo = 0.5 * random.standard_normal((size, 1)), random.standard_normal((1, size))
        first = random.permuted(np.tile(np.arange(size) < size // 2, (size, 1)), axis=1)
        people, photos = random.poisson(1, (2, self.draws, size)).astype(float)
        arms = []
        for constant, shown in zip(self.constants, (first, ~first), strict=True):
            # A photo is alike in both arms in part: each algorithm colours it in its own way.
            own = (photo + random.standard_normal((1, size))) / 2**0.5
            outcomes = (random.random((size, size)) < expit(constant + person + self.photo_sd * own)).astype(float)
            arms.append(drawn(np.where(shown, outcomes, np.nan), people, photos))
        return arms[0], arms[1]


@cache
def _constant(rate: float, photo_sd: float) -> float:
    """Which gives this rate over people and photos; by simulation, alike every time."""
    deviations = np.random.default_rng(0).standard_normal((2, 200_000))
    noise = 0.5 * deviations[0] + photo_sd * deviations[1]
    low, high = -6.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(middle + noise).mean() < rate else (low, middle)
    return low
