"""Downloads: a study's responses and numbers as files; and the paragraph that tells of them in a paper."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from colortest.access import researcher_required
from colortest.analysis.exports.formats import CSV, FORMATS, require_told
from colortest.analysis.exports.machine import machine_csv
from colortest.analysis.exports.tidy import tidy_csv
from colortest.analysis.methods import methods_paragraph
from colortest.experiment.models import Study
from colortest.refusal import Refused
from colortest.stimuli.models import MachineFoolRate


@researcher_required
def tidy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every response as CSV; asked for `rehearsals`, those of test runs too."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    try:
        require_told(study)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("results", slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="{study.slug}.csv"'}
    pieces = tidy_csv(study, rehearsals="rehearsals" in request.GET)
    return StreamingHttpResponse(pieces, content_type=CSV, headers=headers)


@researcher_required
def export(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """A study in one of the formats. What cannot be written so is told on the results page."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    if form not in FORMATS:
        raise Http404(f"A study is not exported as “{form}”, but as one of these: {', '.join(FORMATS)}.")
    chosen = FORMATS[form]
    try:
        pieces = chosen.pieces(study)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("results", slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="{chosen.file_name(study)}"'}
    return StreamingHttpResponse(pieces, content_type=chosen.content_type, headers=headers)


@researcher_required
def methods(request: HttpRequest, slug: str) -> HttpResponse:
    """The methods paragraph, in each language."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    paragraphs = [(code, name, methods_paragraph(study, code)) for code, name in settings.LANGUAGES]
    return render(request, "analysis/methods.html", {"study": study, "paragraphs": paragraphs})


@researcher_required
def machine(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Machine fool rates on the study's test set as CSV."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    headers = {"Content-Disposition": f'attachment; filename="{study.slug}-machine-fool-rates.csv"'}
    lines = machine_csv(MachineFoolRate.objects.about(study.test_set, study.splits))
    return StreamingHttpResponse(lines, content_type=CSV, headers=headers)
