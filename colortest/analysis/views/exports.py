"""Downloads: a study's responses and numbers as files."""

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404

from colortest.access import researcher_required
from colortest.analysis.exports.machine import machine_csv
from colortest.analysis.exports.tidy import tidy_csv
from colortest.experiment.models import Study
from colortest.stimuli.models import MachineFoolRate

CSV = "text/csv; charset=utf-8"


@researcher_required
def tidy(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every response as CSV; asked for `rehearsals`, those of test runs too."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="{study.slug}.csv"'}
    pieces = tidy_csv(study, rehearsals="rehearsals" in request.GET)
    return StreamingHttpResponse(pieces, content_type=CSV, headers=headers)


@researcher_required
def machine(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Machine fool rates on the study's test set as CSV."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="{study.slug}-machine-fool-rates.csv"'}
    lines = machine_csv(MachineFoolRate.objects.about(study.test_set, study.splits))
    return StreamingHttpResponse(lines, content_type=CSV, headers=headers)
