"""Who finished, and when."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Func, IntegerField, Max, Min, Q, Sum
from django.db.models.functions import Trunc

from colortest.analysis.reports.people import counted_tallies
from colortest.analysis.reports.values import Content
from colortest.experiment.models import ParticipantQuerySet, Study

HOURS, DAYS = timedelta(days=3), timedelta(days=100)  # the longest that is told by hours, and by days


def finished(study: Study, *, simulated: bool) -> ParticipantQuerySet:
    """Who gave every response; rehearsals never."""
    return study.participants.filter(simulated=simulated, rehearsal=False).finished()


def timeline_content(study: Study, *, simulated: bool) -> Content:
    """By hours, days or weeks, as long as it took: who finished, who of them is excluded, and countable responses."""
    everybody = finished(study, simulated=simulated)
    span = everybody.aggregate(first=Min("finished"), last=Max("finished"))
    length = span["last"] - span["first"] if span["first"] else timedelta(0)
    unit = "hour" if length <= HOURS else "day" if length <= DAYS else "week"
    rows = (
        everybody.order_by()
        .annotate(start=Trunc("finished", unit))
        .values("start")
        .annotate(count=Count("pk"), out=Count("pk", filter=~Q(exclusion_reason="")))
        .order_by("start")
    )
    countable = _countable(study, unit, simulated=simulated)
    return {
        "unit": unit,
        "rows": [
            {
                "from": row["start"].isoformat(),
                "finished": row["count"],
                "excluded": row["out"],
                "countable": countable.get(row["start"], 0),
            }
            for row in rows
        ],
    }


def _countable(study: Study, unit: str, *, simulated: bool) -> dict[Any, int]:
    tallies = counted_tallies(study, simulated=simulated).order_by()
    photos = Func(F("photos"), function="cardinality", output_field=IntegerField())
    summed = tallies.annotate(start=Trunc("participant__finished", unit)).values("start").annotate(count=Sum(photos))
    return dict(summed.values_list("start", "count"))
