"""What waits for workers beside colorizations, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from colortest.analysis.models import Report, ResponseImport
from colortest.analysis.services import stale
from colortest.experiment.models import Study, StudyEvent
from colortest.stimuli.models import Algorithm, FakesUpload, MachineFoolRate, TestSet


@dataclass(frozen=True)
class Waiting:
    """One kind of work. `name` is for people, `kind` for programs."""

    kind: str
    name: str
    pending: int
    oldest: timedelta | None
    failed: int = 0


def elsewhere(now: datetime) -> list[Waiting]:
    """Every kind of work that the clock rings for, but colorizations."""
    return [
        _of("import", "Test sets to import", TestSet.objects.waiting(), "created", now),
        _of("import_fakes", "Results made elsewhere to check or store", FakesUpload.objects.waiting(), "created", now),
        _of("import_responses", "Files of responses to read", ResponseImport.objects.waiting(), "asked", now),
        _of("check", "Checkpoints to check", Algorithm.objects.unchecked(), "created", now),
        _of("observe", "Machine fool rates to compute", MachineFoolRate.objects.pending(), "requested", now),
        Waiting("fool_rates", "Studies with new responses to count", stale().count(), None),
        Waiting("reports", "Reports older than their fool rates", _late_reports().count(), None),
    ]


def standing_still() -> str:
    """The first import that cannot go on, and why, as its own page tells it; empty where all go on."""
    for waiting in (TestSet.objects.waiting(), FakesUpload.objects.waiting()):
        if found := waiting.exclude(trouble="").first():
            return f"“{found}”: {found.trouble}"
    return ""


def age(moment: datetime | None, now: datetime) -> timedelta | None:
    """How long ago that was."""
    return None if moment is None else max(now - moment, timedelta())


def _of(kind: str, name: str, rows: "QuerySet[Any]", since: str, now: datetime) -> Waiting:
    found = rows.order_by().aggregate(number=Count("pk"), oldest=Min(since))
    return Waiting(kind, name, found["number"], age(found["oldest"], now))


def _late_reports() -> QuerySet[Study]:
    """One that took long may wait a while in good order."""
    of_people = Report.objects.of_people().filter(study=OuterRef("pk"))
    dated = Study.objects.annotate(
        rates_computed=Max("fool_rates__computed"), report_computed=Subquery(of_people.values("computed")[:1])
    )
    late = Q(report_computed=None) | Q(report_computed__lt=F("rates_computed"))
    return dated.filter(late, rates_computed__isnull=False).exclude(events__what=StudyEvent.What.EXPIRED)
