"""What the responses of a study mean: its results page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from colortest.analysis import shown
from colortest.analysis.readers import readable, reader_required, viewer_link
from colortest.htmx import HtmxRequest
from colortest.stimuli.models import MachineFoolRate


@reader_required
def results(request: HtmxRequest, slug: str) -> HttpResponse:
    """What a study found, from stored numbers. Asked by htmx, only what changes: nothing where nothing has."""
    study = get_object_or_404(readable(request).select_related("test_set"), slug=slug)
    viewer, state = viewer_link(request) is not None, shown.state(study)
    if request.htmx and request.GET.get("seen") == state.version:
        return HttpResponse(status=204)
    machine = MachineFoolRate.objects.about(study.test_set, study.splits)
    context = {
        "study": study,
        "viewer": viewer,
        "changing": state.changing,
        "people": shown.of_people(study, by_link=viewer),
        "simulated": shown.of_simulated(study),
        "machine": machine,
        "machine_rates": {f"{row.algorithm.slug} {row.split}": row for row in machine},
        "version": state.version,
    }
    template = "analysis/_results.html" if request.htmx else "analysis/results.html"
    return render(request, template, context)
