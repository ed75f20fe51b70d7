"""Photos' fool rates, drawn towards the mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from colortest.analysis.statistics.shrinkage import Prior, prior, ranks, shrink

photo = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(photo, min_size=1, max_size=30))
def test_a_shrunk_rate_lies_between_its_own_and_the_mean_and_nearer_to_its_own_with_more_responses(
    photos: list[tuple[int, int]],
) -> None:
    fooled, countable = np.array(photos).T
    of = prior(fooled, countable)
    found = shrink(fooled, countable, of)
    own = fooled / countable
    assert np.all((np.minimum(own, of.mean) <= found.rates + 1e-12) & (found.rates <= np.maximum(own, of.mean) + 1e-12))
    assert np.all((found.low <= found.rates) & (found.rates <= found.high) & (found.low >= 0) & (found.high <= 1))
    kept = countable / (countable + of.strength)
    assert found.rates == pytest.approx(of.mean + kept * (own - of.mean))


def test_the_prior_is_more_likely_than_others_by_scipys_beta_binomial() -> None:
    random = np.random.default_rng(1)
    countable = random.integers(3, 40, 200)
    fooled = random.binomial(countable, random.beta(2, 4, 200))
    found = prior(fooled, countable)

    def likelihood(strength: float) -> float:
        a, b = found.mean * strength, (1 - found.mean) * strength
        return float(betabinom.logpmf(fooled, countable, a, b).sum())

    assert all(likelihood(found.strength) >= likelihood(found.strength * other) for other in (0.5, 0.9, 1.1, 2))
    assert found.mean == pytest.approx(2 / 6, abs=0.04)
    assert found.strength == pytest.approx(6, rel=0.4)


def test_photos_that_do_not_differ_are_all_given_the_mean() -> None:
    random = np.random.default_rng(2)
    countable = np.full(500, 20)
    found = shrink(fooled := random.binomial(countable, 0.3), countable, prior(fooled, countable))
    assert np.ptp(found.rates) < 0.1 < np.ptp(fooled / countable)


def test_shrunk_rates_are_nearer_to_the_truth() -> None:
    random = np.random.default_rng(3)
    true, countable = random.beta(4, 6, 400), random.integers(2, 12, 400)
    fooled = random.binomial(countable, true)
    found = shrink(fooled, countable, prior(fooled, countable))
    assert np.mean((found.rates - true) ** 2) < 0.6 * np.mean((fooled / countable - true) ** 2)
    assert np.mean((found.low <= true) & (true <= found.high)) == pytest.approx(0.95, abs=0.03)


def test_three_of_three_do_not_come_before_nineteen_of_twenty() -> None:
    fooled, countable = np.array([3, 19, 5]), np.array([3, 20, 20])
    found = shrink(fooled, countable, Prior(0.4, 6))
    assert ranks(found.rates).tolist() == [2, 1, 3]
    assert ranks(fooled / countable).tolist() == [1, 2, 3]


def test_equal_rates_share_a_rank() -> None:
    assert ranks(np.array([0.2, 0.5, 0.5, 0.1])).tolist() == [3, 1, 1, 4]


def test_without_responses_there_is_nothing_to_shrink_towards() -> None:
    with pytest.raises(ValueError, match="nothing to shrink towards"):
        prior(np.array([0]), np.array([0]))
