"""One batch of colorizations: claimed, made, stored, committed."""

import logging
import time
from collections.abc import Sequence

from django.db import transaction
from PIL import Image

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization
from colortest.stimuli.rendering import Unreadable
from generator.checkpoint import CheckpointError
from worker.methods import Method, Pixels, method_of

log = logging.getLogger(__name__)
# What a photo or a checkpoint can be at fault for. RuntimeError: torch's own, out of memory among them.
EXPECTED = (Refused, CheckpointError, Unreadable, OSError, RuntimeError)


@transaction.atomic
def colorize_batch(algorithm: Algorithm, *, limit: int) -> int:
    """PENDING → READY or FAILED for up to `limit` rows that nobody else holds. Returns how many.

    The rows stay locked until the commit: a killed worker frees them at once and nothing half-made is seen. A full
    batch rings for the next one as it commits, so that a batch that cannot be committed calls for nothing.
    """
    batch = Colorization.objects.claim(algorithm, limit)
    try:
        method = method_of(algorithm)
    except EXPECTED as error:
        services.fail_colorizations(colorizations=batch, reason=_reason(error))
        return len(batch)
    started = time.perf_counter()
    fakes = _fakes(method, batch)
    each = (time.perf_counter() - started) * 1000 / max(1, len(batch))
    for colorization, fake in zip(batch, fakes, strict=True):
        if fake is not None:
            image = Image.fromarray(fake)
            services.store_colorization(colorization=colorization, image=image, milliseconds=each)
    if len(batch) == limit:
        jobs.colorize(algorithm.pk)
    return len(batch)


def _fakes(method: Method, batch: Sequence[Colorization]) -> list[Pixels | None]:
    """The batch at once; when that fails one by one, so that only the photos at fault do. None: marked as failed."""
    try:
        return list(method([colorization.photo for colorization in batch])) if batch else []
    except EXPECTED:
        log.exception("a batch failed, its photos are tried one by one")
        return [_fake(method, colorization) for colorization in batch]


def _fake(method: Method, colorization: Colorization) -> Pixels | None:
    try:
        return method([colorization.photo])[0]
    except EXPECTED as error:
        services.fail_colorizations(colorizations=[colorization], reason=_reason(error))
        return None


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
