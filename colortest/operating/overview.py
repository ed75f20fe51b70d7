"""What workers do and what waits for them: a handful of queries, for the page, the command and the metrics.

None of them reads colorizations that are ready: those that are pending or failed have indexes of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from colortest.operating.broker import broker_answers
from colortest.operating.diagnosis import Finding, State, diagnose
from colortest.operating.models import Worker
from colortest.operating.waiting import Waiting, age, elsewhere, standing_still
from colortest.stimuli.models import Algorithm, Colorization
from colortest.stimuli.services.uploads import free_bytes, told

REASONS = 10


@dataclass(frozen=True)
class Failure:
    """One reason for which colorizations of an algorithm failed, and how many."""

    algorithm: str
    reason: str
    count: int


@dataclass(frozen=True)
class Overview:
    """Everything at one moment."""

    at: datetime
    workers: Sequence[Worker]
    colorizations: Sequence[Waiting]  # by algorithm
    elsewhere: Sequence[Waiting]  # what else workers do
    failures: Sequence[Failure]
    broker_answers: bool
    standing_still: str  # the first import that cannot go on, and why
    free_bytes: int | None  # on the disk of the site; None where files lie in a bucket

    @property
    def alive(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.is_alive]

    @property
    def photos_per_minute(self) -> float:
        return sum(worker.photos_per_minute for worker in self.alive)

    @property
    def pending(self) -> int:
        return sum(one.pending for one in self.colorizations)

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.colorizations)

    @property
    def oldest(self) -> timedelta | None:
        return max((one.oldest for one in self.colorizations if one.oldest is not None), default=None)

    @property
    def room(self) -> str:
        """What is free on the disk of the site, as people say it; empty where files lie in a bucket."""
        return "" if self.free_bytes is None else told(self.free_bytes)

    @property
    def finding(self) -> Finding:
        return diagnose(self._state())

    def _state(self) -> State:
        silences = [worker.silence for worker in self.workers]  # type: ignore[attr-defined]
        idle = [self.at - (worker.last_made or worker.started) for worker in self.alive]
        return State(
            alive=len(self.alive),
            pending=self.pending,
            failed=self.failed,
            elsewhere=sum(one.pending for one in self.elsewhere),
            photos_per_minute=self.photos_per_minute,
            silence=min(silences, default=None),
            oldest=self.oldest,
            idle=min(idle, default=None),
            broker_answers=self.broker_answers,
            standing_still=self.standing_still,
            free_bytes=self.free_bytes,
        )


def overview() -> Overview:
    """As it is now; the number of queries does not depend on what there is."""
    now = timezone.now()
    return Overview(
        at=now,
        workers=list(Worker.objects.with_silence()),
        colorizations=_colorizations(now),
        elsewhere=elsewhere(now),
        failures=_failures(),
        broker_answers=broker_answers(),
        standing_still=standing_still(),
        free_bytes=free_bytes(),
    )


def _colorizations(now: datetime) -> list[Waiting]:
    """By algorithm. Who waits longest has the smallest number, which the indexes of what is pending hold."""
    pending = {row["algorithm"]: row for row in _by_algorithm(Colorization.objects.pending())}
    failed = {row["algorithm"]: row["number"] for row in _by_algorithm(Colorization.objects.failed())}
    first = Colorization.objects.filter(pk__in=[row["first"] for row in pending.values()])
    asked = dict(first.values_list("algorithm", "created"))
    return [
        Waiting(
            kind=algorithm.slug,
            name=algorithm.name,
            pending=pending[algorithm.pk]["number"] if algorithm.pk in pending else 0,
            oldest=age(asked.get(algorithm.pk), now),
            failed=failed.get(algorithm.pk, 0),
        )
        for algorithm in Algorithm.objects.order_by("id")
    ]


def _by_algorithm(rows: QuerySet[Colorization]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows.order_by().values("algorithm").annotate(number=Count("pk"), first=Min("pk"))]


def _failures() -> list[Failure]:
    """The commonest first."""
    rows = Colorization.objects.failed().values_list("algorithm__name", "error").annotate(number=Count("pk"))
    return [Failure(*row) for row in rows.order_by("-number", "algorithm__name", "error")[:REASONS]]
