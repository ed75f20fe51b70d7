"""Rank correlation, by hand, by another formula, and by drawing."""

import numpy as np
import pytest

from colortest.analysis.statistics.correlation import rank_correlation


def test_without_ties_it_is_what_the_differences_of_ranks_give() -> None:
    numbers, others = (
        np.array([86.0, 97, 99, 100, 101, 103, 106, 110, 112, 113]),
        np.array([2.0, 20, 28, 27, 50, 29, 7, 17, 6, 12]),
    )
    found = rank_correlation(numbers, others)
    squares = sum((np.argsort(np.argsort(numbers)) - np.argsort(np.argsort(others))) ** 2)
    assert found
    assert found.rho == pytest.approx(1 - 6 * squares / (10 * 99))
    assert found.low < found.rho < found.high
    assert found.count == 10


def test_too_few_pairs_or_numbers_that_do_not_differ_have_none() -> None:
    assert rank_correlation(np.arange(4.0), np.arange(4.0)) is None
    assert rank_correlation(np.ones(9), np.arange(9.0)) is None


def test_what_rises_together_has_one_and_what_falls_has_minus_one() -> None:
    rising = np.arange(20.0)
    assert rank_correlation(rising, rising**3) == rank_correlation(rising, rising)
    found = rank_correlation(rising, -rising)
    assert found
    assert (found.rho, found.low, found.high) == (-1, -1, -1)


def test_its_interval_covers_the_truth_as_often_as_it_says() -> None:
    random, pearson = np.random.default_rng(1), 0.6
    truth = 6 / np.pi * np.arcsin(pearson / 2)  # Spearman's of a bivariate normal
    covered = 0
    for _ in range(600):
        one, noise = random.normal(size=(2, 100))
        found = rank_correlation(one, pearson * one + np.sqrt(1 - pearson**2) * noise)
        assert found
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / 600 <= 0.97
