"""The reference beside the bootstrap: a mixed logistic model with crossed effects of participants and photos. Pure.

The only module that loads statsmodels, which takes seconds and memory: for workers, never for the site.
"""

import warnings
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit, logit
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

from colortest.analysis.power import covariances

MOST = 5000  # responses: the model takes some seconds for them, and longer than they are worth for more
LEAST = 30  # responses, and 3 participants and photos: fewer have no variances to tell of
NODES = 40  # of the quadrature
PRIOR_SD = 1.0  # of the logarithm of a standard deviation of logits: between 0.14 and 7 is believed at the outset

USUAL_SDS = (0.5, 1.0)  # of people and of photos: where the fit starts
ENOUGH = {"ftol": 1e-7, "gtol": 1e-3}  # nearer to the best changes the third digit of a deviation

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Mixed:
    """The fool rate of everybody on every photo, 0 to 1, its 95 % interval; how people and photos differ, in logits."""

    rate: float
    low: float
    high: float
    participant_sd: float
    photo_sd: float


def fit(participants: Integers, photos: Integers, fooled: NDArray[np.bool_]) -> Mixed | None:
    """logit P(fooled) = constant + participant + photo, both normal; None where there is too little to tell.

    Fitted by variational Bayes (statsmodels; Blei, Kucukelbir and McAuliffe 2017, Journal of the American Statistical
    Association 112, p. 859). The constant is the logit of a typical person's rate on a typical photo; to be compared
    with a fool rate it is integrated over both (Zeger, Liang and Albert 1988, Biometrics 44, p. 1049). Mean fields
    know too little of the uncertainty of a constant, so that the interval is that of the moments (see `power`) with
    the variances that were fitted.

    Args:
        participants, photos, fooled: (responses,) each; any numbers that tell people, and photos, apart.
    """
    people, person_of = np.unique(participants, return_inverse=True)
    pictures, photo_of = np.unique(photos, return_inverse=True)
    if len(fooled) < LEAST or min(len(people), len(pictures)) < 3 or fooled.all() or not fooled.any():
        return None
    constant, participant_sd, photo_sd = _fit(person_of, photo_of, fooled)
    rate = _averaged(constant, sqrt(participant_sd**2 + photo_sd**2))
    error = _error(rate, participant_sd, photo_sd, np.bincount(person_of), np.bincount(photo_of))
    half = NormalDist().inv_cdf(0.975) * error / (rate * (1 - rate))
    low, high = expit([logit(rate) - half, logit(rate) + half])
    return Mixed(rate, float(low), float(high), participant_sd, photo_sd)


def _fit(person_of: Integers, photo_of: Integers, fooled: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Constant, and standard deviation of people and of photos; (responses,) each argument, counted from 0."""
    count, people, pictures = len(fooled), int(person_of.max()) + 1, int(photo_of.max()) + 1
    rows, columns = np.tile(np.arange(count), 2), np.concatenate([person_of, people + photo_of])
    effects = csr_array((np.ones(2 * count), (rows, columns)), shape=(count, people + pictures))
    kinds = np.repeat([0, 1], [people, pictures])
    mean, sd = _start(person_of, photo_of, fooled)
    model = BinomialBayesMixedGLM(fooled.astype(float), np.ones((count, 1)), effects, kinds, vcp_p=PRIOR_SD, fe_p=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it stopped within rounding of the best
        found = model.fit_vb(mean, sd, fit_method="L-BFGS-B", minim_opts=ENOUGH)
    participant_sd, photo_sd = np.exp(found.vcp_mean)
    return float(found.fe_mean[0]), float(participant_sd), float(photo_sd)


def _start(person_of: Integers, photo_of: Integers, fooled: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Means and deviations to start from: each person and photo drawn towards the constant, with usual deviations.

    The constant first, then the logarithms of both deviations, people and photos. It halves the time of the fit.
    """
    rate = float(fooled.mean())
    means, sds = [np.array([logit(rate), *np.log(USUAL_SDS)])], [np.full(3, 0.1)]
    for of, usual in zip((person_of, photo_of), USUAL_SDS, strict=True):
        precision = 1 / usual**2 + rate * (1 - rate) * np.bincount(of)
        means.append(np.bincount(of, weights=fooled - rate) / precision)
        sds.append(precision**-0.5)
    return np.concatenate(means), np.concatenate(sds)


def _averaged(constant: float, sd: float) -> float:
    """The logistic function averaged over a normal deviation, by Gauss–Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return float(weights @ expit(constant + sd * nodes) / weights.sum())


def _error(rate: float, participant_sd: float, photo_sd: float, by_person: Integers, by_photo: Integers) -> float:
    """Standard error of a fool rate whose responses share people and photos as these numbers of responses say."""
    of_person, of_photo = covariances(rate, participant_sd, photo_sd)
    pairs_of_person = np.sum(by_person * (by_person - 1.0))
    pairs_of_photo = np.sum(by_photo * (by_photo - 1.0))
    count = by_person.sum()
    return sqrt((count * rate * (1 - rate) + pairs_of_person * of_person + pairs_of_photo * of_photo) / count**2)
