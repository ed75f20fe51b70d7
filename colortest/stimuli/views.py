"""Pages of admins: test sets, algorithms and what became of each photo."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from colortest.access import admin_required, researcher_required
from colortest.htmx import HtmxRequest
from colortest.refusal import Refused
from colortest.stimuli import observer, services
from colortest.stimuli.forms import TestSetForm
from colortest.stimuli.models import Algorithm, Colorization, MachineFoolRate, Photo, TestSet, read_stimulus
from colortest.stimuli.training import read_training

PHOTOS_PER_PAGE = 24


@admin_required
def test_sets(request: HttpRequest) -> HttpResponse:
    """All test sets, and the form to upload one."""
    form = TestSetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(services.upload_test_set(**form.cleaned_data))
        except Refused as error:
            form.add_error("name", str(error))
    context = {"form": form, "test_sets": TestSet.objects.with_counts()}
    return render(request, "stimuli/test_sets.html", context)


@admin_required
def test_set(request: HtmxRequest, slug: str) -> HttpResponse:
    """One test set: its photos with their colorizations, and its problems. Asked by htmx, only what changes."""
    found = get_object_or_404(TestSet, slug=slug)
    in_order = Colorization.objects.select_related("algorithm").order_by("algorithm")
    photos = found.photos.prefetch_related(Prefetch("colorizations", queryset=in_order))
    page = Paginator(photos, PHOTOS_PER_PAGE).get_page(request.GET.get("page"))
    made = Colorization.objects.filter(photo__test_set=found)
    total, pending = made.count(), made.pending().count()
    context = {
        "test_set": found,
        "page": page,
        "splits": found.photos.split_counts(),
        "total": total,
        "pending": pending,
        "done": total - pending,
        "failed": made.failed().count(),
        "busy": pending or found.status == TestSet.Status.UPLOADED,
    }
    template = "stimuli/_test_set.html" if request.htmx else "stimuli/test_set.html"
    return render(request, template, context)


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


@researcher_required
@cache_control(private=True, max_age=3600)
def photo_image(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo, as shown."""
    photo = get_object_or_404(Photo, pk=pk)
    return HttpResponse(read_stimulus(photo.file), content_type="image/webp")


@researcher_required
@cache_control(private=True, max_age=3600)
def colorization_image(request: HttpRequest, pk: int) -> HttpResponse:
    """A colorization, as shown."""
    colorization = get_object_or_404(Colorization.objects.ready(), pk=pk)
    return HttpResponse(read_stimulus(colorization.file), content_type="image/webp")
