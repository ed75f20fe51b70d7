"""Writes of colorizations: asked for, made, given up."""

from collections.abc import Iterable
from math import ceil

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from PIL.Image import Image

from colortest import jobs
from colortest.stimuli import lightness, rendering
from colortest.stimuli.models import Algorithm, Colorization, PhotoQuerySet, TestSet, read_stimulus
from colortest.stimuli.quality import quality

WAKE = 4


def colorize_with_all(*, test_set: TestSet) -> None:
    """Ask every algorithm for its colorizations of a test set."""
    for algorithm in Algorithm.objects.all():
        request_colorizations(photos=test_set.photos.all(), algorithm=algorithm)


@transaction.atomic
def request_colorizations(*, photos: PhotoQuerySet, algorithm: Algorithm) -> int:
    """Insert the PENDING rows that are missing and ring for them. Returns how many were."""
    missing = photos.without_colorization(algorithm).values_list("pk", flat=True)
    rows = [Colorization(photo_id=pk, algorithm=algorithm) for pk in missing]
    Colorization.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    _ring_for(algorithm, len(rows))
    return len(rows)


@transaction.atomic
def retry_failed(*, algorithm: Algorithm, photos: PhotoQuerySet | None = None) -> int:
    """FAILED → PENDING for an algorithm's colorizations, of these photos or of all, and ring. Returns how many."""
    failed = algorithm.colorizations.failed()
    failed = failed if photos is None else failed.filter(photo__in=photos)
    count = failed.update(status=Colorization.Status.PENDING, error="")
    _ring_for(algorithm, count)
    return count


def _ring_for(algorithm: Algorithm, count: int) -> None:
    """One ring a batch, for up to as many workers as one request may wake; each full batch then rings for another."""
    for _ in range(min(ceil(count / settings.COLORIZE_BATCH), WAKE)):
        jobs.colorize(algorithm.pk)


def store_colorization(*, colorization: Colorization, image: Image, milliseconds: float) -> None:
    """PENDING → READY: the same rendering, lightness and encoder as the photo went through."""
    photo = rendering.stored(read_stimulus(colorization.photo.file))
    shown = lightness.level_with(rendering.render(image), photo, colorization.photo.sha256)
    data, measured = rendering.encode(shown), quality(shown, photo)
    colorization.file.save("colorization.webp", ContentFile(data), save=False)
    colorization.status = Colorization.Status.READY
    colorization.byte_count = len(data)
    colorization.milliseconds = milliseconds
    colorization.psnr, colorization.colourfulness = measured.psnr, measured.colourfulness
    changed = ["file", "status", "byte_count", "milliseconds", "psnr", "colourfulness"]
    colorization.save(update_fields=changed)


def fail_colorizations(*, colorizations: Iterable[Colorization], reason: str) -> None:
    """PENDING → FAILED, with the reason."""
    ids = [colorization.pk for colorization in colorizations]
    Colorization.objects.filter(pk__in=ids).update(status=Colorization.Status.FAILED, error=reason[:1000])
