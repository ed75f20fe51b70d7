"""One batch of colorizations: claimed, made, stored, committed."""

import time
from collections.abc import Sequence

from django.db import transaction
from PIL import Image

from colortest import jobs
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization
from colortest.stimuli.rendering import Unreadable
from generator.checkpoint import CheckpointError
from worker.methods import Method, Pixels, method_of

# What one photo or one checkpoint can do wrong; anything else is our mistake and must be seen.
EXPECTED = (services.Refused, CheckpointError, Unreadable, OSError)


@transaction.atomic
def colorize_batch(algorithm: Algorithm, *, limit: int) -> int:
    """PENDING → READY or FAILED for up to `limit` rows that nobody else holds. Returns how many.

    The rows stay locked until the commit: a killed worker frees them at once and nothing half-made is seen.
    """
    batch = Colorization.objects.claim(algorithm, limit)
    if len(batch) == limit:
        jobs.colorize_more(algorithm.pk)
    started = time.perf_counter()
    try:
        method = method_of(algorithm)
    except EXPECTED as error:
        services.fail_colorizations(colorizations=batch, reason=str(error))
        return len(batch)
    fakes = _fakes(method, batch)
    each = (time.perf_counter() - started) * 1000 / max(1, len(batch))
    for colorization, fake in zip(batch, fakes, strict=True):
        if fake is not None:
            image = Image.fromarray(fake)
            services.store_colorization(colorization=colorization, image=image, milliseconds=each)
    return len(batch)


def _fakes(method: Method, batch: Sequence[Colorization]) -> list[Pixels | None]:
    """The batch at once; when that fails one by one, so that only the photos at fault do. None: marked as failed."""
    try:
        return list(method([colorization.photo for colorization in batch])) if batch else []
    except EXPECTED:
        return [_fake(method, colorization) for colorization in batch]


def _fake(method: Method, colorization: Colorization) -> Pixels | None:
    try:
        return method([colorization.photo])[0]
    except EXPECTED as error:
        services.fail_colorizations(colorizations=[colorization], reason=str(error))
        return None
