"""Differences and tests from draws: against independent programs, and calibrated on studies where nothing differs."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from colortest.analysis.statistics.bootstrap import Draws
from colortest.analysis.statistics.differences import (
    Drawn,
    against_half,
    difference,
    equivalent,
    equivalent_to_half,
    holm,
    pool,
)
from tests.analysis.pairs import Pairs, drawn

DRAWS = 400


def flat(fooled: int, countable: int) -> Drawn:
    """An arm whose draws are all the same."""
    return Drawn(fooled, countable, Draws(np.full(DRAWS, fooled), np.full(DRAWS, countable)))


@pytest.mark.parametrize("photo_sd", [0.0, 1.0, 2.0])
def test_where_two_arms_do_not_differ_p_is_below_5_per_cent_in_no_more_of_the_studies(photo_sd: float) -> None:
    pairs, studies = Pairs(draws=DRAWS, seed=1, rates=(0.35, 0.35), photo_sd=photo_sd), 200
    found = [difference(*pairs.study()) for _ in range(studies)]
    assert np.mean([one.p < 0.05 for one in found]) <= 0.05
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.95


def test_a_fool_rate_of_50_per_cent_is_found_different_in_no_more_than_its_share_of_studies() -> None:
    pairs, studies = Pairs(draws=DRAWS, seed=2, rates=(0.5, 0.5)), 250
    found = [against_half(pairs.study()[0]) for _ in range(studies)]
    assert np.mean([one.p < 0.05 for one in found]) <= 0.05


def test_arms_that_differ_by_the_margin_are_called_equivalent_in_no_more_than_5_per_cent_of_studies() -> None:
    pairs, studies = Pairs(draws=DRAWS, seed=3, rates=(0.55, 0.40), size=50), 250
    found = [equivalent(*pairs.study(), margin=0.15) for _ in range(studies)]
    assert np.mean([one.equivalent for one in found]) <= 0.05
    halves = [equivalent_to_half(pairs.study()[1], margin=0.10) for _ in range(studies)]
    assert np.mean([one.equivalent for one in halves]) <= 0.05


def test_what_is_there_is_found() -> None:
    different, same = (
        Pairs(draws=DRAWS, seed=4, rates=(0.55, 0.35)),
        Pairs(draws=DRAWS, seed=5, rates=(0.5, 0.5), photo_sd=0.2, size=60),
    )
    assert np.mean([difference(*different.study()).p < 0.05 for _ in range(40)]) > 0.8
    assert np.mean([equivalent(*same.study(), margin=0.15).equivalent for _ in range(40)]) > 0.8


def test_sharing_people_and_photos_makes_a_difference_surer() -> None:
    """The same outcomes, compared with weights in common and without."""
    random = np.random.default_rng(6)
    logits = 1.5 * random.standard_normal((60, 1)) + 1.5 * random.standard_normal((1, 60))
    outcomes = [(random.random((60, 60)) < expit(logits)).astype(float) for _ in range(2)]
    weights = random.poisson(1, (4, DRAWS, 60)).astype(float)
    one = drawn(outcomes[0], weights[0], weights[1])
    paired = difference(one, drawn(outcomes[1], weights[0], weights[1]))
    apart = difference(one, drawn(outcomes[1], weights[2], weights[3]))
    assert paired.value == apart.value
    assert paired.high - paired.low < 0.7 * (apart.high - apart.low)


counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_where_draws_see_no_chance_the_score_methods_of_statsmodels_take_over(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    found = difference(flat(*a), flat(*b))
    low, high = confint_proportions_2indep(*a, *b, method="newcomb")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    if 0 < a[0] + b[0] < a[1] + b[1]:
        assert found.p >= proportions_ztest([a[0], b[0]], [a[1], b[1]])[1] - 1e-12
    assert found.p >= 2 / (DRAWS + 1)


class Edge:
    """Arms around 50 % whose draws are wider or narrower than independent responses would have them."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(8)

    def arm(self) -> Drawn:
        countable = int(self.random.integers(40, 900))
        fooled = int(countable * self.random.uniform(0.4, 0.6))
        sd = self.random.uniform(0.2, 3) * (0.25 / countable) ** 0.5
        rates = np.clip(fooled / countable + sd * self.random.standard_normal(DRAWS), 0, 1)
        return Drawn(fooled, countable, Draws(np.round(1e7 * rates).astype(np.int64), np.full(DRAWS, 10**7)))


@pytest.mark.parametrize("nudge", [-1e-9, 1e-9])
def test_p_and_the_90_per_cent_interval_never_disagree_on_equivalence_at_the_very_edge(nudge: float) -> None:
    edge = Edge()
    for _ in range(150):
        one, other = edge.arm(), edge.arm()
        for judge in (partial(equivalent_to_half, one), partial(equivalent, one, other)):
            wide = judge(margin=0.4)
            margin = max(-wide.low, wide.high) + nudge
            found = judge(margin=margin)
            assert (found.low, found.high) == (wide.low, wide.high)
            assert found.equivalent == (found.p <= 0.05) == (-margin < found.low and found.high < margin) == (nudge > 0)
            assert found.p == pytest.approx(0.05, abs=1.5 / DRAWS)


@pytest.mark.parametrize("fooled", [0, 5])
def test_five_equal_responses_prove_nothing(fooled: int) -> None:
    assert not equivalent(flat(fooled, 5), flat(fooled, 5), margin=0.05).equivalent
    assert equivalent(flat(fooled, 5), flat(fooled, 5), margin=0.05).p > 0.05
    assert difference(flat(fooled, 5), flat(fooled, 5)).p == 1
    assert against_half(flat(fooled, 5)).p > 0.02


def test_arms_together_are_their_sums() -> None:
    both = pool([flat(1, 4), flat(3, 6)])
    assert (both.fooled, both.countable, both.rate) == (4, 10, 0.4)
    assert set(both.rates) == {0.4}


def test_holm_is_that_of_statsmodels() -> None:
    random = np.random.default_rng(7)
    for count in (1, 2, 3, 5, 8, 13):
        ps = [float(p) for p in random.random(count) ** 3]
        assert holm([*ps, ps[0]]) == pytest.approx(list(multipletests([*ps, ps[0]], method="holm")[1]))


def test_holm_of_nothing_is_nothing() -> None:
    assert holm([]) == []
