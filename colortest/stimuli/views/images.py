"""Photos and colorizations, for who runs studies."""

from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control

from colortest.access import is_admin, researcher_required
from colortest.stimuli.models import Colorization, Photo, read_stimulus


@researcher_required
@cache_control(private=True, max_age=3600)
def photo_image(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo, as shown; before its test set is accepted to admins only."""
    photos = Photo.objects.all() if is_admin(request.user) else Photo.objects.accepted()
    photo = get_object_or_404(photos, pk=pk)
    return _stored(photo.file)


@researcher_required
@cache_control(private=True, max_age=3600)
def colorization_image(request: HttpRequest, pk: int) -> HttpResponse:
    """A colorization, as shown."""
    colorization = get_object_or_404(Colorization.objects.ready(), pk=pk)
    return _stored(colorization.file)


def _stored(file: FieldFile) -> HttpResponse:
    """The file as it is stored: by nginx where it stands before the site and both see one folder, else by the site."""
    if settings.X_ACCEL and isinstance(file.storage, FileSystemStorage):
        address = f"/stored/{quote(str(file.name))}"
        return HttpResponse(content_type="image/webp", headers={"X-Accel-Redirect": address})
    return HttpResponse(read_stimulus(file), content_type="image/webp")
