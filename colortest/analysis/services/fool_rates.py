"""Writes of fool rates."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from colortest.analysis.models import FoolRate
from colortest.analysis.statistics.intervals import WILSON, wilson
from colortest.experiment import services as experiment
from colortest.experiment.models import Response, Study, StudyEvent, Withdrawal

KEYS = ["study", "algorithm", "split", "simulated"]
NUMBERS = ["fooled", "countable", "participants", "photos", "rate", "low", "high", "method", "computed"]
COMMIT = timedelta(minutes=1)
NOTHING = {"fooled_count": 0, "countable": 0, "participants": 0, "photos": 0}


@transaction.atomic
def compute_fool_rates(*, study: Study) -> list[FoolRate]:
    """Recompute and store every fool rate of a study, those without a countable response included.

    Where the time of responses is up they are gone, and the stored rates stay as the last word on them.
    """
    # One at a time, and the time is taken under the lock: the last to store has counted all that was committed before.
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.frozen_rates:
        return list(study.fool_rates.all())
    now = timezone.now()
    counted = {(row["algorithm"], row["split"], row["simulated"]): row for row in _counts(study)}
    rates = []
    for algorithm in study.under_test().values_list("pk", flat=True):
        for split in study.splits:
            for simulated in (False, True):
                numbers = _numbers(counted.get((algorithm, split, simulated), NOTHING))
                key = {"study": study, "algorithm_id": algorithm, "split": split, "simulated": simulated}
                rates.append(FoolRate(**key, **numbers, computed=now))
    return FoolRate.objects.bulk_create(rates, update_conflicts=True, unique_fields=KEYS, update_fields=NUMBERS)


@transaction.atomic
def erase_expired(*, study: Study) -> int:
    """Erase the runs whose time is up, after they have been counted a last time; returns how many."""
    compute_fool_rates(study=study)
    return experiment.erase_expired(study=study)


def stale() -> QuerySet[Study]:
    """Studies with a participant who finished, or whose run was erased, after their fool rates were computed, or that
    have none yet.

    A minute more, because a participant has finished a moment before the row that says so is committed.
    """
    latest = Study.objects.annotate(
        last_finish=Max("participants__finished"),
        last_withdrawal=_last(Withdrawal.objects.all()),
        last_erasure=_last(StudyEvent.objects.filter(what=StudyEvent.What.ERASED)),
        last_computed=Max("fool_rates__computed"),
    )
    changed = Greatest("last_finish", "last_withdrawal", "last_erasure")
    behind = Q(last_computed=None) | Q(last_computed__lt=changed + COMMIT)
    return latest.filter(behind).exclude(status=Study.Status.DRAFT).exclude(events__what=StudyEvent.What.EXPIRED)


def _last(rows: QuerySet[Any]) -> Subquery:
    """The time of a study's last one."""
    return Subquery(rows.filter(study=OuterRef("pk")).order_by("-at").values("at")[:1])


def _counts(study: Study) -> QuerySet[Any, Any]:
    """One row for each algorithm × split × (people or simulated) with countable responses."""
    responses = Response.objects.countable().with_fooled().filter(trial__participant__study=study)
    return responses.values(
        algorithm=F("trial__colorization__algorithm"),
        split=F("trial__colorization__photo__split"),
        simulated=F("trial__participant__simulated"),
    ).annotate(
        countable=Count("pk"),
        fooled_count=Count("pk", filter=Q(fooled=True)),
        participants=Count("trial__participant", distinct=True),
        photos=Count("trial__colorization__photo", distinct=True),
    )


def _numbers(counts: Mapping[str, Any]) -> dict[str, Any]:
    """The counts with rate, interval and method."""
    fooled, countable = counts["fooled_count"], counts["countable"]
    numbers = {name: counts[name] for name in ("countable", "participants", "photos")}
    numbers |= {"fooled": fooled, "rate": None, "low": None, "high": None, "method": WILSON}
    if countable:
        interval, rate = wilson(fooled, countable), fooled / countable
        numbers |= {"rate": rate, "low": interval.low, "high": interval.high}
    return numbers
