"""What responses tell beside the fool rate: sensitivity, preferred sides, attention, times and what practice does."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from colortest.analysis.reports.arms import Arm
from colortest.analysis.reports.responses import Responses
from colortest.analysis.reports.values import Content, drawn_estimate, estimate, share_estimate
from colortest.analysis.statistics.bootstrap import crossed_interval
from colortest.analysis.statistics.curves import histogram, quartiles, stretches, times
from colortest.analysis.statistics.detection import Cells, of_pairs, of_single_images, unbiased
from colortest.analysis.statistics.differences import Drawn, against_half
from colortest.experiment.exclusion import FAST_MS
from colortest.experiment.models import Order, Presentation, Study

PRACTICE_STRETCHES, TEST_STRETCHES = 2, 8
EDGES = tuple(range(-50, 51, 5))  # milliseconds: the tolerance is 25, or a frame

PAIRS = (
    "d′ and criterion c of a choice between two: below 0, c says that the left one is too readily taken for the fake."
)
SINGLE = "d′ and criterion c of real or fake: below 0, c says that “fake” is said too readily."
CONFOUNDED = "The left one is always first: which of the two a preference is for cannot be told."


def detection_content(study: Study, arms: Sequence[Arm], responses: Responses) -> Content:
    """Sensitivity of each algorithm × split, all exposures together."""
    test = responses.of_kind("TEST")
    whole = [arm for arm in arms if arm.key.asked_ms is None and arm.key.split is not None and arm.countable]
    return {
        "task": "YES_NO" if study.single else "2AFC",
        "rows": [arm.key.content | _sensitivity(study, arm, test) for arm in whole],
        "sentence": SINGLE if study.single else PAIRS,
    }


def bias_content(study: Study, responses: Responses) -> Content:
    """Shares of choices of the left one, or of “real”, and of the one shown first."""
    test = responses.of_kind("TEST")
    follows = study.presentation == Presentation.SEQUENTIAL
    told = follows and study.order == Order.BALANCED
    return {
        "left": _bias(test, test.chose_left, study.seed),
        "first": _bias(test, test.chose_left == test.first_left, study.seed) if told else None,
        "sentence": CONFOUNDED if follows and not told else "",
    }


def catch_content(study: Study, responses: Responses) -> Content | None:
    """Catch trials of everybody who finished, excluded or not, in which the obviously wrong one was caught."""
    catch = responses.where((responses.kind == "CATCH") & ~responses.flagged)
    if not len(catch):
        return None
    share = share_estimate(catch.share(catch.correct, seed=study.seed))
    return {"trials": len(catch), "caught": int(catch.correct.sum()), "share": share}


def times_content(responses: Responses) -> Content | None:
    """Response times of test trials."""
    measured = responses.of_kind("TEST").rt_ms
    found = times(measured[np.isfinite(measured)], FAST_MS)
    if found is None:
        return None
    return {"count": found.count, "quartiles": list(found.quartiles), "p95": found.p95, "fast": found.fast}


def learning_content(study: Study, responses: Responses) -> list[Content]:
    """Fool rates from the first position to the last, practice apart."""
    return [
        content
        for kind, most in (("PRACTICE", PRACTICE_STRETCHES), ("TEST", TEST_STRETCHES))
        for content in _stretches(responses.of_kind(kind), kind, most, study.seed)
    ]


def exposure_content(study: Study, responses: Responses) -> list[Content]:
    """How far achieved exposures of test trials missed those asked for, flagged trials included."""
    timed = responses.where((responses.kind == "TEST") & (responses.asked_ms > 0) & np.isfinite(responses.achieved_ms))
    if not len(timed):
        return []
    if study.staircase_up_ms:
        return [_exposure(timed, None)]
    return [_exposure(timed.where(timed.asked_ms == asked), int(asked)) for asked in np.unique(timed.asked_ms)]


def shown_content(responses: Responses) -> Content:
    """Test trials of everybody in the sample, and how many of them are flagged."""
    test = responses.where(responses.kind == "TEST")
    return {"shown": len(test), "flagged": int(test.flagged.sum())}


def _sensitivity(study: Study, arm: Arm, test: Responses) -> Content:
    of_split = test.where(test.split == arm.key.split)
    mine = of_split.where((of_split.algorithm == arm.algorithm) & of_split.shows_fake)
    if study.single:
        # Photos belong to no algorithm: those count that were shown to people who were shown its fakes.
        theirs = np.isin(of_split.participant, mine.participant)
        first, second = mine, of_split.where(~of_split.shows_fake & theirs)
        alarm = ~second.correct
    else:
        first, second = mine.where(~mine.real_left), mine.where(mine.real_left)
        alarm = second.fooled
    of = of_single_images if study.single else of_pairs
    hits, alarms = _named(first, first.correct, study.seed), _named(second, alarm, study.seed)
    found, drawn = of(hits[0], alarms[0]), of(hits[1], alarms[1])
    return {
        "d_prime": drawn_estimate(found.d_prime, drawn.d_prime),
        "criterion": drawn_estimate(found.criterion, drawn.criterion),
        "unbiased": None if study.single else _unbiased(arm.drawn),
    }


def _named(responses: Responses, named: NDArray[np.bool_], seed: int) -> tuple[Cells, Cells]:
    """The counts, and their draws."""
    drawn = responses.share(named, seed=seed)
    return Cells(drawn.fooled, drawn.countable), Cells(drawn.draws.fooled, drawn.draws.countable)


def _unbiased(arm: Drawn) -> Content | None:
    """From the fool rate and its interval; where they reach 0 or 1, as if half a response were otherwise."""
    interval = crossed_interval(arm.draws, fooled=arm.fooled, countable=arm.countable)
    least = 0.5 / (arm.countable + 1)
    value, high, low = unbiased(np.clip([arm.rate, interval.low, interval.high], least, 1 - least))
    return estimate(value, low, high)


def _bias(test: Responses, chosen: NDArray[np.bool_], seed: int) -> Content | None:
    drawn = test.share(chosen, seed=seed)
    share = share_estimate(drawn)
    return None if share is None else share | {"p": against_half(drawn).p}


def _stretches(responses: Responses, kind: str, most: int, seed: int) -> Iterator[Content]:
    fakes = responses.where(responses.shows_fake)
    if not len(fakes):
        return
    for stretch in stretches(int(fakes.position.min()), int(fakes.position.max()), most):
        mine = fakes.where(stretch.holds(fakes.position))
        drawn = mine.share(mine.fooled, seed=seed)
        share = share_estimate(drawn) or {"value": None, "low": None, "high": None}
        yield {
            "kind": kind,
            "from": stretch.first + 1,
            "to": stretch.last + 1,
            "fooled": drawn.fooled,
            "countable": drawn.countable,
            "rate": share["value"],
            "low": share["low"],
            "high": share["high"],
        }


def _exposure(timed: Responses, asked_ms: int | None) -> Content:
    missed = timed.achieved_ms - timed.asked_ms
    spread = histogram(missed, EDGES)
    assert spread is not None  # noqa: S101 (for the type checker: there is one)
    return {
        "asked_ms": asked_ms,
        "count": len(timed),
        "quartiles": list(quartiles(missed)),
        "within": 1 - float(timed.missed.mean()),
        "edges": list(spread.edges),
        "counts": list(spread.counts),
    }
