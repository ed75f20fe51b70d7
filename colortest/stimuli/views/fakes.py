"""Results made elsewhere: a zip or folder goes up, its report is read, and what is good of it is accepted."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from colortest.access import admin_required
from colortest.htmx import HtmxRequest
from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.forms import FakesForm
from colortest.stimuli.made_elsewhere import CHANGED
from colortest.stimuli.models import Algorithm, FakesUpload
from colortest.stimuli.services.sweeping import ABANDONED
from colortest.stimuli.views.algorithms import shown
from colortest.stimuli.views.reports import AT_ONCE, as_csv

FILES_PER_PAGE = 60
COLUMNS = ("file", "outcome", "photo", "mean_lightness_change", "reason")
Status = FakesUpload.Status


@require_POST
@admin_required
def upload_fakes(request: HtmxRequest, slug: str) -> HttpResponse:
    """Take a zip of fakes, or the word of a script that sends them in chunks; their report is made by a worker."""
    algorithm = get_object_or_404(Algorithm, slug=slug)
    form = FakesForm(request.POST, request.FILES)
    scripted = request.accepts("application/json") and not request.accepts("text/html")
    if form.is_valid():
        try:
            begun = form.begin(algorithm)
            if scripted:
                return JsonResponse({"page": begun.get_absolute_url(), "upload": begun.upload_url})
            return redirect(begun)
        except Refused as error:
            form.add_error(None, str(error))
    return JsonResponse({"error": form.sentence()}, status=400) if scripted else shown(request, algorithm, form)


@admin_required
def fakes(request: HtmxRequest, slug: str, pk: int) -> HttpResponse:
    """How far an upload is, then what became of each file, a part and a page at a time. By htmx, only what changes."""
    if request.htmx and not FakesUpload.objects.filter(pk=pk).exists():  # somebody threw it away meanwhile
        return HttpResponseClientRedirect(reverse("algorithm", args=[slug]))
    found = get_object_or_404(FakesUpload.objects.for_page(), algorithm__slug=slug, pk=pk)
    busy = found.status == Status.UPLOADED or found.status == Status.ACCEPTED and not found.stored
    context = (
        _arriving(found) if found.status == Status.UPLOADING else _busy(found) if busy else _report(request, found)
    )
    template = "stimuli/_fakes.html" if request.htmx else "stimuli/fakes.html"
    return render(request, template, {"fakes": found, "busy": busy, "changed": CHANGED, **context})


@admin_required
def fakes_csv(request: HtmxRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """What became of each file, and the photos without one, as a table."""
    found = get_object_or_404(FakesUpload.objects.for_page(), algorithm__slug=slug, pk=pk)
    return as_csv(f"{slug}-report.csv", COLUMNS, _rows(found))


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


def _arriving(found: FakesUpload) -> dict[str, Any]:
    assert found.upload is not None  # noqa: S101 - a constraint says so
    return {"upload": found.upload, "kept_until": found.upload.last_arrival + ABANDONED}


def _busy(found: FakesUpload) -> dict[str, Any]:
    if found.status == Status.UPLOADED:
        return {"done": found.files.dealt_with(), "total": found.entry_count}
    stored = found.files.stored().count()
    return {"done": stored, "total": stored + found.files.matched().count()}


def _report(request: HtmxRequest, found: FakesUpload) -> dict[str, Any]:
    parts: dict[str, QuerySet[Any]] = {
        "refused": found.files.refused(),
        "missing": found.photos_without_one(),
        "relit": found.files.relit(),
        "matched": found.files.usable(),
    }
    counts = {name: files.count() for name, files in parts.items()}
    asked = request.GET.get("part", "")
    part = asked if asked in parts else next((name for name in parts if counts[name]), "refused")
    page = Paginator(parts[part], FILES_PER_PAGE).get_page(request.GET.get("page"))
    kept = {"kept_until": found.upload.last_arrival + ABANDONED} if found.upload else {}
    return {"parts": counts, "part": part, "page": page, **kept}


def _rows(found: FakesUpload) -> Iterator[Sequence[str]]:
    for file in found.files.select_related("photo").iterator(chunk_size=AT_ONCE):
        photo = file.photo.name if file.photo else ""
        change = "" if file.lightness_change is None else f"{file.lightness_change:.3f}"
        yield file.name, file.get_outcome_display(), photo, change, file.reason
    if found.status in (Status.CHECKED, Status.ACCEPTED):
        for name in found.photos_without_one().values_list("name", flat=True).iterator(chunk_size=AT_ONCE):
            yield "", "missing", name, "", ""
