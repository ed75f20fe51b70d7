"""How well people tell fakes from photos, apart from which side or word they prefer. Pure.

Macmillan and Creelman 2005, Detection Theory: A User's Guide (2nd edition): chapter 7 for the choice between two,
chapters 1 and 2 for one image at a time. z is the inverse of the normal distribution function.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Counts of one kind of trials, or, in bootstrap draws, sums of weights: numbers, or arrays of one shape.

    named: trials in which the participant named what a hit names; of: all.
    """

    named: ArrayLike
    of: ArrayLike


@dataclass(frozen=True)
class Sensitivity:
    """d′ in standard deviations: 0 is chance, above it fakes are told from photos. Arrays where counts were.

    criterion: 0 without a preference; above 0 what a hit names is named too seldom. NaN of nothing.
    """

    d_prime: Numbers
    criterion: Numbers


def unbiased(fool_rate: ArrayLike) -> Numbers:
    """d′ of a choice between two by people who prefer no side: √2 z(1 − fool rate). 32.3 % → 0.65, 50 % → 0."""
    return np.asarray(np.sqrt(2) * ndtri(1 - np.asarray(fool_rate, float)), float)


def of_pairs(fake_left: Cells, fake_right: Cells) -> Sensitivity:
    """Of a choice between two: d′ = (z(H) − z(F))/√2 and c = −(z(H) + z(F))/2.

    Args:
        fake_left: the fake stood left; named: the left one was taken for the fake (H).
        fake_right: the fake stood right; named: the left one was taken for the fake all the same (F).
    """
    hit, alarm = _z(fake_left, fake_right)
    return Sensitivity((hit - alarm) / np.sqrt(2), -(hit + alarm) / 2)


def of_single_images(fakes: Cells, photos: Cells) -> Sensitivity:
    """Of one image at a time, real or fake: d′ = z(H) − z(F) and c = −(z(H) + z(F))/2.

    Args:
        fakes: named: a fake was taken for a fake (H).
        photos: named: a photo was taken for a fake (F).
    """
    hit, alarm = _z(fakes, photos)
    return Sensitivity(hit - alarm, -(hit + alarm) / 2)


def _z(hits: Cells, alarms: Cells) -> tuple[Numbers, Numbers]:
    """Of both shares; where one is 0 or 1, ½ is added to each of the four cells (Hautus 1995, Behavior Research
    Methods, Instruments, & Computers 27, p. 46), so that neither is infinite.
    """
    named = np.asarray(hits.named, float), np.asarray(alarms.named, float)
    of = np.asarray(hits.of, float), np.asarray(alarms.of, float)
    extreme = np.any([(n <= 0) | (n >= m) for n, m in zip(named, of, strict=True)], axis=0)
    shares = [
        np.where(m > 0, (n + extreme / 2) / np.where(m > 0, m + extreme, 1), np.nan)
        for n, m in zip(named, of, strict=True)
    ]
    hit, alarm = (np.asarray(ndtri(share), float) for share in shares)
    return hit, alarm
