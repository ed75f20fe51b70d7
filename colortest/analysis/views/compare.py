"""Algorithms against each other within a study, and studies against each other."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from colortest.access import researcher_required
from colortest.analysis import comparing, shown
from colortest.analysis.filters import CompareForm
from colortest.analysis.views.charts import send
from colortest.experiment.models import Study


@researcher_required
def compare(request: HttpRequest) -> HttpResponse:
    """One study's algorithms, or two studies, as the address says."""
    form = CompareForm(request.GET or None, studies=Study.objects.visible_to(request.user))
    study, beside = form.chosen()
    context = {
        "form": form,
        "study": study,
        "people": shown.of_people(study) if study and not beside else None,
        "comparison": comparing.compare(study, beside) if study and beside else None,
    }
    return render(request, "analysis/compare.html", context)


@researcher_required
def compare_chart(request: HttpRequest, slug: str, beside: str, form: str) -> HttpResponse:
    """The arms of two studies that may be compared, as SVG, PNG or Vega-Lite."""
    known = Study.objects.visible_to(request.user)
    comparison = comparing.compare(get_object_or_404(known, slug=slug), get_object_or_404(known, slug=beside))
    if not comparison.pairs:
        raise Http404(comparison.refusal)
    return send(request, comparison.figure, form, file_name=f"{slug}-{beside}")
