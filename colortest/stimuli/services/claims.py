"""Which colorizations a worker makes next. Each claim is a transaction of its own, over in milliseconds.

A claim counts a try, and is committed before the work begins: whatever ends the worker, the count stays. The lock that
makes the rows the worker's own is taken in the transaction of the work. Who claims in the milliseconds between finds
them begun a moment ago, and leaves them.
"""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from colortest.stimuli.models import Colorization
from colortest.stimuli.models.colorizations import TRIES

AT_ONCE = 100  # given up in one go


@transaction.atomic
def claim_asked(*, limit: int) -> list[int]:
    """Ids of colorizations that somebody waits for, all of one algorithm; who waits longest comes first."""
    rows = list(Colorization.objects.asked_for().only("pk", "algorithm_id").unheld()[:limit])
    return _begin([row for row in rows if row.algorithm_id == rows[0].algorithm_id])


@transaction.atomic
def claim_fresh(*, algorithm_id: int, limit: int) -> list[int]:
    """Ids of an algorithm's colorizations, in the order in which they were asked for."""
    rows = Colorization.objects.fresh().filter(algorithm=algorithm_id).order_by("id").only("pk")
    return _begin(rows.unheld()[:limit])


@transaction.atomic
def claim_suspect() -> list[int]:
    """The id of one on which a worker ended before; to be made with nothing beside it in the same process."""
    return _begin(Colorization.objects.suspect().filter(tries__lt=TRIES).only("pk").unheld()[:1])


def _begin(rows: Iterable[Colorization]) -> list[int]:
    ids = [row.pk for row in rows]
    if ids:
        Colorization.objects.filter(pk__in=ids).update(tries=F("tries") + 1, tried=Now())
    return ids


def give_back(*, ids: Sequence[int]) -> None:
    """A claim that did not come to an end for a reason that lies not in its photos: its try does not count."""
    unfinished = Colorization.objects.pending().filter(pk__in=ids, tries__gt=0)
    unfinished.update(tries=F("tries") - 1)


@transaction.atomic
def give_up() -> list[int]:
    """PENDING → FAILED for those whose last try did not end either; returns their ids."""
    hopeless = Colorization.objects.suspect().filter(tries__gte=TRIES).only("pk").unheld()[:AT_ONCE]
    ids = [row.pk for row in hopeless]
    reason = (
        f"The worker died {TRIES} times on this photo, or took longer than {settings.TASK_SECONDS} seconds for it: "
        "see the log of the worker."
    )
    Colorization.objects.filter(pk__in=ids).update(status=Colorization.Status.FAILED, error=reason)
    return ids
