"""Statistics against people who wrote theirs without us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from colortest.analysis.statistics.intervals import wilson


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels_and_holds_the_rate(counts: tuple[int, int]) -> None:
    fooled, countable = counts
    interval = wilson(fooled, countable)
    low, high = proportion_confint(fooled, countable, method="wilson")
    assert interval.low == pytest.approx(low, abs=1e-9)
    assert interval.high == pytest.approx(high, abs=1e-9)
    assert interval.low <= fooled / countable <= interval.high


@pytest.mark.parametrize(("fooled", "countable"), [(0, 0), (3, 2), (-1, 5)])
def test_what_is_not_a_proportion_is_refused(fooled: int, countable: int) -> None:
    with pytest.raises(ValueError, match="is not a proportion"):
        wilson(fooled, countable)
