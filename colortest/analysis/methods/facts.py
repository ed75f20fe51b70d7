"""What a methods paragraph tells of a study, read from its rows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Max, Min, Q

from colortest.experiment.exclusion import RULES
from colortest.experiment.models import ParticipantQuerySet, Response, Study, StudyEvent, Trial
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
    interim: str  # a value of Study.Interim
    pauses: int  # how often it was closed and opened again
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


def facts_of(study: Study) -> Facts:
    """The facts as they are now."""
    people = study.participants.people()
    finished = people.finished()
    days = people.aggregate(first=Min("consented"), last=Max("consented"))
    test = Response.objects.filter(trial__participant__in=finished, trial__kind=Trial.Kind.TEST)
    counts = test.aggregate(shown=Count("pk"), flagged=Count("pk", filter=~Q(flags=[])))
    countable = Response.objects.countable().filter(trial__participant__in=people)
    return Facts(
        protocol=study.protocol,
        preset=study.preset,
        test_set=study.test_set.name,
        photos=study.photos().split_counts(),
        algorithms=_named(study.under_test()),
        catch_algorithms=tuple(name for name, _ in _named(study.for_catch_trials())),
        recruiter=study.recruiter,
        colour_vision=study.colour_vision,
        window=room(study.least_width, study.least_height),
        languages=tuple(study.languages),
        retention_days=study.retention_days,
        interim=study.interim,
        pauses=max(0, study.events.filter(what=StudyEvent.What.OPENED).count() - 1),
        margin=study.equivalence_margin,
        design_hash=study.design_hash,
        seed=study.seed,
        imported=study.imported,
        first=days["first"].date() if days["first"] else None,
        last=days["last"].date() if days["last"] else None,
        started=people.filter(started__isnull=False).count(),
        finished=finished.count(),
        screened_out=people.filter(ending="SCREENED_OUT").count(),
        withdrawn=study.withdrawals.filter(simulated=False).count(),
        excluded=finished.exclude(exclusion_reason="").count(),
        reasons=_reasons(finished),
        shown=counts["shown"],
        flagged=counts["flagged"],
        countable=countable.count(),
    )


def _named(algorithms: AlgorithmQuerySet) -> tuple[tuple[str, str], ...]:
    return tuple(algorithms.order_by("slug").values_list("name", F("sha256")))


def _reasons(finished: ParticipantQuerySet) -> dict[str, int]:
    """How many people each rule excluded; who broke several is counted at each."""
    given = finished.exclude(exclusion_reason="").values_list("exclusion_reason", flat=True)
    broken = Counter(rule for reason in given for rule in {_rule(part) for part in reason.split("; ")})
    return dict(sorted(broken.items()))


def _rule(reason: str) -> str:
    return next((words for pattern, words in RULES.items() if pattern in reason), reason)
