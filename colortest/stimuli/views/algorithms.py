"""Algorithms: their progress, their failures, and what the machine observer makes of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from colortest.access import admin_required
from colortest.refusal import Refused
from colortest.stimuli import observer, services
from colortest.stimuli.models import Algorithm, Colorization, MachineFoolRate
from colortest.stimuli.training import read_training


@admin_required
def algorithms(request: HttpRequest) -> HttpResponse:
    """All algorithms: their progress, machine fool rates, trainings and failures."""
    found = Algorithm.objects.with_progress()
    context = {
        "algorithms": found,
        "machine": MachineFoolRate.objects.for_page(),
        "trainings": [(one.name, read_training(one.network, one.training)) for one in found if one.training],
        "failures": Colorization.objects.failed().select_related("photo", "algorithm")[:20],
    }
    return render(request, "stimuli/algorithms.html", context)


@require_POST
@admin_required
def retry(request: HttpRequest, slug: str) -> HttpResponse:
    """Try an algorithm's failed colorizations again."""
    count = services.retry_failed(algorithm=get_object_or_404(Algorithm, slug=slug))
    messages.success(request, f"{count} colorizations will be tried again.")
    return redirect("algorithms")


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
