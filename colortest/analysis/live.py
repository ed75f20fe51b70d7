"""How a running study goes, as its live page shows it: read from rows, judged by `monitoring`. People only."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from colortest.analysis import monitoring
from colortest.analysis.forms import numbers_of
from colortest.experiment import flow
from colortest.experiment.exclusion import Tally
from colortest.experiment.models import Assignment, Participant, ParticipantQuerySet, Response, Study, Trial
from colortest.experiment.models.run import LEASE

LISTED = 50  # people in the test whose place is shown one by one
STEPS = {
    "screen": "Screen check",
    "vision": "Colour vision",
    "instructions": "Instructions",
    "practice": "Practice",
    "test": "Test",
}
AT_THE_END = (flow.Step.THANKS.value, flow.Step.ENDED.value)


@dataclass(frozen=True)
class Place:
    """One step of a run and who is there: page open, gone, sent away by a check of the study, or erased.

    withdrew: None for practice, because who withdraws leaves behind no more than having come to the trials.
    """

    label: str
    here: int
    left: int
    screened_out: int
    withdrew: int | None


@dataclass(frozen=True)
class Position:
    """Where somebody is in the test; `trial` counts from 1."""

    participant: int
    trial: int
    of: int


@dataclass(frozen=True)
class Whereabouts:
    """Who is where. `withdrew_after`: of those whose run was over."""

    places: list[Place]
    positions: list[Position]
    withdrew_after: int

    def _total(self, name: str) -> int:
        return sum(getattr(place, name) or 0 for place in self.places)

    @property
    def here(self) -> int:
        return self._total("here")

    @property
    def left(self) -> int:
        return self._total("left")

    @property
    def screened_out(self) -> int:
        return self._total("screened_out")

    @property
    def withdrew(self) -> int:
        return self._total("withdrew") + self.withdrew_after


@dataclass(frozen=True)
class ArmProgress:
    """Countable responses of one algorithm × split; `target` is what the quota will bring, none without one."""

    algorithm: str
    split: str
    countable: int
    target: int | None
    behind: bool


@dataclass(frozen=True)
class AlgorithmProgress:
    """People who see one algorithm, where each sees one: finished and not excluded, and under way."""

    algorithm: str
    completed: int
    here: int


@dataclass(frozen=True)
class Checks:
    """What the study's checks found among those who finished, and whether it changed lately."""

    excluded: Tally
    flagged: Tally
    exclusions: monitoring.Comparison
    flags: monitoring.Comparison


@dataclass(frozen=True)
class Forecast:
    """How far the quota is. `time_left` in words; empty where nobody knows."""

    completed: int
    missing: int
    time_left: str


def whereabouts(study: Study, *, now: datetime) -> Whereabouts:
    """Everybody who has not finished, by the step that they are at or were at when last seen."""
    here, left, sent_away = Counter[str](), Counter[str](), Counter[str]()
    positions: list[Position] = []
    for person in study.participants.people().filter(finished=None).with_answered().order_by("number"):
        person.study = study
        step = _step(person)
        present = person.last_seen > now - LEASE
        (sent_away if person.ending else here if present else left)[step] += 1
        if step == "test" and present and len(positions) < LISTED:
            done = person.answered_count - study.counts.practice
            of = max(study.counts.total - study.counts.practice, done + 1)  # more where exposures failed
            positions.append(Position(person.number, done + 1, of))
    withdrew = Counter(study.withdrawals.filter(simulated=False).values_list("step", flat=True))
    # Who withdraws leaves only the page behind: of the trials it is not known whether practice was over.
    by_step = {**withdrew, "practice": None, "test": withdrew[flow.Step.TRIALS.value]}
    return Whereabouts(
        places=[
            Place(label, here[step], left[step], sent_away[step], by_step.get(step, 0))
            for step, label in STEPS.items()
            if step != flow.Step.VISION.value or study.colour_vision != Study.ColourVision.SKIP
        ],
        positions=positions,
        withdrew_after=sum(withdrew[step] for step in AT_THE_END),
    )


def _step(person: Participant) -> str:
    """A name of STEPS."""
    reached = flow.reached(person)
    if reached is not flow.Step.TRIALS:
        return str(reached.value)
    return "practice" if person.answered_count < person.study.counts.practice else "test"


