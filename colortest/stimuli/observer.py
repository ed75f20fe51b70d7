"""Writes of machine fool rates: asked for by an admin, computed by a worker."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm, Colorization, MachineFoolRate, TestSet

FEWEST = 20  # photos with a colorization, over all splits; the observer has too little to learn from with fewer


@transaction.atomic
def request_machine_fool_rates(*, algorithm: Algorithm, test_set: TestSet) -> None:
    """Ask for the rates of every split in which the algorithm has colorizations, and ring.

    Rows that a worker holds are being computed now, and are not asked for again.

    Raises:
        Refused: there are too few colorizations.
    """
    splits = ready_pairs(algorithm, test_set)
    if sum(splits.values()) < FEWEST:
        raise Refused(
            f"The machine observer needs {FEWEST} photos with a ready colorization at least; “{algorithm}” has "
            f"{sum(splits.values())} in “{test_set}”."
        )
    now = timezone.now()
    rows = [MachineFoolRate(algorithm=algorithm, test_set=test_set, split=split, requested=now) for split in splits]
    MachineFoolRate.objects.bulk_create(rows, ignore_conflicts=True)
    asked = MachineFoolRate.objects.filter(algorithm=algorithm, test_set=test_set, split__in=splits)
    free = list(asked.select_for_update(skip_locked=True).values_list("pk", flat=True))
    MachineFoolRate.objects.filter(pk__in=free).update(requested=now)
    jobs.observe(algorithm.pk, test_set.pk)


@transaction.atomic
def request_everywhere(*, algorithm: Algorithm) -> list[TestSet]:
    """Ask for the rates on every test set in which the algorithm has enough colorizations; returns these.

    Raises:
        Refused: there is none.
    """
    enough = [one for one in TestSet.objects.ready() if sum(ready_pairs(algorithm, one).values()) >= FEWEST]
    if not enough:
        raise Refused(
            f"The machine observer needs {FEWEST} photos with a ready colorization at least, and “{algorithm}” has so "
            "many in no test set."
        )
    for test_set in enough:
        request_machine_fool_rates(algorithm=algorithm, test_set=test_set)
    return enough


def ready_pairs(algorithm: Algorithm, test_set: TestSet) -> dict[str, int]:
    """Photos with a READY colorization by the algorithm, {split: count}."""
    photos = test_set.photos.filter(colorizations__algorithm=algorithm, colorizations__status=Colorization.Status.READY)
    return photos.split_counts()


def store_machine_fool_rate(
    *, row: MachineFoolRate, numbers: Mapping[str, Any], observer: Mapping[str, Any], computed: datetime
) -> None:
    """Asked for → computed: `numbers` are photos, fooled, rate, low and high."""
    for name, number in numbers.items():
        setattr(row, name, number)
    row.observer, row.computed, row.error = dict(observer), computed, ""
    row.save()


def fail_machine_fool_rates(*, algorithm: Algorithm, test_set: TestSet, reason: str) -> None:
    """Asked for → without numbers, with the reason."""
    nothing = {"photos": 0, "fooled": 0, "rate": None, "low": None, "high": None}
    asked = MachineFoolRate.objects.pending().filter(algorithm=algorithm, test_set=test_set)
    asked.update(error=reason[:1000], computed=timezone.now(), **nothing)
