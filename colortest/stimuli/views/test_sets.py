"""Test sets: the list with the form for another, and what is in one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from colortest.access import admin_required
from colortest.htmx import HtmxRequest
from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.forms import TestSetForm
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from colortest.stimuli.services.sweeping import ABANDONED
from colortest.stimuli.views.colouring import figures_of

PHOTOS_PER_PAGE = 24
Status = TestSet.Status


@admin_required
def test_sets(request: HttpRequest) -> HttpResponse:
    """All test sets, and the form for another: with a zip in it, or asked by a script that sends it in chunks."""
    form = TestSetForm(request.POST or None, request.FILES or None)
    scripted = request.accepts("application/json") and not request.accepts("text/html")
    if request.method == "POST" and form.is_valid():
        try:
            test_set = form.begin()
            if scripted:
                return JsonResponse({"page": test_set.get_absolute_url(), "upload": test_set.upload_url})
            return redirect(test_set)
        except Refused as error:
            form.add_error(None, str(error))
    if scripted:
        return JsonResponse({"error": form.sentence()}, status=400)
    return render(request, "stimuli/test_sets.html", {"form": form, "test_sets": TestSet.objects.with_counts()})


@admin_required
def test_set(request: HtmxRequest, slug: str) -> HttpResponse:
    """One test set: how far its upload is, or its photos with their colorizations. Asked by htmx, only what changes."""
    if request.htmx and not TestSet.objects.filter(slug=slug).exists():  # somebody threw it away meanwhile
        return HttpResponseClientRedirect(reverse("test_sets"))
    found = get_object_or_404(TestSet, slug=slug)
    if found.status == Status.CHECKED:
        return HttpResponseClientRedirect(found.report_url) if request.htmx else redirect(found.report_url)
    template = "stimuli/_test_set.html" if request.htmx else "stimuli/test_set.html"
    context = _photos(request, found) if found.status == Status.READY else _arriving(found)
    return render(request, template, {"test_set": found, **context})


@require_POST
@admin_required
def accept(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a test set into use as its report shows it."""
    found = get_object_or_404(TestSet, slug=slug)
    try:
        services.accept_test_set(test_set=found)
        messages.success(request, f"“{found}” is accepted: studies can use it, and every algorithm colours it.")
    except Refused as error:
        messages.error(request, str(error))
    return redirect(found)


@require_POST
@admin_required
def rename_splits(request: HttpRequest, slug: str) -> HttpResponse:
    """Other names for the splits: one for all of them, or one for each."""
    found = get_object_or_404(TestSet, slug=slug)
    one = request.POST.get("all", "").strip()
    old, new = request.POST.getlist("old"), request.POST.getlist("new")
    names = (
        dict.fromkeys(found.photos.split_counts(), one) if one else dict(zip(old, map(str.strip, new), strict=False))
    )
    try:
        services.rename_splits(test_set=found, names=names)
    except Refused as error:
        messages.error(request, str(error))
    return redirect(found.report_url)


@require_POST
@admin_required
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw a test set away, whatever there is of it."""
    found = get_object_or_404(TestSet, slug=slug)
    try:
        services.delete_test_set(test_set=found)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(found)
    messages.success(request, f"“{found}” is deleted.")
    return redirect("test_sets")


def _arriving(found: TestSet) -> dict[str, Any]:
    upload = found.upload
    if found.status == Status.UPLOADING and upload:
        return {"upload": upload, "kept_until": upload.last_arrival + ABANDONED}
    return {"busy": True, "done": found.imported_files.dealt_with()}


def _photos(request: HttpRequest, found: TestSet) -> dict[str, Any]:
    photos = found.photos.prefetch_related("colorizations")
    page = Paginator(photos, PHOTOS_PER_PAGE).get_page(request.GET.get("page"))
    algorithms = Algorithm.objects.all()
    made = Colorization.objects.filter(photo__test_set=found)
    total, pending = made.count(), made.pending().count()
    return {
        "page": page,
        "shown": [(photo, list(figures_of(photo, algorithms))) for photo in page],
        "splits": found.photos.split_counts(),
        "left_out": found.imported_files.left_out().count(),
        "total": total,
        "pending": pending,
        "done": total - pending,
        "failed": made.failed().count(),
        "busy": pending,
    }
