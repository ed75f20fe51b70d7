"""Pages on what a design can show."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render

from colortest.access import researcher_required
from colortest.analysis import power
from colortest.analysis.charts import look, precision
from colortest.analysis.forms import PowerForm, numbers_of
from colortest.experiment.models import Study
from colortest.htmx import HtmxRequest


@researcher_required
def show_power(request: HtmxRequest) -> HttpResponse:
    """What a design can show: with the numbers of a study where one is named, with usual ones otherwise.

    Asked by htmx for a study, the form with what it says; for numbers, only what they say.
    """
    part = "analysis/_power.html" if "people" in request.GET else "analysis/_power_form.html"
    slug = request.GET.get("study")
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug) if slug else None
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
    chosen = precision.Width(plan.people, power.interval_width(plan))
    by_people = [precision.Width(people, width) for people, width in power.widths(plan)]
    figure = precision.widths(by_people, chosen=chosen, floor=power.floor_width(plan))
    width = look.NARROW if "narrow" in request.GET else look.WIDTH
    return HttpResponse(look.svg(figure, width=width), content_type="image/svg+xml")
