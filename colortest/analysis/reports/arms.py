"""The arms of a study and what they differ by, from the sums of their fool rates."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations, groupby
from operator import add

import numpy as np
from numpy.typing import NDArray

from colortest.analysis.models import FoolRate
from colortest.analysis.reports.people import People
from colortest.analysis.reports.values import Content, Key, estimate, test_content
from colortest.analysis.statistics.bootstrap import Draws, amt_beats, crossed_interval
from colortest.analysis.statistics.differences import (
    Drawn,
    Equivalence,
    against_half,
    difference,
    equivalent,
    equivalent_to_half,
    holm,
)
from colortest.analysis.statistics.intervals import Interval, wilson
from colortest.analysis.statistics.rankings import ADDS, places
from colortest.analysis.statistics.sequences import at_every_look
from colortest.analysis.statistics.sums import ArmSums
from colortest.experiment.models import Study

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Arm:
    """Countable responses that are told of together, and who gave them.

    algorithm: the number of its row; None for all. before: fooled and countable before exclusions.
    """

    key: Key
    algorithm: int | None
    drawn: Drawn
    photos: Counts  # (photos, 3): number of the photo, fooled, countable
    people: People
    before: tuple[int, int]

    @cached_property
    def persons(self) -> Counts:
        return self.people.persons

    @property
    def countable(self) -> int:
        return self.drawn.countable


def arms_of(rates: Sequence[FoolRate], people: People) -> list[Arm]:
    """One for each fool rate, and the pooled ones where there are several splits."""
    single = [_arm([rate], rate.split, rate.asked_ms, people) for rate in rates]
    if len({rate.split for rate in rates}) == 1:
        return single
    pooled = [_arm(list(same), None, asked_ms, people) for (_, asked_ms), same in _by_algorithm_and_exposure(rates)]
    return [*single, *pooled]


def everything(rates: Sequence[FoolRate], people: People) -> Arm:
    """The whole study as one arm."""
    return _build(Key(), None, [rate for rate in rates if rate.asked_ms is None], people)


def arm_content(arm: Arm, margin: float, p_holm: float | None) -> Content:
    """ARM."""
    content = {
        **arm.key.content,
        "fooled": arm.drawn.fooled,
        "countable": arm.countable,
        "participants": len(arm.persons),
        "photos": len(arm.photos),
        "before": _before(*arm.before),
    }
    if not arm.countable:
        return content | dict.fromkeys(("rate", "low", "high", "wilson", "sequence", "half", "equivalence"))
    crossed = crossed_interval(arm.drawn.draws, fooled=arm.drawn.fooled, countable=arm.countable)
    p = against_half(arm.drawn).p
    return content | {
        "rate": arm.drawn.rate,
        "low": crossed.low,
        "high": crossed.high,
        "wilson": _interval(wilson(arm.drawn.fooled, arm.countable)),
        "sequence": _interval(_while_open(arm, crossed)),
        "half": {"p": p, "p_holm": p if p_holm is None else p_holm},
        "equivalence": _equivalence(equivalent_to_half(arm.drawn, margin)),
    }


def arms_content(arms: Sequence[Arm], margin: float) -> list[Content]:
    """[ARM], with Holm's p over the arms of one kind."""
    adjusted: dict[Key, float] = {}
    for _, same in groupby(sorted(arms, key=_kind), key=_kind):
        family = [arm for arm in same if arm.countable]
        ps = holm([against_half(arm.drawn).p for arm in family])
        adjusted |= {arm.key: p for arm, p in zip(family, ps, strict=True)}
    return [arm_content(arm, margin, adjusted.get(arm.key)) for arm in arms]


def differences_content(study: Study, arms: Sequence[Arm], margin: float) -> Content:
    """Each family of differences: arms that are alike but for one thing."""
    beats = _Script(study, arms).beats
    several = len({arm.key.split for arm in arms if arm.key.split is not None}) > 1
    whole = [arm for arm in arms if arm.key.asked_ms is None and arm.key.split is not None]
    pooled = [arm for arm in arms if arm.key.asked_ms is None and arm.key.split is None]
    exposed = [arm for arm in arms if arm.key.asked_ms is not None and arm.key.split is not None]
    return {
        "algorithms": _family(whole, lambda key: (key.split,), margin, beats),
        "algorithms_pooled": _family(pooled, lambda key: (), margin, beats) if several else [],
        "splits": _family(whole, lambda key: (key.algorithm,), margin, beats),
        "exposures": _family(exposed, lambda key: (key.algorithm, key.split), margin, beats),
    }


def rankings_content(arms: Sequence[Arm]) -> Content | None:
    """The order of algorithms, all splits and exposures together; None of fewer than two."""
    several = any(arm.key.split is None for arm in arms)
    ranked = [arm for arm in arms if arm.key.asked_ms is None and (arm.key.split is None) == several and arm.countable]
    if len(ranked) < 2:
        return None
    rows = [
        {
            "algorithm": arm.key.algorithm,
            "name": arm.key.name,
            "ability": estimate(place.ability, place.low, place.high),
            "rank": place.rank,
            "rank_low": place.rank_low,
            "rank_high": place.rank_high,
            "best": place.best,
        }
        for arm, place in zip(ranked, places([arm.drawn for arm in ranked]), strict=True)
    ]
    return {"rows": sorted(rows, key=lambda row: (row["rank"], row["name"])), "sentence": ADDS}


