"""Intervals that hold at every look."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from colortest.analysis.statistics.intervals import Interval
from colortest.analysis.statistics.sequences import SINGLY, at_every_look, confidence_sequence
from tests.analysis.calibration import Design, watch

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


@pytest.mark.parametrize("design", [Design(120, 40, 40), Design(40, 100, 36)], ids=str)
def test_with_photos_drawn_anew_bounds_hold_the_rate_on_all_photos_at_all_of_12_looks(design: Design) -> None:
    """`make bench ARGS=calibration` has more designs and studies. An interval for one look misses far more often."""
    found = watch(design, studies=80, draws=100)
    assert found.covered >= 0.95
    assert found.crossed_covered < 0.93
    assert found.width < 2.5 * found.crossed_width


def test_bounds_for_other_photos_come_to_those_that_photos_set_however_many_people_come() -> None:
    random = np.random.default_rng(4)
    photos = np.array([0.2] * 20 + [0.6] * 20)
    fooled = random.random((5000, 40)) < photos
    people, seen = (fooled.sum(axis=1), np.full(5000, 40)), np.full(40, 5000)
    found = at_every_look(people, (fooled.sum(axis=0), seen))
    own = confidence_sequence(fooled.mean(axis=1), 0.98)
    assert found is not None
    assert own is not None
    # Photos with a standard deviation of 0.2 √(40/39) around their mean; 2.25 is the 98.5 % point of t with 39 degrees.
    reach = 2.25 * 0.2 * (40 / 39) ** 0.5 / 40**0.5
    assert (own.low - found.low, found.high - own.high) == pytest.approx((reach, reach), rel=0.02)
    assert own.high - own.low < 0.03


def test_where_nothing_tells_photos_apart_bounds_allow_for_photos_that_are_all_there_is() -> None:
    one = np.array([1])
    assert at_every_look((one, one), (one, one)) == Interval(0, 1)
    nobody = np.array([], np.int64)
    assert at_every_look((nobody, nobody), (nobody, nobody)) is None
    # Twelve people, each with 36 photos that nobody else sees.
    people, photos = (np.full(12, 9), np.full(12, 36)), (np.array(([1] * 9 + [0] * 27) * 12), np.ones(432, np.int64))
    apart, own = at_every_look(people, photos), confidence_sequence([0.25] * 12, 0.98)
    assert apart is not None
    assert own is not None
    assert own.low - apart.low == pytest.approx(2.18 * (0.25 * 0.75 / 432) ** 0.5, rel=0.01)
