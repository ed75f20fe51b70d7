"""Which arms, sides and photos a participant's test trials show, so that over everybody each is shown as often as any
other. Pure: what was shown so far comes in as counts, chance as a generator.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, zip_longest
from random import Random
from typing import TypeVar

import numpy as np
import scipy  # its parts are loaded at first use: most processes never come to them
from numpy.typing import NDArray

LEFT, RIGHT = "LEFT", "RIGHT"
OTHER = {LEFT: RIGHT, RIGHT: LEFT}

# What weighs more than anything below it, summed over all trials of a participant: how often the arm showed the photo,
# on which side it stood, how often any arm showed it, and chance last.
_SEEN, _SIDE, _ANY = 1e9, 1e5, 1e2
_MOST = 9.0  # differences beyond weigh no more, so that the weights stay apart


class NotEnoughPairs(ValueError):
    """The pairs at hand cannot fill the protocol; the message says what is missing."""


@dataclass(frozen=True)
class Pair:
    """A colorization beside its photo, as far as a schedule needs to know it.

    seen_left, seen_right: test trials with the real photo on that side that showed it so far.
    """

    colorization: int
    photo: int
    arm: tuple[str, int]  # split and algorithm: what a fool rate is reported for
    seen_left: int = 0
    seen_right: int = 0

    @property
    def seen(self) -> int:
        return self.seen_left + self.seen_right

    @property
    def lean(self) -> int:
        """How much more often the real photo stood left than right."""
        return self.seen_left - self.seen_right


@dataclass(frozen=True)
class Slot:
    """A test trial that has its arm and its real side, and no pair yet."""

    arm: Hashable
    real_side: str


Taken = TypeVar("Taken", bound=Hashable)


def least_taken(taken: Mapping[Taken, int], random: Random) -> Taken:
    """The one taken least often, ties broken at random: repeated, all stay within ±1."""
    return min(random.sample(list(taken), len(taken)), key=taken.__getitem__)


def slots(count: int, pairs: Sequence[Pair], random: Random) -> list[Slot]:
    """So many test trials in equal shares per arm (±1), arm by arm, sides in turn.

    Sides are thus within ±1 in all and in each arm. The arms shown least so far get what does not divide evenly, and
    where an arm gets an odd number, the side that it had less often gets one more.
    """
    shown, lean = _per_arm(pairs, "seen"), _per_arm(pairs, "lean")
    if count and not shown:
        raise NotEnoughPairs(f"{count} test trials are asked for and no colorization is ready.")
    shares = _shares(count, shown, random)
    first, arms = _order(shares, lean, random)
    dealt = chain.from_iterable([arm] * shares[arm] for arm in arms)
    return [Slot(arm, side) for arm, side in zip(dealt, cycle([first, OTHER[first]]), strict=False)]


def fill(wanted: Sequence[Slot], pairs: Sequence[Pair], random: Random) -> list[Pair]:
    """A pair for each slot, no photo twice: of its arm the least seen, that side's turn, and of these by chance.

    Among pairs that an arm showed equally often those come first whose photo all arms together showed least: what is
    left for the last participant of a round would else be the same photos in every arm, and only one can have each.
    The assignment is the one of least cost in all (`scipy.optimize.linear_sum_assignment`), so that an arm that could
    take any photo leaves to another the only one that it can take.

    Raises:
        NotEnoughPairs: the arms have too few different photos.
    """
    if not wanted:
        return []
    columns = {photo: column for column, photo in enumerate(dict.fromkeys(pair.photo for pair in pairs))}
    by_arm: dict[Hashable, dict[int, Pair]] = {}
    for pair in pairs:
        by_arm.setdefault(pair.arm, {})[columns[pair.photo]] = pair
    costs = _costs(wanted, by_arm, len(columns), random)
    try:
        rows, chosen = scipy.optimize.linear_sum_assignment(costs)
    except ValueError:  # scipy's word for: every assignment costs infinitely much
        rows, chosen = np.array([]), np.array([])
    if len(rows) < len(wanted):
        raise NotEnoughPairs(_too_few(wanted, by_arm))
    return [by_arm[wanted[row].arm][int(column)] for row, column in zip(rows, chosen, strict=True)]


def _shares(count: int, shown: Mapping[Hashable, int], random: Random) -> dict[Hashable, int]:
    if not shown:
        return {}
    each, rest = divmod(count, len(shown))
    by_need = sorted(random.sample(list(shown), len(shown)), key=shown.__getitem__)
    return {arm: each + (number < rest) for number, arm in enumerate(by_need)}


def _order(
    shares: Mapping[Hashable, int], lean: Mapping[Hashable, int], random: Random
) -> tuple[str, Iterator[Hashable]]:
    """The first side, and the arms in an order that gives each odd one its extra trial on the side that it lacks.

    Sides alternate over all arms, so odd ones get their extra trial left and right in turn.
    """
    arms = random.sample(list(shares), len(shares))
    odd = sorted((arm for arm in arms if shares[arm] % 2), key=lean.__getitem__)
    in_doubt = lean[odd[len(odd) // 2]] if odd else 0
    more_left = in_doubt < 0 or (in_doubt == 0 and random.random() < 0.5)
    left_count = (len(odd) + more_left) // 2
    left, right = odd[:left_count], odd[left_count:]
    starts_left = len(left) > len(right) or (len(left) == len(right) and more_left)
    first, second = (left, right) if starts_left else (right, left)
    turns = chain.from_iterable(zip_longest(first, second))
    even = (arm for arm in arms if shares[arm] % 2 == 0)
    return LEFT if starts_left else RIGHT, chain((arm for arm in turns if arm is not None), even)


def _per_arm(pairs: Sequence[Pair], what: str) -> dict[Hashable, int]:
    sums: dict[Hashable, int] = {}
    for pair in pairs:
        sums[pair.arm] = sums.get(pair.arm, 0) + getattr(pair, what)
    return sums


def _costs(
    wanted: Sequence[Slot], by_arm: Mapping[Hashable, Mapping[int, Pair]], photos: int, random: Random
) -> NDArray[np.float64]:
    """(slots, photos): infinite where the arm has no such pair."""
    anywhere = np.zeros(photos)
    for members in by_arm.values():
        for column, pair in members.items():
            anywhere[column] += pair.seen
    common = _ANY * _above_least(anywhere)
    rows = {
        slot: common + _row(by_arm.get(slot.arm, {}), photos, 1 if slot.real_side == LEFT else -1)
        for slot in set(wanted)
    }
    chance = np.random.default_rng(random.getrandbits(64)).random((len(wanted), photos))
    return np.stack([rows[slot] for slot in wanted]) + chance


def _row(members: Mapping[int, Pair], photos: int, sign: int) -> NDArray[np.float64]:
    """What each photo costs a slot of this arm: seen often costs, and so does having stood on the same side."""
    row = np.full(photos, np.inf)
    columns = np.fromiter(members, dtype=np.intp, count=len(members))
    seen = np.array([pair.seen for pair in members.values()], dtype=np.float64)
    lean = np.array([sign * pair.lean for pair in members.values()], dtype=np.float64)
    row[columns] = _SEEN * _above_least(seen) + _SIDE * (np.clip(lean, -_MOST, _MOST) + _MOST)
    return row


def _above_least(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.minimum(counts - counts.min(), 10 * _MOST) if counts.size else counts


def _too_few(wanted: Sequence[Slot], by_arm: Mapping[Hashable, Mapping[int, Pair]]) -> str:
    each = max(sum(slot.arm == arm for slot in wanted) for arm in by_arm)
    least = min(len(members) for members in by_arm.values())
    return f"{len(wanted)} test trials need {each} different photos in each arm, and one has only {least}."
