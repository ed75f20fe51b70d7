"""Intervals that hold at every look."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from colortest.analysis.statistics.sequences import SINGLY, confidence_sequence

PEOPLE, TRIALS = 150, 36


def means(random: np.random.Generator, photos: np.ndarray) -> np.ndarray:
    """Each person's fool rate on photos of these logits, dealt at random."""
    person = 0.5 * random.standard_normal((PEOPLE, 1))
    shown = random.permuted(np.tile(photos, (PEOPLE, 1)), axis=1)[:, :TRIALS]
    return np.asarray((random.random(shown.shape) < expit(person + shown)).mean(axis=1))


def truth(photos: np.ndarray) -> float:
    person = 0.5 * np.random.default_rng(9).standard_normal((200_000, 1))
    return float(np.mean([expit(person + photo).mean() for photo in photos]))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=60))
@settings(max_examples=60, deadline=None)
def test_an_interval_never_leaves_an_earlier_one(values: list[float]) -> None:
    """So whoever is missed by any of them is missed by the last."""
    intervals = [confidence_sequence(values[:count]) for count in range(1, len(values) + 1)]
    for earlier, later in zip(intervals, intervals[1:], strict=False):
        assert earlier is not None
        assert later is not None
        # Where every rate is out, which happens when these are not people of one mean, it shrinks to their mean.
        assert (earlier.low <= later.low and later.high <= earlier.high) or later.low == later.high


@pytest.mark.parametrize("constant", [-2.5, -0.8, 0.0])
def test_looking_after_every_person_misses_the_truth_in_at_most_5_per_cent_of_studies(constant: float) -> None:
    random = np.random.default_rng(5)
    photos = constant + random.standard_normal(50)
    rate, missed, studies = truth(photos), 0, 400
    for _ in range(studies):
        interval = confidence_sequence(means(random, photos))
        assert interval is not None
        missed += not interval.low <= rate <= interval.high
    assert missed <= 0.05 * studies


def test_an_ordinary_interval_would_miss_far_more_often_at_some_look() -> None:
    random = np.random.default_rng(6)
    photos = random.standard_normal(50)
    rate, missed = truth(photos), 0
    looks = np.arange(1, PEOPLE + 1)
    for _ in range(200):
        values = means(random, photos)
        running = np.cumsum(values) / looks
        error = np.sqrt(np.maximum(np.cumsum(values**2) / looks - running**2, 0) / looks)
        missed += bool(np.any((np.abs(running - rate) > 1.96 * error)[9:]))
    assert missed > 0.15 * 200


def test_it_narrows_with_people_and_is_of_use() -> None:
    random = np.random.default_rng(7)
    values = means(random, np.full(50, -0.8))
    few, more = confidence_sequence(values[:40]), confidence_sequence(values)
    assert few is not None
    assert more is not None
    assert more.high - more.low < few.high - few.low < 0.25


def test_many_people_bet_together_and_those_before_keep_their_bets() -> None:
    random = np.random.default_rng(8)
    values = random.binomial(36, 0.3, size=5 * SINGLY) / 36
    earlier, later = confidence_sequence(values[: SINGLY + 7]), confidence_sequence(values)
    assert earlier is not None
    assert later is not None
    assert earlier.low <= later.low < 0.3 < later.high <= earlier.high
    assert later.high - later.low < 0.02


def test_nobody_gives_no_interval() -> None:
    assert confidence_sequence([]) is None


def test_one_person_gives_nearly_everything() -> None:
    one = confidence_sequence([0.0])
    assert one is not None
    assert one.low == 0
    assert one.high > 0.9
