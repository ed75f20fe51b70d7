"""What the responses of a study mean: its results page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from colortest.analysis import shown
from colortest.analysis.readers import readable, reader_required, viewer_link
from colortest.experiment.models import Study
from colortest.htmx import HtmxRequest
from colortest.stimuli.models import MachineFoolRate


@reader_required
def results(request: HtmxRequest, slug: str) -> HttpResponse:
    """What a study found, from stored numbers. Asked by htmx, only what changes: nothing where nothing has."""
    study = get_object_or_404(readable(request).select_related("test_set"), slug=slug)
    people, simulated = shown.of_people(study), shown.of_simulated(study)
    version = _version(study, people, simulated)
    if request.htmx and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    machine = MachineFoolRate.objects.about(study.test_set, study.splits)
    context = {
        "study": study,
        "viewer": viewer_link(request) is not None,
        "people": people,
        "simulated": simulated,
        "machine": machine,
        "machine_rates": {f"{row.algorithm.slug} {row.split}": row for row in machine},
        "version": version,
    }
    template = "analysis/_results.html" if request.htmx else "analysis/results.html"
    return render(request, template, context)


def _version(study: Study, *parts: shown.Shown | None) -> str:
    """Changes when what the page shows does."""
    return "-".join([study.status, *(f"{part.computed.timestamp():.6f}" for part in parts if part)])
