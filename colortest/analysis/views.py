"""Pages of researchers: what a study's responses mean."""

from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from colortest.access import researcher_required
from colortest.analysis import charts, exports, live, monitoring, power
from colortest.analysis.forms import PowerForm, numbers_of
from colortest.analysis.models import FoolRateQuerySet
from colortest.experiment.models import Response, Study
from colortest.experiment.models.run import LEASE
from colortest.htmx import HtmxRequest
from colortest.stimuli.models import MachineFoolRate, MachineFoolRateQuerySet


@researcher_required
def results(request: HtmxRequest, slug: str) -> HttpResponse:
    """Fool rates of a study from stored rows. Asked by htmx, only what changes."""
    study = get_object_or_404(Study.objects.with_progress(), slug=slug)
    people = study.fool_rates.of_people().for_page().with_machine()
    context = {
        "study": study,
        "people": people,
        "machine": _machine(study),
        "simulated": study.fool_rates.of_simulated().for_page(),
        "countable": sum(rate.countable for rate in people),
        "computed": max((rate.computed for rate in people), default=None),
        "excluded": study.participants.people().exclude(exclusion_reason="").count(),
        "flagged": _flagged(study),
    }
    template = "analysis/_results.html" if request.htmx else "analysis/results.html"
    return render(request, template, context)


@researcher_required
def chart(request: HttpRequest, slug: str, of: str) -> HttpResponse:
    """The forest plot of people's, or of simulated participants', fool rates as SVG."""
    rates = get_object_or_404(Study, slug=slug).fool_rates
    rows = rates.of_people() if of == "people" else rates.of_simulated()
    width = charts.NARROW if "narrow" in request.GET else charts.WIDTH
    return HttpResponse(charts.forest_svg(_estimates(rows), width=width), content_type="image/svg+xml")


@researcher_required
def tidy(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every response as CSV; asked for `rehearsals`, those of test runs too."""
    study = get_object_or_404(Study, slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="{study.slug}.csv"'}
    lines = exports.tidy_csv(study, rehearsals="rehearsals" in request.GET)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@researcher_required
def machine(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Machine fool rates on the study's test set as CSV."""
    study = get_object_or_404(Study, slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="{study.slug}-machine-fool-rates.csv"'}
    lines = exports.machine_csv(_machine(study))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@researcher_required
def show_power(request: HtmxRequest) -> HttpResponse:
    """What a design can show: with the numbers of a study where one is named, with usual ones otherwise.

    Asked by htmx for a study, the form with what it says; for numbers, only what they say.
    """
    part = "analysis/_power.html" if "people" in request.GET else "analysis/_power_form.html"
    slug = request.GET.get("study")
    study = get_object_or_404(Study, slug=slug) if slug else None
    form = PowerForm.with_usual(numbers_of(study) if study else request.GET.dict())
    plan = form.cleaned_data["plan"] if form.is_valid() else None
    context = {
        "form": form,
        "study": study,
        "query": urlencode(form.data),
        "power": power.summary(plan) if plan else None,
        "few": power.FEW_PHOTOS,
        "narrow": "narrow" in request.GET or (study and request.htmx),  # beside the form of a draft
    }
    return render(request, part if request.htmx else "analysis/power.html", context)


@researcher_required
def power_chart(request: HttpRequest) -> HttpResponse:
    """Interval width by the number of people as SVG."""
    form = PowerForm.with_usual(request.GET.dict())
    if not form.is_valid():
        return HttpResponseBadRequest("These numbers make no plan.", content_type="text/plain")
    plan = form.cleaned_data["plan"]
    chosen = charts.Width(plan.people, power.interval_width(plan))
    widths = [charts.Width(people, width) for people, width in power.widths(plan)]
    width = charts.NARROW if "narrow" in request.GET else charts.WIDTH
    svg = charts.width_svg(widths, chosen=chosen, floor=power.floor_width(plan), width=width)
    return HttpResponse(svg, content_type="image/svg+xml")


@researcher_required
def show_live(request: HtmxRequest, slug: str) -> HttpResponse:
    """Who is where, how far the arms are, and what calls for attention. Asked by htmx, only what changes.

    What can be done depends on the status; where that has changed since, the whole page is loaded again.
    """
    study = get_object_or_404(Study, slug=slug)
    if request.htmx and request.GET.get("status") != study.status:
        return HttpResponseClientRefresh()
    now = timezone.now()
    apart = study.participants.filter(rehearsal=False, simulated=True)
    context = {
        "study": study,
        "now": now,
        "agreed": study.participants.people().count(),
        "whereabouts": live.whereabouts(study, now=now),
        "arms": live.arms(study),
        "algorithms": live.algorithms(study),
        "checks": live.checks(study),
        "forecast": live.forecast(study, now=now),
        "rule": monitoring,
        "least": 2 * monitoring.RECENT,
        "lease_minutes": round(LEASE.total_seconds() / 60),
        "events": study.events.select_related("by").reverse(),
        "simulated": {"finished": apart.finished().count(), "all": apart.count()},
        "rehearsals": study.participants.filter(rehearsal=True).count(),
    }
    return render(request, "analysis/_live.html" if request.htmx else "analysis/live.html", context)


def _machine(study: Study) -> MachineFoolRateQuerySet:
    """What the machine observer said on the photos of a study, about every algorithm: grey shows its power."""
    return MachineFoolRate.objects.filter(test_set=study.test_set, split__in=study.splits).computed().for_page()


def _estimates(rows: FoolRateQuerySet) -> list[charts.Estimate]:
    return [
        charts.Estimate(
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
