"""Which pairs a new participant may see, how often each was or is being shown, and who is still there.

Admissions of one study come one after the other: the study's row is locked from the first count to the last trial.
`SKIP LOCKED` lets nobody wait where there are slots to choose from; here each draw depends on all draws before it,
and two that overlap would both show the photos that were least seen before either. What is locked takes some
milliseconds (docs/performance.md), responses are not held up by it, and other studies neither.
"""

from collections import Counter
from collections.abc import Iterable
from random import Random

from django.db.models import Count, Q
from django.utils import timezone

from colortest.experiment import schedule
from colortest.experiment.balance import least_taken
from colortest.experiment.models import HEARD_EVERY, Assignment, Participant, ParticipantQuerySet, Study, Trial
from colortest.stimuli.models import Algorithm

Shown = Counter[tuple[int, str]]  # (colorization, real side) → test trials


def hear_of(participant: Participant) -> None:
    """The page is open: the participant's places stay taken. Cheap: mostly nothing is written."""
    now = timezone.now()
    if participant.last_seen < now - HEARD_EVERY:
        Participant.objects.filter(pk=participant.pk).update(last_seen=now)


def algorithm_for(study: Study, *, simulated: bool, random: Random) -> int | None:
    """The algorithm that a new participant sees, where each sees one: of those under test the one least taken."""
    if study.assignment != Assignment.BETWEEN:
        return None
    taken = dict.fromkeys(study.under_test().values_list("pk", flat=True).order_by("pk"), 0)
    holders = _holders(study, simulated=simulated).exclude(algorithm=None)
    for row in holders.values("algorithm").annotate(count=Count("pk")).order_by():
        taken[row["algorithm"]] += row["count"]
    return least_taken(taken, random)


def pairs_of(study: Study) -> tuple[list[schedule.Pair], list[schedule.Pair]]:
    """The pairs under test and those for catch trials. They do not change while a study is open."""
    ready = study.pairs().ready().order_by("pk")
    columns = ("pk", "photo_id", "photo__split", "algorithm_id", "algorithm__kind")
    under_test: list[schedule.Pair] = []
    catch: list[schedule.Pair] = []
    for pk, photo, split, algorithm, kind in ready.values_list(*columns):
        chosen = catch if kind == Algorithm.Kind.CATCH else under_test
        chosen.append(schedule.Pair(pk, photo, (split, algorithm)))
    return under_test, catch


def with_shown(
    study: Study, pairs: Iterable[schedule.Pair], *, simulated: bool, algorithm: int | None = None
) -> list[schedule.Pair]:
    """The pairs of one algorithm or of all, with how often each was or is being shown in this study.

    Who left, or is excluded, gives the places back, and so does a trial whose exposure failed. People and simulated
    participants are balanced apart; rehearsals count nowhere.
    """
    shown = _shown(study, simulated=simulated)
    return [
        schedule.Pair(
            pair.colorization,
            pair.photo,
            pair.arm,
            shown[pair.colorization, schedule.LEFT],
            shown[pair.colorization, schedule.RIGHT],
        )
        for pair in pairs
        if algorithm in (None, pair.arm[1])
    ]


def _holders(study: Study, *, simulated: bool) -> ParticipantQuerySet:
    return study.participants.holding_places().filter(simulated=simulated, rehearsal=False)


def _shown(study: Study, *, simulated: bool) -> Shown:
    holders = _holders(study, simulated=simulated)
    still_due = Q(response__isnull=True, reserve=False)
    trials = Trial.objects.filter(still_due | Q(response__flags=[]), kind=Trial.Kind.TEST, participant__in=holders)
    rows = trials.values_list("colorization_id", "real_side").annotate(count=Count("pk")).order_by()
    return Counter({(colorization, side): count for colorization, side, count in rows})
