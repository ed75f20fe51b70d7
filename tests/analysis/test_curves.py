"""Stretches of trials, response times and histograms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colortest.analysis.statistics.curves import histogram, quartiles, stretches, times


@given(st.integers(0, 50), st.integers(0, 200), st.integers(1, 12))
def test_stretches_hold_every_position_once_and_are_about_equally_long(first: int, more: int, most: int) -> None:
    found = list(stretches(first, first + more, most))
    positions = [position for one in found for position in range(one.first, one.last + 1)]
    assert positions == list(range(first, first + more + 1))
    assert len(found) == min(most, more + 1)
    lengths = [one.last - one.first + 1 for one in found]
    assert max(lengths) - min(lengths) <= 1


def test_a_stretch_knows_its_positions() -> None:
    _, second = stretches(10, 19, 2)
    assert second.holds(np.array([9, 14, 15, 19, 20])).tolist() == [False, False, True, True, False]


def test_no_position_makes_no_stretch() -> None:
    assert list(stretches(5, 4, 3)) == []


def test_times_are_summed_up() -> None:
    found = times(np.array([100.0, 199.9, 200, 400, 1000]), 200)
    assert found is not None
    assert (found.count, found.quartiles, found.fast) == (5, (199.9, 200.0, 400.0), 0.4)
    assert found.p95 == pytest.approx(880)
    assert times(np.array([]), 200) is None


def test_a_histogram_counts_everything_once() -> None:
    found = histogram(np.array([0, 0.05, 0.1, 0.95, 1.0]))
    assert found is not None
    assert found.counts == (2, 1, 0, 0, 0, 0, 0, 0, 0, 2)
    assert (found.count, found.mean, found.quartiles[1]) == (5, pytest.approx(0.42), 0.1)
    assert found.sd == pytest.approx(np.std([0, 0.05, 0.1, 0.95, 1.0], ddof=1))
    assert histogram(np.array([])) is None


def test_one_number_has_no_deviation_and_what_lies_beyond_is_in_the_outer_bins() -> None:
    one = histogram(np.array([-80.0]), [-50, 0, 50])
    assert one is not None
    assert (one.counts, one.sd, one.mean) == ((1, 0), None, -80)
    assert quartiles(np.array([3.0])) == (3, 3, 3)
