"""Exposures that adapt to the participant."""

from hypothesis import given
from hypothesis import strategies as st

from colortest.experiment.staircase import Staircase

HYPE = Staircase(start=500, up=30, down=10, shortest=100, longest=1000)


def test_it_starts_where_it_should() -> None:
    assert HYPE.exposure([]) == 500


def test_an_error_makes_it_longer_and_a_correct_response_shorter() -> None:
    assert HYPE.exposure([False]) == 530
    assert HYPE.exposure([True]) == 490
    assert HYPE.exposure([True, True, False, True]) == 500


@given(st.lists(st.booleans(), max_size=200))
def test_it_stays_between_its_ends(correct: list[bool]) -> None:
    assert 100 <= HYPE.exposure(correct) <= 1000


def test_at_an_end_it_waits_and_comes_back() -> None:
    assert HYPE.exposure([True] * 60) == 100
    assert HYPE.exposure([*[True] * 60, False]) == 130
