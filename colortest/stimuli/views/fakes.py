"""Results made elsewhere: a zip goes up, its report is read, and what is good of it is accepted."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from colortest.access import admin_required
from colortest.htmx import HtmxRequest
from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.algorithm_forms import FakesForm
from colortest.stimuli.made_elsewhere import CHANGED
from colortest.stimuli.models import Algorithm, FakesUpload
from colortest.stimuli.services import Report
from colortest.stimuli.views.algorithms import shown

FILES_PER_PAGE = 60
PARTS = ("refused", "missing", "relit", "matched")


@require_POST
@admin_required
def upload_fakes(request: HtmxRequest, slug: str) -> HttpResponse:
    """Take a zip of fakes; its report is made by a worker."""
    algorithm = get_object_or_404(Algorithm, slug=slug)
    form = FakesForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return redirect(services.upload_fakes(algorithm=algorithm, **form.cleaned_data))
        except Refused as error:
            form.add_error(None, str(error))
    return shown(request, algorithm, form)


@admin_required
def fakes(request: HtmxRequest, slug: str, pk: int) -> HttpResponse:
    """What became of each file of an upload, a part and a page at a time. Asked by htmx, only what changes."""
    found = get_object_or_404(FakesUpload.objects.light(), algorithm__slug=slug, pk=pk)
    busy = found.status in (FakesUpload.Status.UPLOADED, FakesUpload.Status.ACCEPTED)
    context = {"fakes": found, "busy": busy, "changed": CHANGED, **({} if busy else _report(request, found))}
    return render(request, "stimuli/_fakes.html" if request.htmx else "stimuli/fakes.html", context)


@require_POST
@admin_required
def accept_fakes(request: HtmxRequest, slug: str, pk: int) -> HttpResponse:
    """Store what was matched."""
    found = get_object_or_404(FakesUpload, algorithm__slug=slug, pk=pk)
    try:
        services.accept_fakes(fakes=found)
    except Refused as error:
        messages.error(request, str(error))
    return redirect(found)


@require_POST
@admin_required
def discard_fakes(request: HtmxRequest, slug: str, pk: int) -> HttpResponse:
    """Throw an upload away, with its report; what was stored stays."""
    found = get_object_or_404(FakesUpload, algorithm__slug=slug, pk=pk)
    services.discard_fakes(fakes=found)
    messages.success(request, f"{found} is thrown away.")
    return redirect(found.algorithm)


def _report(request: HtmxRequest, found: FakesUpload) -> dict[str, object]:
    report = Report.from_json(found.report)
    parts = {part: getattr(report, part) for part in PARTS}
    asked = request.GET.get("part", "")
    part = asked if asked in parts else next((name for name in PARTS if parts[name]), PARTS[0])
    return {
        "parts": {name: len(files) for name, files in parts.items()},
        "part": part,
        "page": Paginator(parts[part], FILES_PER_PAGE).get_page(request.GET.get("page")),
    }
