"""How much participants agree on a photo: whether some photos fool nearly everybody, and others nearly nobody. Pure.

Being fooled is a number here, 0 or 1: the constant of a response is the fool rate, to which come what the participant,
the photo and nothing else brings. Variances are of this scale and not of logits.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Correlation:
    """An intraclass correlation with its 95 % interval; below 0 where people agree less than chance would have them."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """On photos that two or more responded to.

    single: ICC(1,1): the correlation of two participants' responses to the same photo.
    mean: ICC(1,k): how well the fool rates of photos would come out again from as many other participants.
    responses: k, for each photo on average, in the sense of `typical`.
    """

    single: Correlation
    mean: Correlation
    responses: float


@dataclass(frozen=True)
class Components:
    """Variances of a response, 0 or more."""

    participant: float
    photo: float
    residual: float


def agreement(fooled: Counts, countable: Counts) -> Agreement | None:
    """From the counts of each photo, (photos,) each; None where they are too few to tell.

    Shrout and Fleiss 1979, Psychological Bulletin 86, p. 420, case 1: each photo is seen by participants of its own.
    Its interval is that of the F distribution; with unequal numbers and outcomes of 0 and 1, an approximation (Donner
    1986, International Statistical Review 54, p. 67).
    """
    seen = countable > 1
    fooled, countable = fooled[seen], countable[seen]
    photos, responses = len(countable), int(countable.sum())
    if photos < 2:
        return None
    rate, rates = fooled.sum() / responses, fooled / countable
    between = float(np.sum(countable * (rates - rate) ** 2)) / (photos - 1)
    within = float(np.sum(fooled * (1 - rates))) / (responses - photos)
    if within == 0:
        return None
    each = typical(countable)
    ratio, freedom = between / within, (photos - 1, responses - photos)
    low = ratio / scipy.stats.f.ppf(0.975, *freedom)
    high = ratio / scipy.stats.f.ppf(0.025, *freedom)
    singles = [(one - 1) / (one + each - 1) for one in (ratio, low, high)]
    means = [1 - 1 / one if one > 0 else -np.inf for one in (ratio, low, high)]
    return Agreement(Correlation(*singles), Correlation(*(max(-1.0, one) for one in means)), each)


def typical(countable: Counts) -> float:
    """Responses of a photo, averaged so that the mean square between photos has the expectation of a balanced one."""
    total = int(countable.sum())
    return float((total - np.sum(countable.astype(float) ** 2) / total) / (len(countable) - 1))


def components(participants: tuple[Counts, Counts], photos: tuple[Counts, Counts]) -> Components | None:
    """Variances of participants and photos, crossed and in any numbers, by moments; None where they cannot be told.

    Gao and Owen 2017, Electronic Journal of Statistics 11, p. 1235, section 3: the sums of squares within participants,
    within photos and over all, each with its expectation, make three equations. Negative ones are set to 0.

    Args:
        participants: (fooled, countable) of each participant.
        photos: the same responses, by photo.
    """
    total, squares = _within(participants), _within(photos)
    count, fooled = int(photos[1].sum()), int(photos[0].sum())
    if count < 2:
        return None
    over_all = fooled * (count - fooled)  # N times the sum of squares
    people, pictures = participants[1].astype(float), photos[1].astype(float)
    equations = np.array(
        [
            [0.0, count - len(people), count - len(people)],
            [count - len(pictures), 0.0, count - len(pictures)],
            [count**2 - np.sum(people**2), count**2 - np.sum(pictures**2), count**2 - count],
        ]
    )
    if np.linalg.matrix_rank(equations) < 3:
        return None
    found = np.linalg.solve(equations, np.array([total, squares, over_all], float))
    return Components(*(max(0.0, float(one)) for one in found))


def _within(counts: tuple[Counts, Counts]) -> float:
    """Sum of squares around the mean of each, of numbers that are 0 or 1."""
    fooled, countable = counts
    return float(np.sum(fooled * (countable - fooled) / np.maximum(countable, 1)))
