"""What the responses of a study mean: its results page and their charts."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from colortest.analysis.charts import forest, look
from colortest.analysis.models import FoolRateQuerySet
from colortest.analysis.readers import readable, reader_required, viewer_link
from colortest.experiment.models import Response, Study
from colortest.htmx import HtmxRequest
from colortest.stimuli.models import MachineFoolRate


@reader_required
def results(request: HtmxRequest, slug: str) -> HttpResponse:
    """Fool rates of a study from stored rows. Asked by htmx, only what changes."""
    study = get_object_or_404(readable(request).with_progress(), slug=slug)
    people = study.fool_rates.of_people().for_page().with_machine()
    context = {
        "study": study,
        "viewer": viewer_link(request) is not None,
        "people": people,
        "machine": MachineFoolRate.objects.about(study.test_set, study.splits),
        "simulated": study.fool_rates.of_simulated().for_page(),
        "countable": sum(rate.countable for rate in people),
        "computed": max((rate.computed for rate in people), default=None),
        "excluded": study.participants.people().exclude(exclusion_reason="").count(),
        "flagged": _flagged(study),
    }
    template = "analysis/_results.html" if request.htmx else "analysis/results.html"
    return render(request, template, context)


@reader_required
def chart(request: HttpRequest, slug: str, of: str) -> HttpResponse:
    """The forest plot of people's, or of simulated participants', fool rates as SVG."""
    rates = get_object_or_404(readable(request), slug=slug).fool_rates
    rows = rates.of_people() if of == "people" else rates.of_simulated()
    width = look.NARROW if "narrow" in request.GET else look.WIDTH
    return HttpResponse(look.svg(forest.fool_rates(_estimates(rows)), width=width), content_type="image/svg+xml")


def _estimates(rows: FoolRateQuerySet) -> list[forest.Estimate]:
    return [
        forest.Estimate(
            algorithm=row.algorithm.name,
            split=row.split,
            rate=row.rate or 0.0,
            low=row.low or 0.0,
            high=row.high or 0.0,
            countable=row.countable,
        )
        for row in rows.for_page().filter(countable__gt=0)
    ]


def _flagged(study: Study) -> dict[str, int]:
    """People's test trials answered in finished runs, and how many of them are flagged."""
    responses = Response.objects.filter(
        trial__participant__in=study.participants.people().finished(),
        trial__kind="TEST",
    )
    return responses.aggregate(all=Count("pk"), flagged=Count("pk", filter=~Q(flags=[])))
