"""When a running study calls for its researcher, and when it had better not."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from colortest.analysis.monitoring import Verdict, behind, compare, roughly, time_left

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def excluded(count: int, of: int) -> list[float | None]:
    """So many of so many, spread evenly."""
    return [float((number + 1) * count // of > number * count // of) for number in range(of)]


def test_a_share_that_jumps_is_seen() -> None:
    found = compare([*excluded(8, 80), *excluded(9, 20)])
    assert found.jumped
    assert (found.earlier, found.recent, found.judged) == (0.1, 0.45, 100)


def test_a_steady_share_is_no_alarm_however_large() -> None:
    assert compare(excluded(60, 120)).verdict is Verdict.STEADY


def test_a_share_that_falls_is_no_alarm() -> None:
    assert compare([*excluded(40, 80), *excluded(0, 20)]).verdict is Verdict.STEADY


def test_a_rise_that_chance_makes_is_no_alarm() -> None:
    """Three of the last twenty where none of twenty was before: 15 points, and one time in nine by chance."""
    assert compare([*excluded(0, 20), *excluded(3, 20)]).verdict is Verdict.STEADY


def test_a_rise_too_small_to_matter_is_no_alarm() -> None:
    """Certain, as nobody else ever had a flagged trial, and five points."""
    assert compare([*([0.0] * 180), *([0.05] * 20)]).verdict is Verdict.STEADY
    assert compare([*([0.0] * 180), *([0.15] * 20)]).jumped


def test_nobody_knows_before_forty_people() -> None:
    found = compare([*excluded(0, 19), *excluded(20, 20)])
    assert (found.verdict, found.judged, found.recent) == (Verdict.UNKNOWN, 39, None)
    assert compare([*excluded(0, 20), *excluded(20, 20)]).jumped
    assert compare([]).verdict is Verdict.UNKNOWN


def test_a_check_that_could_not_be_made_is_not_one_that_failed() -> None:
    """Who could not be judged is neither among those excluded nor among the others."""
    people = [*excluded(8, 80), *excluded(2, 20)]
    assert compare([*people, *([None] * 500)]) == compare(people)
    assert compare([None] * 500).verdict is Verdict.UNKNOWN


def test_what_happened_long_ago_is_forgotten() -> None:
    """Half were excluded in the first hundred, nobody in the two hundred after them."""
    assert compare([*excluded(50, 100), *excluded(0, 200), *excluded(8, 20)]).jumped


def test_a_steady_study_rarely_cries_wolf() -> None:
    """At every finish of 200 people of whom 10 % are excluded: an alarm at any moment in few of 200 studies."""
    random = Random(4)
    cried = 0
    for _ in range(200):
        people = [float(random.random() < 0.1) for _ in range(200)]
        cried += any(compare(people[:count]).jumped for count in range(40, 201, 5))
    assert cried <= 40


def test_a_starved_arm_is_behind() -> None:
    assert behind({"grey": 100, "model": 79}) == ["model"]
    assert behind({"grey": 100, "model": 80}) == []
    assert behind({"grey": 49, "model": 0}) == [], "too early"
    assert behind({}) == []


def finishes(count: int, every: timedelta, *, until: datetime = NOW) -> list[datetime]:
    return [until - every * (count - 1 - number) for number in range(count)]


def test_the_time_left_goes_by_the_pace_of_the_last_people() -> None:
    slow_then_fast = [*finishes(30, timedelta(days=1), until=NOW - timedelta(days=1))]
    slow_then_fast += finishes(20, timedelta(minutes=3))
    assert time_left(slow_then_fast, missing=40, now=NOW) == timedelta(hours=2)


def test_where_nobody_comes_any_more_it_grows() -> None:
    people = finishes(20, timedelta(minutes=3))
    later = time_left(people, missing=40, now=NOW + timedelta(days=1))
    assert later is not None
    assert later > timedelta(days=2)


def test_nobody_knows_the_pace_of_two_people() -> None:
    assert time_left(finishes(2, timedelta(minutes=1)), missing=5, now=NOW) is None
    assert time_left([], missing=5, now=NOW) is None
    assert time_left([], missing=0, now=NOW) == timedelta(0)


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=1), "about 1 minute"),
        (timedelta(minutes=90), "about 90 minutes"),
        (timedelta(hours=5), "about 5 hours"),
        (timedelta(hours=47), "about 47 hours"),
        (timedelta(days=3), "about 3 days"),
    ],
)
def test_durations_are_told_as_one_says_them(duration: timedelta, said: str) -> None:
    assert roughly(duration) == said
