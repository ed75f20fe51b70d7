"""Writes of reports. For workers: what this imports is heavy, so that the package does not hand it on."""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from colortest.analysis.models import PhotoRate, Report
from colortest.analysis.quality import correlations
from colortest.analysis.reports.content import report_content
from colortest.analysis.reports.photos import photo_rates
from colortest.analysis.services.locks import alone_with
from colortest.experiment.models import Study, StudyEvent

SHARE = 0.1  # of a worker's time that the report of one study may take
NUMBERS = ["fooled", "countable", "rate", "low", "high", "shrunk", "shrunk_low", "shrunk_high", "rank"]


def store_report(*, study: Study) -> list[Report]:
    """Make and store the reports of a study as its stored fool rates are: of people, and of simulated participants
    where any finished. A report that somebody stored meanwhile from later fool rates stays.

    Where the time of responses is up they are gone, and the stored reports stay as the last word on them.
    """
    if study.frozen_rates and study.reports.exists():
        return list(study.reports.all())
    simulated = study.fool_rates.filter(simulated=True, countable_before__gt=0).exists()
    made = [_store(study, simulated=of) for of in ((False, True) if simulated else (False,))]
    return [report for report in made if report is not None]


def reports_due() -> list[int]:
    """Numbers of the studies whose fool rates were computed after their report of people, and whose next report is due:
    one that took long is not made again before it takes less than SHARE of the time.
    """
    of_people = Report.objects.of_people().filter(study=OuterRef("pk"))
    dated = Study.objects.annotate(
        rates_computed=Max("fool_rates__computed"),
        report_computed=Subquery(of_people.values("computed")[:1]),
        report_seconds=Subquery(of_people.values("seconds")[:1]),
    )
    late = Q(report_computed=None) | Q(report_computed__lt=F("rates_computed"))
    rows = dated.filter(late, rates_computed__isnull=False).exclude(events__what=StudyEvent.What.EXPIRED).order_by()
    now = timezone.now()
    found = rows.values_list("pk", "report_computed", "report_seconds")
    return [study for study, computed, seconds in found if _due(computed, seconds, now)]


def _due(computed: datetime | None, seconds: float | None, now: datetime) -> bool:
    return computed is None or now - computed >= timedelta(seconds=(seconds or 0.0) / SHARE)


def _store(study: Study, *, simulated: bool) -> Report | None:
    """None where there is nothing to report on yet."""
    began, now = time.perf_counter(), timezone.now()
    content = report_content(study, simulated=simulated)
    if content is None:
        return None
    photos = photo_rates(study, simulated=simulated)
    seconds = time.perf_counter() - began
    with transaction.atomic():
        alone_with(study)
        later = study.reports.filter(simulated=simulated, computed__gt=now).first()
        if later is not None:
            return later
        _store_photos(study, photos, simulated=simulated)
        # Read from the rows that were stored just now, which are of people.
        content["quality"] = [] if simulated else correlations(study)
        numbers = {"content": content, "seconds": seconds, "computed": now}
        return Report.objects.update_or_create(study=study, simulated=simulated, defaults=numbers)[0]


def _store_photos(study: Study, rows: list[PhotoRate], *, simulated: bool) -> None:
    """Exactly these."""
    stored = study.photo_rates.filter(simulated=simulated)
    stored.exclude(colorization__in=[row.colorization_id for row in rows]).delete()
    PhotoRate.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["study", "simulated", "colorization"],
        update_fields=NUMBERS,
        batch_size=2000,
    )
