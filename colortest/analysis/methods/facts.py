"""What a methods paragraph tells of a study, read from its rows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Min, Q

from colortest.experiment.exclusion import RULES
from colortest.experiment.models import Lapse, ParticipantQuerySet, Response, Study, StudyEvent, Trial
from colortest.experiment.presets import Protocol
from colortest.experiment.screen import room
from colortest.stimuli.models import AlgorithmQuerySet


@dataclass(frozen=True)
class Facts:
    """Counts are of people: simulated participants and rehearsals are in none of them."""

    protocol: Protocol
    preset: str
    test_set: str
    photos: Mapping[str, int]  # by split
    algorithms: tuple[tuple[str, str], ...]  # (name, SHA-256 of the weights or "")
    catch_algorithms: tuple[str, ...]
    recruiter: str  # a value of Study.Recruiter
    colour_vision: str  # a value of Study.ColourVision
    window: tuple[int, int]  # width and height that the browser needs
    languages: tuple[str, ...]  # codes
    retention_days: int  # 0 keeps responses
    erased: bool  # whether their time was up
    interim: str  # a value of Study.Interim
    pauses: int
    reopenings: int  # how often it was closed and opened again
    margin: float  # percentage points
    design_hash: str
    seed: int
    imported: str  # "" or the format of the file
    first: date | None  # of the days on which people agreed to take part, UTC
    last: date | None
    started: int
    finished: int
    screened_out: int
    withdrawn: int
    excluded: int
    reasons: Mapping[str, int]  # a value of exclusion.RULES, or the reason itself → people
    shown: int  # test trials of all who finished
    flagged: int
    countable: int


def facts_of(study: Study) -> Facts | None:
    """The facts as they are now, or, where responses have been erased, as they were before that. None where nobody had
    kept them.
    """
    erased = study.frozen_rates
    people = _kept(study) if erased else counted_people(study)
    return None if people is None else Facts(erased=erased, **_of_design(study), **_read(people))


def counted_people(study: Study) -> dict[str, Any]:
    """What is counted from people's rows, as they are now and as JSON knows it; nothing of anybody alone."""
    people = study.participants.people()
    finished = people.finished()
    test = Response.objects.filter(trial__participant__in=finished, trial__kind=Trial.Kind.TEST)
    counts = test.aggregate(shown=Count("pk"), flagged=Count("pk", filter=~Q(flags=[])))
    lapse = Lapse.objects.filter(study=study).first() or Lapse()
    first, last = _days(people, lapse)
    return {
        "first": first and first.isoformat(),
        "last": last and last.isoformat(),
        "started": people.filter(started__isnull=False).count() + lapse.started,
        "finished": finished.count(),
        "screened_out": people.filter(ending="SCREENED_OUT").count() + lapse.screened_out,
        "withdrawn": study.withdrawals.filter(simulated=False).count(),
        "excluded": finished.exclude(exclusion_reason="").count(),
        "reasons": _reasons(finished),
        "countable": Response.objects.countable().filter(trial__participant__in=people).count(),
        **counts,
    }


def _kept(study: Study) -> dict[str, Any] | None:
    """As `counted_people` gave them when the last report was made."""
    return study.reports.of_people().values_list("facts", flat=True).first()


def _read(people: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: people[name] and date.fromisoformat(people[name]) for name in ("first", "last")}
    # The database keeps no order of them.
    return {**people, **days, "reasons": dict(sorted(people["reasons"].items()))}


def _of_design(study: Study) -> dict[str, Any]:
    """What is frozen once the study opens, and what was done with it."""
    done = Counter(study.events.values_list("what", flat=True))
    return {
        "protocol": study.protocol,
        "preset": study.preset,
        "test_set": study.test_set.name,
        "photos": study.photos().split_counts(),
        "algorithms": _named(study.under_test()),
        "catch_algorithms": tuple(name for name, _ in _named(study.for_catch_trials())),
        "recruiter": study.recruiter,
        "colour_vision": study.colour_vision,
        "window": room(study.least_width, study.least_height),
        "languages": tuple(study.languages),
        "retention_days": study.retention_days,
        "interim": study.interim,
        "pauses": done[StudyEvent.What.PAUSED],
        "reopenings": max(0, done[StudyEvent.What.OPENED] - 1),
        "margin": study.equivalence_margin,
        "design_hash": study.design_hash,
        "seed": study.seed,
        "imported": study.imported,
    }


def _days(people: ParticipantQuerySet, lapse: Lapse) -> tuple[date | None, date | None]:
    """The first and the last on which people agreed to take part."""
    found = people.aggregate(first=Min("consented"), last=Max("consented"))
    first = [found["first"] and found["first"].date(), lapse.first]
    last = [found["last"] and found["last"].date(), lapse.last]
    return min(filter(None, first), default=None), max(filter(None, last), default=None)


def _named(algorithms: AlgorithmQuerySet) -> tuple[tuple[str, str], ...]:
    return tuple(algorithms.order_by("slug").values_list("name", F("sha256")))


def _reasons(finished: ParticipantQuerySet) -> dict[str, int]:
    """How many people each rule excluded; who broke several is counted at each."""
    given = finished.exclude(exclusion_reason="").values_list("exclusion_reason", flat=True)
    broken = Counter(rule for reason in given for rule in {_rule(part) for part in reason.split("; ")})
    return dict(sorted(broken.items()))


def _rule(reason: str) -> str:
    return next((words for pattern, words in RULES.items() if pattern in reason), reason)
