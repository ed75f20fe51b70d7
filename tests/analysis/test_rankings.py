"""Algorithms in order, and what Bradley and Terry would say."""

import numpy as np
import pytest
from scipy.special import logit

from colortest.analysis.statistics.bootstrap import Draws
from colortest.analysis.statistics.differences import Drawn
from colortest.analysis.statistics.rankings import places


def arm(fooled: int, countable: int, *, seed: int = 0, draws: int = 2000) -> Drawn:
    """With draws as if each response had a weight of its own."""
    random = np.random.default_rng(seed)
    yes, no = random.poisson(fooled, draws), random.poisson(countable - fooled, draws)
    return Drawn(fooled, countable, Draws(yes, yes + no))


def bradley_terry(wins: np.ndarray) -> np.ndarray:
    """Abilities by the algorithm of Hunter 2004 (Annals of Statistics 32, p. 384), the last player's 0."""
    games, strengths = wins + wins.T, np.ones(len(wins))
    for _ in range(5000):
        strengths = wins.sum(axis=1) / (games / (strengths[:, None] + strengths[None, :])).sum(axis=1)
        strengths /= strengths[-1]
    return np.log(strengths)


def test_abilities_are_those_of_a_bradley_terry_model_in_which_fakes_meet_only_the_photo() -> None:
    counts = [(30, 100), (45, 90), (70, 120)]
    wins = np.zeros((4, 4))
    for player, (fooled, countable) in enumerate(counts):
        wins[player, 3], wins[3, player] = fooled, countable - fooled
    found = [place.ability for place in places([arm(*one) for one in counts])]
    assert found == pytest.approx(bradley_terry(wins)[:3], abs=1e-6)


def test_places_are_in_the_order_of_fool_rates_with_their_uncertainty() -> None:
    low, high, near = places([arm(300, 1000, seed=1), arm(500, 1000, seed=2), arm(505, 1000, seed=3)])
    assert (low.rank, high.rank, near.rank) == (3, 2, 1)
    assert (low.rank_low, low.rank_high) == (3, 3)
    assert (high.rank_low, high.rank_high) == (1, 2)
    assert low.best == 0
    assert high.best + near.best == pytest.approx(1)
    assert high.low < logit(0.5) < high.high


def test_those_who_fool_equally_share_a_rank_and_the_chance_to_be_best() -> None:
    same = Drawn(5, 10, Draws(np.full(10, 5), np.full(10, 10)))
    first, second = places([same, same])
    assert (first.rank, second.rank, first.best, second.best) == (1, 1, 0.5, 0.5)


@pytest.mark.parametrize("fooled", [0, 40])
def test_odds_stay_finite_where_nobody_or_everybody_was_fooled(fooled: int) -> None:
    extreme, _ = places([arm(fooled, 40), arm(20, 40)])
    assert np.isfinite([extreme.ability, extreme.low, extreme.high]).all()
    assert extreme.low <= extreme.ability <= extreme.high
    assert abs(extreme.ability) == pytest.approx(logit(1 - 0.5 / 41))


def test_one_algorithm_or_none_with_responses_makes_no_order() -> None:
    for arms in ([arm(5, 10)], [arm(5, 10), arm(0, 0)]):
        with pytest.raises(ValueError, match="two or more algorithms"):
            places(arms)