class _Script:
    """The participants of a study as the script of AMT_Real_vs_Fake draws them."""

    def __init__(self, study: Study, arms: Sequence[Arm]) -> None:
        self.trials, self.seed = study.counts.test + study.counts.catch, study.seed
        self.people = max((int(arm.persons.max()) + 1 for arm in arms if arm.countable), default=0)

    def beats(self, one: Arm, other: Arm) -> float:
        """“m beats n”."""
        table = np.zeros((self.people, 4), np.int64)
        for arm, columns in ((one, table[:, :2]), (other, table[:, 2:])):
            columns[arm.persons] = np.column_stack(arm.people.counts)
        kinds, people = np.unique(table, axis=0, return_counts=True)
        return amt_beats(people, kinds[:, :2], kinds[:, 2:], trials=self.trials, seed=self.seed)


def _family(
    arms: Sequence[Arm],
    alike: Callable[[Key], tuple[object, ...]],
    margin: float,
    beats: Callable[[Arm, Arm], float],
) -> list[Content]:
    pairs = [
        pair
        for pair in combinations([arm for arm in arms if arm.countable], 2)
        if alike(pair[0].key) == alike(pair[1].key)
    ]
    tests = [difference(one.drawn, other.drawn) for one, other in pairs]
    adjusted = holm([test.p for test in tests])
    return [
        {"a": one.key.content, "b": other.key.content, **test_content(test, p), **_pairing(one, other)}
        | {"beats": beats(one, other)}
        | {"equivalence": _equivalence(equivalent(one.drawn, other.drawn, margin))}
        for (one, other), test, p in zip(pairs, tests, adjusted, strict=True)
    ]


def _pairing(one: Arm, other: Arm) -> Content:
    people = len(np.intersect1d(one.persons, other.persons))
    photos = len(np.intersect1d(one.photos[:, 0], other.photos[:, 0]))
    shared = [word for word, count in (("participant", people), ("photo", photos)) if count]
    sentence = f"Paired by {' and '.join(shared)}." if shared else "Not paired: they share nobody and no photo."
    return {"shared_participants": people, "shared_photos": photos, "sentence": sentence}


def _by_algorithm_and_exposure(
    rates: Sequence[FoolRate],
) -> Iterator[tuple[tuple[int, int | None], Iterable[FoolRate]]]:
    def kind(rate: FoolRate) -> tuple[int, int]:
        return rate.algorithm_id, -1 if rate.asked_ms is None else rate.asked_ms

    for (algorithm, asked_ms), same in groupby(sorted(rates, key=kind), key=kind):
        yield (algorithm, None if asked_ms < 0 else asked_ms), same


def _arm(rates: Sequence[FoolRate], split: str | None, asked_ms: int | None, people: People) -> Arm:
    algorithm = rates[0].algorithm
    key = Key(algorithm.slug, algorithm.name, split, asked_ms)
    return _build(key, algorithm.pk, rates, people.of_arm(algorithm.pk, split, asked_ms))


def _build(key: Key, algorithm: int | None, rates: Sequence[FoolRate], people: People) -> Arm:
    sums: list[ArmSums] = [rate.sums.arm for rate in rates]
    photos, places = np.unique(np.concatenate([one.photos[:, 0] for one in sums]), return_inverse=True)
    table = np.zeros((len(photos), 3), np.int64)
    table[:, 0] = photos
    np.add.at(table[:, 1:], places, np.concatenate([one.photos[:, 1:] for one in sums]))
    drawn = Drawn(
        sum(one.fooled for one in sums),
        sum(one.countable for one in sums),
        reduce(add, (one.draws for one in sums), Draws.none(len(sums[0].draws.fooled))),
    )
    before = (sum(rate.fooled_before for rate in rates), sum(rate.countable_before for rate in rates))
    return Arm(key, algorithm, drawn, table, people, before)


def _kind(arm: Arm) -> tuple[bool, bool]:
    return arm.key.split is None, arm.key.asked_ms is None


def _before(fooled: int, countable: int) -> Content:
    return {"fooled": fooled, "countable": countable, "rate": fooled / countable if countable else None}


def _while_open(arm: Arm, crossed: Interval) -> Interval | None:
    """The bounds that hold at every look, and nowhere inside the interval that will be shown at the end."""
    sequence = at_every_look(arm.people.counts, (arm.photos[:, 1], arm.photos[:, 2]))
    return sequence and Interval(min(sequence.low, crossed.low), max(sequence.high, crossed.high))


def _interval(interval: Interval | None) -> Content | None:
    return {"low": interval.low, "high": interval.high} if interval else None


def _equivalence(found: Equivalence) -> Content:
    return {
        "margin": found.margin,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "equivalent": bool(found.equivalent),
    }
