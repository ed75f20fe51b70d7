"""Photos and colorizations, for who runs studies."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control

from colortest.access import researcher_required
from colortest.stimuli.models import Colorization, Photo, read_stimulus


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
