"""Which pairs a new participant may see, how often each was or is being shown, and who is still there.

Admissions of one study come one after the other: the study's row is locked from the first count to the last trial.
`SKIP LOCKED` lets nobody wait where there are slots to choose from; here each draw depends on all draws before it,
and two that overlap would both show the photos that were least seen before either. What is locked takes some
milliseconds (docs/performance.md), responses are not held up by it, and other studies neither.
"""

from collections import Counter
from random import Random

from django.db.models import Count, Q
from django.utils import timezone

from colortest.experiment import schedule
from colortest.experiment.balance import least_taken
from colortest.experiment.models import HEARD_EVERY, Assignment, Participant, ParticipantQuerySet, Study, Trial

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


def pairs_to_draw_from(
    study: Study, *, simulated: bool, algorithm: int | None = None
) -> tuple[list[schedule.Pair], list[schedule.Pair]]:
    """The pairs under test, of one algorithm or of all, and those for catch trials.

    Each with how often it was or is being shown in this study: who left, or is excluded, gives the places back, and so
    does a trial whose exposure failed. People and simulated participants are balanced apart; rehearsals count nowhere.
    """
    shown = _shown(study, simulated=simulated)
    ready = study.pairs().ready().order_by("pk")
    under_test = ready.filter(algorithm__in=[algorithm] if algorithm else study.under_test())
    catch = ready.filter(algorithm__in=study.for_catch_trials()).values_list("pk", "photo_id")
    return (
        [
            schedule.Pair(pk, photo, (split, algorithm), shown[pk, schedule.LEFT], shown[pk, schedule.RIGHT])
            for pk, photo, split, algorithm in under_test.values_list("pk", "photo_id", "photo__split", "algorithm_id")
        ],
        [schedule.Pair(pk, photo, arm="catch") for pk, photo in catch],
    )


def _holders(study: Study, *, simulated: bool) -> ParticipantQuerySet:
    return study.participants.holding_places().filter(simulated=simulated, rehearsal=False)


def _shown(study: Study, *, simulated: bool) -> Shown:
    holders = _holders(study, simulated=simulated)
    still_due = Q(response__isnull=True, reserve=False)
    trials = Trial.objects.filter(still_due | Q(response__flags=[]), kind=Trial.Kind.TEST, participant__in=holders)
    rows = trials.values_list("colorization_id", "real_side").annotate(count=Count("pk")).order_by()
    return Counter({(colorization, side): count for colorization, side, count in rows})