def arms(study: Study) -> list[ArmProgress]:
    """Each algorithm × split, those without a countable response included."""
    responses = Response.objects.countable().filter(trial__participant__in=study.participants.people())
    grouped = responses.values_list("trial__colorization__algorithm", "trial__colorization__photo__split")
    counted = {row[:2]: row[2] for row in grouped.annotate(count=Count("pk")).order_by()}
    under_test = {(algorithm.pk, split): algorithm for algorithm in study.under_test() for split in study.splits}
    counts: dict[tuple[int, str], int] = {arm: counted.get(arm, 0) for arm in under_test}
    behind = monitoring.behind(counts)
    target = _target(study)
    return [
        ArmProgress(str(algorithm), arm[1], counts[arm], target, arm in behind) for arm, algorithm in under_test.items()
    ]


def _target(study: Study) -> int | None:
    """Countable responses in an arm when the quota is reached and no exposure failed."""
    numbers = numbers_of(study)
    return round(study.quota * int(str(numbers["trials"])) / int(str(numbers["arms"]))) if study.quota else None


def algorithms(study: Study) -> list[AlgorithmProgress]:
    """People by algorithm where each sees one; empty where everybody sees all."""
    if study.assignment != Assignment.BETWEEN:
        return []
    completed = Counter(_completed(study).values_list("algorithm", flat=True))
    running = study.participants.people().holding_places().filter(finished=None)
    here = Counter(running.values_list("algorithm", flat=True))
    return [
        AlgorithmProgress(str(algorithm), completed[algorithm.pk], here[algorithm.pk])
        for algorithm in study.under_test()
    ]


def checks(study: Study) -> Checks:
    """Shares over all who finished, and whether the last of them differ from those before."""
    finished = study.participants.people().finished()
    test = Response.objects.filter(trial__participant__in=finished, trial__kind=Trial.Kind.TEST)
    exclusions, flags = jumps(study)
    return Checks(
        excluded=Tally(finished.exclude(exclusion_reason="").count(), finished.count()),
        flagged=Tally(test.exclude(flags=[]).count(), test.count()),
        exclusions=exclusions,
        flags=flags,
    )


def jumps(study: Study) -> tuple[monitoring.Comparison, monitoring.Comparison]:
    """Whether the last who finished are excluded more often, and their trials flagged more often, than before."""
    last = list(_last(study.participants.people().finished()))
    return (
        monitoring.compare([_excluded(study, person) for person in last]),
        monitoring.compare([Tally(person.flagged_count, person.shown_count).share for person in last]),
    )


def alerts(study: Study) -> Iterator[str]:
    """What jumped, in a sentence each that tells nothing of fool rates."""
    names = "More people are excluded than before", "More test trials are flagged than before"
    for name, found in zip(names, jumps(study), strict=True):
        if found.jumped and found.recent is not None and found.earlier is not None:
            shares = f"{100 * found.recent:.0f} % with the last {monitoring.RECENT} people, {100 * found.earlier:.0f} %"
            yield f"{name}: {shares} with those before them."


def _last(finished: ParticipantQuerySet) -> ParticipantQuerySet:
    """Those who are compared, in the order in which they finished."""
    latest = finished.order_by("-finished", "-pk").values_list("pk", flat=True)
    compared = list(latest[: monitoring.RECENT + monitoring.EARLIER])
    return Participant.objects.filter(pk__in=compared).with_checks().order_by("finished", "pk")


def _excluded(study: Study, person: Participant) -> float | None:
    """1 for who is excluded, 0 for who passed a check, None for whom no check could be made."""
    made = (
        study.min_catch_accuracy > 0 and person.catch_count > 0,
        study.max_fast_share < 1 or study.max_same_side_share < 1,
        study.max_flagged_share < 1 and person.shown_count > 0,
        study.colour_vision == Study.ColourVision.EXCLUDE and person.vision != Participant.Vision.UNKNOWN,
    )
    if person.exclusion_reason:
        return 1.0
    return 0.0 if any(made) else None


def forecast(study: Study, *, now: datetime) -> Forecast:
    """What is missing to the quota, and how long it takes at the pace of late."""
    completed = _completed(study)
    count = completed.count()
    each = [progress.completed for progress in algorithms(study)] or [count]
    missing = sum(max(0, study.quota - reached) for reached in each)
    latest = list(completed.order_by("-finished").values_list("finished", flat=True)[: monitoring.PACE_OF])
    finishes = [moment for moment in reversed(latest) if moment]
    left: timedelta | None = monitoring.time_left(finishes, missing=missing, now=now)
    return Forecast(count, missing, "" if left is None else monitoring.roughly(left))


def _completed(study: Study) -> ParticipantQuerySet:
    """Those who count for the quota."""
    return study.participants.people().finished().filter(exclusion_reason="")
