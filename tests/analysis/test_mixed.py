"""The mixed model against truths that are known, and against the fool rate that it stands beside."""

import numpy as np
import pytest
from scipy.special import expit

from colortest.analysis.statistics.mixed import LEAST, Mixed, fit

STUDIES = 8


def study(random: np.random.Generator, people: int, photos: int, trials: int, sds: tuple[float, float]) -> Mixed | None:
    """Of responses with a constant of −0.77, which is a fool rate near 35 %."""
    person, photo = sds[0] * random.standard_normal(people), sds[1] * random.standard_normal(photos)
    person_of = np.repeat(np.arange(people), trials)
    photo_of = np.concatenate([random.choice(photos, trials, replace=False) for _ in range(people)])
    fooled = random.random(len(person_of)) < expit(-0.77 + person[person_of] + photo[photo_of])
    return fit(1000 + person_of, 7 * photo_of, fooled)


def truth(sds: tuple[float, float]) -> float:
    deviations = np.random.default_rng(0).standard_normal((2, 400_000))
    return float(expit(-0.77 + sds[0] * deviations[0] + sds[1] * deviations[1]).mean())


@pytest.mark.parametrize(("people", "photos", "trials"), [(40, 100, 36), (40, 40, 40), (40, 1000, 36)])
def test_it_finds_how_people_and_photos_differ_and_its_interval_holds_the_rate(
    people: int, photos: int, trials: int
) -> None:
    random, sds = np.random.default_rng(3), (0.5, 1.0)
    found = [study(random, people, photos, trials, sds) for _ in range(STUDIES)]
    known = [one for one in found if one is not None]
    assert len(known) == STUDIES
    assert np.mean([one.participant_sd for one in known]) == pytest.approx(0.5, abs=0.15)
    assert np.mean([one.photo_sd for one in known]) == pytest.approx(1.0, abs=0.25)
    assert sum(one.low <= truth(sds) <= one.high for one in known) >= STUDIES - 2
    assert np.mean([one.rate for one in known]) == pytest.approx(truth(sds), abs=0.04)


def test_the_rate_is_of_everybody_and_not_of_a_typical_person_on_a_typical_photo() -> None:
    """The typical one's rate is that of the constant, expit(−0.77); averaged over what differs it is nearer to ½."""
    found = study(np.random.default_rng(4), 60, 60, 60, (0.5, 2.0))
    assert found is not None
    assert found.rate > expit(-0.77) + 0.02


def test_its_standard_error_is_that_of_simulated_studies() -> None:
    """About 3.4 points for 40 people, 36 trials and 50 photos, by the spread of fool rates of simulated studies."""
    found = study(np.random.default_rng(5), 40, 50, 36, (0.5, 1.0))
    assert found is not None
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(0.034, abs=0.008)


@pytest.mark.parametrize("fooled", [np.zeros(100, bool), np.ones(100, bool)])
def test_where_everybody_says_the_same_there_is_nothing_to_fit(fooled: np.ndarray) -> None:
    assert fit(np.arange(100) % 10, np.arange(100) % 7, fooled) is None


def test_too_few_responses_or_people_or_photos_are_not_fitted() -> None:
    some = np.arange(100) % 2 == 0
    assert fit(np.arange(LEAST - 1) % 5, np.arange(LEAST - 1) % 7, some[: LEAST - 1]) is None
    assert fit(np.arange(100) % 2, np.arange(100), some) is None
    assert fit(np.arange(100), np.arange(100) % 2, some) is None
