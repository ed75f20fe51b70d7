"""Algorithms: the list with the forms for another, and the page of each."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from colortest.access import admin_required
from colortest.refusal import Refused
from colortest.stimuli import observer, services
from colortest.stimuli.algorithm_forms import CheckpointForm, ExternalForm, TestSetChoice
from colortest.stimuli.forms import FakesForm
from colortest.stimuli.made_elsewhere import CHANGED
from colortest.stimuli.models import Algorithm, FakesUpload, MachineFoolRate, TestSet
from colortest.stimuli.training import read_training

SAMPLES = 12
REASONS = 20
FAILURES_PER_PAGE = 40
UPLOADS = 20
RELIT_SHOWN = 8


@admin_required
def algorithms(request: HttpRequest) -> HttpResponse:
    """All algorithms with their progress and machine fool rates, and the form for one that is made elsewhere."""
    form = ExternalForm(request.POST or None, auto_id="external_%s")
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(services.register_external(name=form.cleaned_data["name"]))
        except Refused as error:
            form.add_error("name", str(error))
    return _listed(request, form=form)


@require_POST
@admin_required
def register(request: HttpRequest) -> HttpResponse:
    """Register a trained generator by its checkpoint."""
    form = CheckpointForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return redirect(form.register())
        except Refused as error:
            form.add_error(None, str(error))
    return _listed(request, checkpoint=form)


@admin_required
def algorithm(request: HttpRequest, slug: str) -> HttpResponse:
    """One algorithm: what it is, how far it is, samples, failures, and what can be done with it."""
    return shown(request, get_object_or_404(Algorithm, slug=slug))


@require_POST
@admin_required
def colour(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask an algorithm for what it has not coloured of a test set: it may have come later than the photos."""
    found = get_object_or_404(Algorithm.objects.active().made_here(), slug=slug)
    form = TestSetChoice(request.POST)
    if form.is_valid():
        test_set = form.cleaned_data["test_set"]
        count = services.request_colorizations(photos=test_set.photos.all(), algorithm=found)
        messages.success(request, f"{count:,} more colorizations of “{test_set}” are asked for.")
    return redirect(found)


@require_POST
@admin_required
def retry(request: HttpRequest, slug: str) -> HttpResponse:
    """Try an algorithm's failed colorizations again."""
    found = get_object_or_404(Algorithm.objects.made_here(), slug=slug)
    count = services.retry_failed(algorithm=found)
    messages.success(request, f"{count} colorizations will be tried again.")
    return redirect(found)


@require_POST
@admin_required
def retire(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask nothing new of an algorithm any more; with `back`, take that back."""
    found = get_object_or_404(Algorithm, slug=slug)
    if "back" in request.POST:
        services.take_back_algorithm(algorithm=found)
        messages.success(request, f"“{found}” is in use again.")
    else:
        services.retire_algorithm(algorithm=found)
        messages.success(request, f"“{found}” is retired: studies that have it keep it.")
    return redirect(found)


@require_POST
@admin_required
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a worker compare a checkpoint with its network once more."""
    found = get_object_or_404(Algorithm, slug=slug)
    services.check_again(algorithm=found)
    return redirect(found)


@require_POST
@admin_required
def observe(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the machine observer about an algorithm, on every test set that has enough of its colorizations."""
    try:
        asked = observer.request_everywhere(algorithm=get_object_or_404(Algorithm, slug=slug))
        names = ", ".join(f"“{test_set}”" for test_set in asked)
        messages.success(request, f"The machine observer is asked about {names}; it takes a minute or two for each.")
    except Refused as error:
        messages.error(request, str(error))
    return redirect("algorithms")


def _listed(
    request: HttpRequest, form: ExternalForm | None = None, checkpoint: CheckpointForm | None = None
) -> HttpResponse:
    context = {
        "algorithms": Algorithm.objects.with_progress(),
        "machine": MachineFoolRate.objects.for_page(),
        "form": form or ExternalForm(auto_id="external_%s"),
        "checkpoint": checkpoint or CheckpointForm(),
    }
    return render(request, "stimuli/algorithms.html", context)


def shown(request: HttpRequest, found: Algorithm, form: forms.Form | None = None) -> HttpResponse:
    """The page of an algorithm; with a form whose faults are to be told."""
    external = found.kind == Algorithm.Kind.EXTERNAL
    context = {
        "algorithm": found,
        "unchecked": found.kind == Algorithm.Kind.MODEL and not found.checked,
        "progress": TestSet.objects.progress_of(found),
        "samples": found.colorizations.ready().select_related("photo").order_by("-id")[:SAMPLES],
        "test_sets": _offered(found),
        "training": read_training(found.network, found.training) if found.training else None,
        **_failures(request, found),
        **(_made_elsewhere(found, form) if external else {}),
    }
    return render(request, "stimuli/algorithm.html", context)


def _offered(found: Algorithm) -> TestSetChoice | None:
    """Test sets that it can be asked for; None where nothing new is asked of it."""
    can = not found.retired and not found.problem and found.kind != Algorithm.Kind.EXTERNAL
    return TestSetChoice() if can and TestSet.objects.ready().exists() else None


def _failures(request: HttpRequest, found: Algorithm) -> dict[str, Any]:
    failed = found.colorizations.failed()
    reason = request.GET.get("reason", "")
    chosen = failed.filter(error=reason) if reason else failed
    in_order = chosen.select_related("photo__test_set").order_by("id")
    return {
        "reasons": failed.by_reason()[:REASONS],
        "reason": reason,
        "failures": Paginator(in_order, FAILURES_PER_PAGE).get_page(request.GET.get("page")),
    }


def _made_elsewhere(found: Algorithm, form: forms.Form | None) -> dict[str, Any]:
    relit = found.colorizations.relit().select_related("photo").order_by("-lightness_change")
    return {
        "form": form or FakesForm(),
        "uploads": FakesUpload.objects.for_page().filter(algorithm=found)[:UPLOADS],
        "changed": CHANGED,
        "relit_count": relit.count(),
        "relit": relit[:RELIT_SHOWN],
    }
