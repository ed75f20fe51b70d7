"""Who sees which pair when, and on which side: the trials of one participant, drawn from a seed.

Pure: plain values in, plain values out. The same seed and the same counts give the same schedule.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, product
from random import Random

from colortest.experiment.balance import LEFT, OTHER, RIGHT, NotEnoughPairs, Pair, fill, slots

__all__ = [
    "CATCH",
    "LEFT",
    "OTHER",
    "PRACTICE",
    "RIGHT",
    "TEST",
    "Conditions",
    "Counts",
    "NotEnoughPairs",
    "Pair",
    "Planned",
    "draw",
    "require",
]

PRACTICE, TEST, CATCH = "PRACTICE", "TEST", "CATCH"


@dataclass(frozen=True)
class Counts:
    """How many trials of each kind; `test` includes neither catch trials nor the reserve.

    blocks: that test and catch trials are dealt to.
    """

    practice: int
    test: int
    catch: int
    reserve: int = 0
    blocks: int = 1

    @property
    def total(self) -> int:
        """All that a participant sees for certain."""
        return self.practice + self.test + self.catch


@dataclass(frozen=True)
class Conditions:
    """What differs between the trials of one participant besides the pair and its sides.

    exposures_ms: each in as many trials as any other (within two).
    balanced_order: of stimuli that follow each other, the left one comes first in half of the trials; else always.
    """

    exposures_ms: Sequence[int] = (1000,)
    balanced_order: bool = False


PLAIN = Conditions()


@dataclass(frozen=True)
class Planned:
    """One trial to be: the pair, the side on which the real photo appears, and how it is shown.

    block: 0 for practice, then from 1. A single image stands left: LEFT means that it is the photo.
    """

    kind: str
    colorization: int
    real_side: str
    first_side: str = LEFT
    exposure_ms: int = 0
    block: int = 1
    reserve: bool = False


def require(counts: Counts, photos: Mapping[str, int], algorithms: int) -> None:
    """Make sure that every draw succeeds, whatever the seed, when all algorithms coloured all photos.

    Args:
        photos: how many there are in each split.
        algorithms: how many are under test; with the splits they make the arms.

    Raises:
        NotEnoughPairs: some seed could ask a split, or all of them together, for more photos than there are.
    """
    most_in_an_arm = -(-counts.test // (algorithms * len(photos)))
    for split, count in photos.items():
        if count < algorithms * most_in_an_arm:
            raise NotEnoughPairs(
                f"{counts.test} test trials may need {algorithms * most_in_an_arm} different photos of the split "
                f"“{split}”, which has {count}."
            )
    wanted = counts.total + counts.reserve
    if sum(photos.values()) < wanted:
        reserve = f", {counts.reserve} of them in reserve," if counts.reserve else ""
        raise NotEnoughPairs(
            f"{wanted} trials{reserve} need as many different photos; there are {sum(photos.values())}."
        )


def draw(
    counts: Counts, pairs: Sequence[Pair], catch_pairs: Sequence[Pair], seed: str, conditions: Conditions = PLAIN
) -> list[Planned]:
    """Draw the trials of one participant, in order: practice first, then test and catch mixed, the reserve last.

    No photo appears twice. Arms get equal shares of the test trials (±1), each arm its least-seen pairs, each pair
    with the real photo on the side where it stood less often. The real photo is on the left in half of the trials (±1)
    of each kind and of each arm. Where a draw cannot go on so, chance decides.

    Raises:
        NotEnoughPairs: an arm, or the catch algorithm, has too few photos.
    """
    random = Random(seed)  # noqa: S311 (a reproducible draw, not a secret)
    wanted = slots(counts.test, pairs, random)
    test = fill(wanted, pairs, random)
    used = {pair.photo for pair in test}
    catch = _take(counts.catch, catch_pairs, used, random, "catch trials")
    practice = _take(counts.practice, pairs, used, random, "practice trials")
    reserve = _take(counts.reserve, pairs, used, random, "trials in reserve")
    tested = _planned(TEST, test, [slot.real_side for slot in wanted], random, conditions)
    mixed = [*tested, *_planned(CATCH, catch, _in_turn(catch, random), random, conditions)]
    random.shuffle(mixed)
    practised = _planned(PRACTICE, practice, _in_turn(practice, random), random, conditions)
    random.shuffle(practised)
    kept = _planned(TEST, reserve, _in_turn(reserve, random), random, conditions)
    return [
        *(replace(trial, block=0) for trial in practised),
        *_dealt(mixed, counts.blocks),
        *(replace(trial, block=counts.blocks, reserve=True) for trial in kept),
    ]


def _dealt(trials: Sequence[Planned], blocks: int) -> Iterator[Planned]:
    """The same trials in the same order, in blocks of equal length (±1)."""
    for number, trial in enumerate(trials):
        yield replace(trial, block=number * blocks // len(trials) + 1)


def _take(count: int, pairs: Sequence[Pair], used: set[int], random: Random, what: str) -> list[Pair]:
    """Pairs of photos that are not used yet, the least seen first."""
    chosen: list[Pair] = []
    for pair in sorted(random.sample(pairs, len(pairs)), key=lambda pair: pair.seen):
        if len(chosen) == count:
            break
        if pair.photo not in used:
            used.add(pair.photo)
            chosen.append(pair)
    if len(chosen) < count:
        raise NotEnoughPairs(f"{count} {what} are asked for and only {len(chosen)} unused photos are left for them.")
    return chosen


def _in_turn(pairs: Sequence[Pair], random: Random) -> list[str]:
    """A side for each: left and right in turn."""
    first = random.choice([LEFT, RIGHT])
    return [side for _, side in zip(pairs, cycle([first, OTHER[first]]), strict=False)]


def _planned(
    kind: str, pairs: Sequence[Pair], sides: Sequence[str], random: Random, conditions: Conditions
) -> list[Planned]:
    """Trials whose other conditions change after both sides had their turn, so that none goes with one side."""
    exposures = list(conditions.exposures_ms)
    orders = [LEFT, RIGHT] if conditions.balanced_order else [LEFT]
    for choices in (exposures, orders):
        random.shuffle(choices)
    shown = cycle(product(orders, exposures, range(2)))
    return [
        Planned(kind, pair.colorization, side, first, exposure)
        for pair, side, (first, exposure, _) in zip(pairs, sides, shown, strict=False)
    ]
