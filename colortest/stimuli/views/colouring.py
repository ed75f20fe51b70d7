"""One photo and one algorithm: the colorization, or what there is instead, and the button that asks for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseStopPolling

from colortest.access import admin_required
from colortest.htmx import HtmxRequest
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, Photo


@dataclass(frozen=True)
class Figure:
    """What a page shows of an algorithm beside a photo. `polls`: it asks by itself until there is an outcome."""

    photo: Photo
    algorithm: Algorithm
    colorization: Colorization | None = None
    polls: bool = False

    @property
    def button(self) -> str:
        """What can be asked for; empty where nothing can."""
        if self.algorithm.kind == Algorithm.Kind.EXTERNAL:
            return ""
        if self.colorization is None:
            if self.algorithm.retired or self.algorithm.problem:
                return ""
            return f"Colour with {self.algorithm}"
        failed = self.colorization.status == Colorization.Status.FAILED
        waits_in_line = self.colorization.status == Colorization.Status.PENDING and not self.colorization.asked
        return "Try again" if failed else "Colour it next" if waits_in_line else ""


def figures_of(photo: Photo, algorithms: Iterable[Algorithm]) -> Iterator[Figure]:
    """One for each algorithm that has coloured the photo, is to do so, or can."""
    made = {row.algorithm_id: row for row in photo.colorizations.all()}
    for algorithm in algorithms:
        figure = Figure(photo, algorithm, made.get(algorithm.pk))
        if figure.colorization or figure.button:
            yield figure


@require_POST
@admin_required
def colour(request: HtmxRequest, pk: int, slug: str) -> HttpResponse:
    """Ask for one colorization before all that nobody waits for. By htmx: its figure, which then asks by itself."""
    photo = get_object_or_404(Photo.objects.accepted().select_related("test_set"), pk=pk)
    algorithm = get_object_or_404(Algorithm.objects.exclude(kind=Algorithm.Kind.EXTERNAL), slug=slug)
    row = services.colorize_now(photo=photo, algorithm=algorithm)
    return _shown(request, row) if request.htmx else redirect(photo.test_set)


@never_cache
@admin_required
def colorization(request: HtmxRequest, pk: int) -> HttpResponse:
    """The figure of a colorization as it is now; where it is gone meanwhile, nothing, and whoever asks stops."""
    row = Colorization.objects.select_related("photo", "algorithm").filter(pk=pk).first()
    return _shown(request, row) if row else HttpResponseStopPolling()


def _shown(request: HtmxRequest, row: Colorization) -> HttpResponse:
    figure = Figure(row.photo, row.algorithm, row, polls=row.status == Colorization.Status.PENDING)
    return render(request, "stimuli/_figure.html", {"figure": figure})
