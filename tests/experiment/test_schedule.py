"""Who sees which pair when, and on which side."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colortest.experiment.balance import least_taken
from colortest.experiment.schedule import (
    CATCH,
    LEFT,
    PRACTICE,
    RIGHT,
    TEST,
    Counts,
    NotEnoughPairs,
    Pair,
    Planned,
    draw,
)

THESIS = Counts(practice=10, test=36, catch=4)
ARMS = [("train", 1), ("test", 1), ("train", 2), ("test", 2)]


def pairs(photos: int = 100, seen: dict[int, int] | None = None) -> list[Pair]:
    """Photos alternate between two splits; two algorithms colour each."""
    return [
        Pair(photo * 10 + algorithm, photo, arm=(split, algorithm), seen_left=(seen or {}).get(photo, 0))
        for photo in range(photos)
        for split in [("train", "test")[photo % 2]]
        for algorithm in (1, 2)
    ]


def catch_pairs(photos: int = 100) -> list[Pair]:
    return [Pair(colorization=photo * 10 + 9, photo=photo, arm="catch") for photo in range(photos)]


def of_kind(trials: list[Planned], kind: str) -> list[Planned]:
    return [trial for trial in trials if trial.kind == kind]


def test_the_same_seed_gives_the_same_schedule_and_another_one_does_not() -> None:
    first, second = (draw(THESIS, pairs(), catch_pairs(), seed) for seed in ("7/1", "7/2"))
    assert first == draw(THESIS, pairs(), catch_pairs(), "7/1")
    assert first != second


def test_practice_comes_first_and_the_counts_are_the_protocols() -> None:
    trials = draw(THESIS, pairs(), catch_pairs(), "seed")
    assert [trial.kind for trial in trials[:10]] == [PRACTICE] * 10
    assert Counter(trial.kind for trial in trials) == {PRACTICE: 10, TEST: 36, CATCH: 4}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=10), st.integers(0, 12), st.integers(1, 40), st.integers(0, 8))
def test_whatever_the_seed_photos_never_repeat_and_sides_and_arms_are_balanced(
    seed: str, practice: int, test: int, catch: int
) -> None:
    trials = draw(Counts(practice, test, catch), pairs(), catch_pairs(), seed)
    photos = [trial.colorization // 10 for trial in trials]
    assert len(set(photos)) == len(photos)
    arm_of = {pair.colorization: pair.arm for pair in pairs()}
    per_arm = Counter(arm_of[trial.colorization] for trial in of_kind(trials, TEST))
    assert max(per_arm.values()) - min(per_arm[arm] for arm in ARMS) <= 1
    for kind in (PRACTICE, TEST, CATCH):
        sides = Counter(trial.real_side for trial in of_kind(trials, kind))
        assert abs(sides[LEFT] - sides[RIGHT]) <= 1
    for arm in ARMS:
        sides = Counter(trial.real_side for trial in of_kind(trials, TEST) if arm_of[trial.colorization] == arm)
        assert abs(sides[LEFT] - sides[RIGHT]) <= 1


def test_least_seen_pairs_come_first() -> None:
    seen = dict.fromkeys(range(0, 60), 5)
    trials = draw(Counts(practice=0, test=36, catch=0), pairs(seen=seen), [], "seed")
    assert all(trial.colorization // 10 >= 60 for trial in trials)


def test_too_few_photos_are_named() -> None:
    with pytest.raises(NotEnoughPairs, match="36 test trials need 9 different photos"):
        draw(THESIS, pairs(photos=12), catch_pairs(), "seed")
    with pytest.raises(NotEnoughPairs, match="4 catch trials are asked for and only 0"):
        draw(THESIS, pairs(), [], "seed")
    with pytest.raises(NotEnoughPairs, match="no colorization is ready"):
        draw(THESIS, [], catch_pairs(), "seed")


def test_catch_trials_are_spread_over_the_test() -> None:
    positions = Counter(
        position
        for seed in range(200)
        for position, trial in enumerate(draw(THESIS, pairs(), catch_pairs(), str(seed))[10:])
        if trial.kind == CATCH
    )
    assert len(positions) == 40


class Everybody:
    """What one participant after the other is shown of the same pairs."""

    def __init__(self, photos: int, splits: int, algorithms: int) -> None:
        self.pairs = {
            photo * 10 + algorithm: Pair(photo * 10 + algorithm, photo, arm=(photo % splits, algorithm))
            for photo in range(photos)
            for algorithm in range(algorithms)
        }

    def comes(self, test: int, seed: str) -> list[Planned]:
        trials = draw(Counts(0, test, 0), list(self.pairs.values()), [], seed)
        self._count(trials, 1)
        return trials

    def leaves(self, trials: list[Planned]) -> None:
        self._count(trials, -1)

    def _count(self, trials: list[Planned], number: int) -> None:
        for trial in trials:
            pair, side = self.pairs[trial.colorization], {LEFT: "seen_left", RIGHT: "seen_right"}[trial.real_side]
            self.pairs[trial.colorization] = replace(pair, **{side: getattr(pair, side) + number})

    def by_arm(self) -> dict[object, list[Pair]]:
        arms: dict[object, list[Pair]] = {}
        for pair in self.pairs.values():
            arms.setdefault(pair.arm, []).append(pair)
        return arms

    def spread(self) -> int:
        """By how much the pairs of an arm differ at most in how often they were shown."""
        seen = [[pair.seen for pair in arm] for arm in self.by_arm().values()]
        return max(max(arm) - min(arm) for arm in seen)

    def lean(self) -> int:
        """How much more often at most the real photo of a pair stood on one side."""
        return max(abs(pair.lean) for pair in self.pairs.values())


DESIGNS = st.tuples(st.integers(40, 70), st.integers(1, 2), st.integers(1, 3), st.integers(1, 36))


@settings(max_examples=25, deadline=None)
@given(DESIGNS, st.text(max_size=5))
def test_over_many_participants_every_photo_and_every_arm_is_shown_as_often_as_any_other(
    design: tuple[int, int, int, int], seed: str
) -> None:
    *pairs_of, test = design
    everybody = Everybody(*pairs_of)
    for number in range(30):
        everybody.comes(test, f"{seed}/{number}")
        assert everybody.spread() <= 1
        assert everybody.lean() <= 2
        arms = [sum(pair.seen for pair in arm) for arm in everybody.by_arm().values()]
        assert max(arms) - min(arms) <= 1
        assert max(abs(sum(pair.lean for pair in arm)) for arm in everybody.by_arm().values()) <= 2


def test_the_photos_of_a_small_set_stay_even_between_three_algorithms_that_share_them() -> None:
    """36 of 36 photos in each run: without an eye on the others an arm would take what only another one lacks."""
    everybody = Everybody(36, 1, 3)
    for number in range(40):
        everybody.comes(36, str(number))
        assert everybody.spread() <= 1


def test_what_is_given_back_is_shown_to_those_who_come_next() -> None:
    everybody = Everybody(60, 2, 2)
    runs = [everybody.comes(36, str(number)) for number in range(20)]
    for run in runs[::3]:
        everybody.leaves(run)
    for number in range(20, 30):
        everybody.comes(36, str(number))
    assert everybody.spread() <= 1
    assert everybody.lean() <= 2


@given(st.integers(1, 4), st.integers(1, 50), st.integers(0, 99))
def test_the_algorithm_taken_least_comes_next(algorithms: int, participants: int, seed: int) -> None:
    taken = dict.fromkeys(range(algorithms), 0)
    for _ in range(participants):
        taken[least_taken(taken, Random(seed))] += 1
        assert max(taken.values()) - min(taken.values()) <= 1
