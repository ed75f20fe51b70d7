"""Writes of reports. For workers: what this imports is heavy, so that the package does not hand it on."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from django.db import OperationalError, transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import timezone
from psycopg2.errors import SerializationFailure

from colortest.analysis.methods.facts import counted_people
from colortest.analysis.models import PhotoRate, Report
from colortest.analysis.quality import correlations
from colortest.analysis.reports.content import report_content
from colortest.analysis.reports.photos import photo_rates
from colortest.analysis.reports.values import Content
from colortest.analysis.services.fool_rates import compute_fool_rates
from colortest.analysis.services.locks import alone_with, one_moment
from colortest.experiment import services as experiment
from colortest.experiment.models import Study, StudyEvent

ATTEMPTS = 5  # to erase what somebody else is writing to
SHARE = 0.1  # of a worker's time that the report of one study may take
NUMBERS = ["fooled", "countable", "rate", "low", "high", "shrunk", "shrunk_low", "shrunk_high", "rank"]


@dataclass(frozen=True)
class _Read:
    """What one report is to hold, and how long it took to make."""

    simulated: bool
    content: Content
    photos: list[PhotoRate]
    seconds: float


def store_report(*, study: Study) -> list[Report]:
    """Make and store the reports of a study as its stored fool rates are: of people, and of simulated participants
    where any finished. A report that somebody stored meanwhile from later fool rates stays.

    Where the time of responses is up they are gone, and the stored reports stay as the last word on them.
    """
    now = timezone.now()
    with one_moment(read_only=True):
        if _last_word(study):
            return list(study.reports.all())
        simulated = study.fool_rates.filter(simulated=True, countable_before__gt=0).exists()
        made = [_read(study, simulated=of) for of in ((False, True) if simulated else (False,))]
    return [_store(study, one, now) for one in made if one is not None]


def erase_expired(*, study: Study) -> int:
    """Erase the runs whose time is up, after they have been counted a last time, with all that a report, a methods
    paragraph and fool rates tell of them; returns how many.

    All three and the erasure are of one moment: who finishes at it is in all of them or in none, and waits for nothing.
    """
    experiment.close_expired(study=study)
    compute_fool_rates(study=study)  # most of the work, before anything is locked
    for attempt in count(1):
        try:
            with one_moment():
                return _erase_expired(study)
        except OperationalError as error:
            if attempt == ATTEMPTS or not isinstance(error.__cause__, SerializationFailure):
                raise
    raise AssertionError("numbers do not end")


def _erase_expired(study: Study) -> int:
    study = alone_with(study)
    facts = None if study.frozen_rates else counted_people(study)
    compute_fool_rates(study=study)
    store_report(study=study)
    erased = experiment.erase_expired(study=study)
    if facts and study.frozen_rates:
        study.reports.of_people().update(facts=facts)
    return erased


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


def _last_word(study: Study) -> bool:
    """Whether the stored reports are the last ones."""
    return study.frozen_rates and study.reports.exists()


def _read(study: Study, *, simulated: bool) -> _Read | None:
    """None where there is nothing to report on yet."""
    began = time.perf_counter()
    content = report_content(study, simulated=simulated)
    if content is None:
        return None
    photos = photo_rates(study, simulated=simulated)
    return _Read(simulated, content, photos, time.perf_counter() - began)


@transaction.atomic
def _store(study: Study, read: _Read, now: datetime) -> Report:
    study = alone_with(study)
    stored = study.reports.filter(simulated=read.simulated).first()
    if stored and (stored.computed > now or study.frozen_rates):
        return stored
    _store_photos(study, read.photos, simulated=read.simulated)
    # Read from the rows that were stored just now, which are of people.
    quality = [] if read.simulated else correlations(study)
    numbers = {"content": {**read.content, "quality": quality}, "seconds": read.seconds, "computed": now}
    return Report.objects.update_or_create(study=study, simulated=read.simulated, defaults=numbers)[0]


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
