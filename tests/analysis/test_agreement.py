"""Agreement between participants, against an analysis of variance that others wrote and against known truths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import f_oneway

from colortest.analysis.statistics.agreement import agreement, components, typical

photo = st.integers(2, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(photo, min_size=2, max_size=20))
def test_it_is_the_ratio_of_scipys_analysis_of_variance(photos: list[tuple[int, int]]) -> None:
    fooled, countable = np.array(photos).T
    found = agreement(fooled, countable)
    if np.all((fooled == 0) | (fooled == countable)):
        assert found is None  # nobody disagrees with anybody
        return
    assert found is not None
    groups = [np.r_[np.ones(one), np.zeros(of - one)] for one, of in photos]
    ratio, each = float(f_oneway(*groups).statistic), typical(countable)
    assert found.single.value == pytest.approx((ratio - 1) / (ratio + each - 1), abs=1e-9)
    assert found.single.low <= found.single.value <= found.single.high
    # Spearman and Brown: what a mean of k has of what one has.
    if ratio > 0.5:
        brown = each * found.single.value / (1 + (each - 1) * found.single.value)
        assert found.mean.value == pytest.approx(brown, abs=1e-9)


def test_equal_numbers_are_their_own_average() -> None:
    assert typical(np.full(9, 4)) == pytest.approx(4)
    assert 2 < typical(np.array([2, 4, 6])) < 4


def test_full_agreement_and_none() -> None:
    """Half of the photos fool nearly everybody, half nearly nobody; or each fools half."""
    split = agreement(np.array([1, 1, 1, 9, 9, 9]), np.full(6, 10))
    assert split is not None
    assert split.single.value > 0.6
    none = agreement(np.full(6, 5), np.full(6, 10))
    assert none is not None
    assert none.single.value < 0
    assert none.mean.value == -1  # as low as it is told


def test_photos_that_one_person_saw_say_nothing() -> None:
    assert agreement(np.array([1, 0, 1]), np.array([1, 1, 1])) is None
    assert agreement(np.array([1, 0, 4]), np.array([1, 1, 8])) is None


def test_its_interval_holds_the_truth() -> None:
    """In studies where photos differ by a standard deviation of one logit."""
    random = np.random.default_rng(1)
    rates = expit(random.standard_normal(400_000))
    true = rates.var() / (rates.mean() * (1 - rates.mean()))
    held, studies = 0, 300
    for _ in range(studies):
        countable = random.integers(8, 25, 60)
        found = agreement(random.binomial(countable, expit(random.standard_normal(60))), countable)
        assert found is not None
        held += found.single.low <= true <= found.single.high
    assert held / studies > 0.92


def crossed(outcomes: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    seen, fooled = np.isfinite(outcomes).astype(int), np.nan_to_num(outcomes).astype(int)
    return (fooled.sum(axis=1), seen.sum(axis=1)), (fooled.sum(axis=0), seen.sum(axis=0))


def test_components_are_those_of_the_two_way_analysis_of_variance_where_all_saw_all() -> None:
    random = np.random.default_rng(2)
    table = (random.random((12, 15)) < expit(random.standard_normal((12, 1)) + random.standard_normal((1, 15)))) * 1.0
    people, photos = table.shape
    rows, columns = table.mean(axis=1, keepdims=True), table.mean(axis=0, keepdims=True)
    left = ((table - rows - columns + table.mean()) ** 2).sum() / ((people - 1) * (photos - 1))
    between_people = photos * ((rows - table.mean()) ** 2).sum() / (people - 1)
    between_photos = people * ((columns - table.mean()) ** 2).sum() / (photos - 1)
    found = components(*crossed(table))
    assert found is not None
    assert found.residual == pytest.approx(left)
    assert found.participant == pytest.approx((between_people - left) / photos)
    assert found.photo == pytest.approx((between_photos - left) / people)


def test_components_are_found_where_everybody_saw_some() -> None:
    random = np.random.default_rng(3)
    found = []
    for _ in range(60):
        chance = 0.5 + random.uniform(-0.2, 0.2, (50, 1)) + random.uniform(-0.25, 0.25, (1, 60))
        table = (random.random((50, 60)) < chance) * 1.0
        table[random.random((50, 60)) < 0.6] = np.nan
        one = components(*crossed(table))
        assert one is not None
        found.append((one.participant, one.photo, one.residual))
    people, photos = 0.4**2 / 12, 0.5**2 / 12
    assert np.mean(found, axis=0) == pytest.approx([people, photos, 0.25 - people - photos], rel=0.1)


def test_components_that_cannot_be_told_apart_are_not_told() -> None:
    one_each = (np.array([1, 0, 1]), np.ones(3, int))
    assert components(one_each, one_each) is None
    nobody = (np.array([], int), np.array([], int))
    assert components(nobody, nobody) is None
