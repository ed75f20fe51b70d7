"""Sensitivity against published values and against the normal distribution of the standard library."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colortest.analysis.statistics.detection import Cells, of_pairs, of_single_images, unbiased

z = NormalDist().inv_cdf


@pytest.mark.parametrize(
    ("fool_rate", "d_prime"),
    # Zhang et al. 2016; chance; and shares of correct choices between two as Hacker and Ratcliff 1979 tabulate them.
    [(0.323, 0.65), (0.5, 0.0), (1 - 0.76, 1.0), (1 - 0.921, 2.0), (0.76, -1.0)],
)
def test_d_prime_of_a_choice_between_two_is_the_published_one(fool_rate: float, d_prime: float) -> None:
    assert float(unbiased(fool_rate)) == pytest.approx(d_prime, abs=0.005)


@given(st.integers(1, 99))
def test_without_a_preferred_side_both_formulas_agree_and_the_criterion_is_0(right: int) -> None:
    found = of_pairs(Cells(right, 100), Cells(100 - right, 100))
    assert float(found.d_prime) == pytest.approx(float(unbiased(1 - right / 100)), abs=1e-9)
    assert float(found.criterion) == pytest.approx(0, abs=1e-9)


@given(st.integers(1, 99), st.integers(1, 99))
def test_both_formulas_are_those_of_the_book(hits: int, alarms: int) -> None:
    h, f = z(hits / 100), z(alarms / 100)
    pairs = of_pairs(Cells(hits, 100), Cells(alarms, 100))
    assert float(pairs.d_prime) == pytest.approx((h - f) / 2**0.5)
    single = of_single_images(Cells(hits, 100), Cells(alarms, 100))
    assert float(single.d_prime) == pytest.approx(h - f)
    assert float(single.criterion) == float(pairs.criterion) == pytest.approx(-(h + f) / 2)


def test_who_prefers_a_side_tells_more_than_the_fool_rate_says() -> None:
    """Right in 38 of 40 when the fake is left, in 20 of 40 when it is right: the left one is named too readily."""
    found = of_pairs(Cells(38, 40), Cells(20, 40))
    assert float(found.d_prime) > float(unbiased(1 - 58 / 80))
    assert float(found.criterion) < 0


@pytest.mark.parametrize(
    ("hits", "alarms", "d_prime"),
    [
        (40, 0, (z(40.5 / 41) - z(0.5 / 41)) / 2**0.5),
        (40, 10, (z(40.5 / 41) - z(10.5 / 41)) / 2**0.5),
        (0, 0, 0.0),
    ],
)
def test_half_a_response_is_added_to_every_cell_when_one_is_0_or_1(hits: int, alarms: int, d_prime: float) -> None:
    found = of_pairs(Cells(hits, 40), Cells(alarms, 40))
    assert float(found.d_prime) == pytest.approx(d_prime)


def test_draws_are_worked_on_at_once_and_nothing_has_no_sensitivity() -> None:
    found = of_pairs(Cells(np.array([30, 30, 0]), np.array([40, 40, 0])), Cells(np.array([10, 0, 3]), 40))
    assert found.d_prime[0] == pytest.approx((z(30 / 40) - z(10 / 40)) / 2**0.5)
    assert found.d_prime[1] == pytest.approx((z(30.5 / 41) - z(0.5 / 41)) / 2**0.5)
    assert np.isnan(found.d_prime[2])
