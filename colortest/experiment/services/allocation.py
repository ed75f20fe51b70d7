"""Which pairs a new participant may see, and how often each was or is being shown."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from colortest.experiment import schedule
from colortest.experiment.models import Study, Trial

GIVE_BACK = timedelta(hours=1)  # a run that takes longer is taken for abandoned


def pairs_to_draw_from(study: Study, *, simulated: bool) -> tuple[list[schedule.Pair], list[schedule.Pair]]:
    """The pairs under test and those for catch trials, with how often each was or is being shown in this study.

    Who left, or is excluded, gives the places back. People and simulated participants are balanced apart.
    """
    counted = study.participants.holding_places(since=timezone.now() - GIVE_BACK).filter(simulated=simulated)
    shown = Q(trials__kind=Trial.Kind.TEST, trials__participant__in=counted)
    ready = study.pairs().ready().order_by("pk")
    under_test = (
        ready.filter(algorithm__in=study.under_test())
        .annotate(seen=Count("trials", filter=shown))
        .values_list("pk", "photo_id", "photo__split", "algorithm_id", "seen")
    )
    catch = ready.filter(algorithm__in=study.for_catch_trials()).values_list("pk", "photo_id")
    return (
        [schedule.Pair(pk, photo, (split, algorithm), seen) for pk, photo, split, algorithm, seen in under_test],
        [schedule.Pair(pk, photo, arm="catch") for pk, photo in catch],
    )
