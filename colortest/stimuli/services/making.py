"""A fake on its way to a stored colorization: finished and written by many threads, stored by one statement a batch."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL.Image import Image

from colortest.stimuli import lightness, rendering
from colortest.stimuli.models import Colorization, random_name, sha256_of
from colortest.stimuli.quality import Quality, quality

STORAGE = Colorization._meta.get_field("file").storage
CHANGED = ["status", "file", "file_sha256", "byte_count", "error", "milliseconds", "psnr", "colourfulness"]


@dataclass(frozen=True)
class Finished:
    """A colorization as it is stored: its file's bytes, and what was measured on it."""

    data: bytes
    quality: Quality


@dataclass(frozen=True)
class Failed:
    """What is told of a photo that gives no colorization."""

    reason: str


def finish_colorization(*, fake: Image, photo: Image, sha256: str) -> Finished:
    """The same rendering, lightness and encoder as the photo went through. No database: any thread may do it.

    Args:
        photo: as it is stored.
        sha256: of the photo's row.
    """
    shown = lightness.level_with(rendering.render(fake), photo, sha256)
    return Finished(rendering.encode(shown), quality(shown, photo))


def write_colorization(finished: Finished) -> str:
    """Store the file under a name that nobody knows yet, and return the name. No half file stays where it fails."""
    name = random_name(None, "")
    try:
        return STORAGE.save(name, ContentFile(finished.data))
    except BaseException:
        delete_files([name])
        raise


def delete_files(names: Iterable[str]) -> None:
    """Of rows that will never tell of them."""
    for name in names:
        with suppress(OSError):  # the reason why they go is worth more than this one
            STORAGE.delete(name)


def store_colorizations(
    *, rows: Sequence[Colorization], outcomes: Sequence[tuple[Finished, str] | Failed], milliseconds: float
) -> None:
    """PENDING → READY with a file that is written, or FAILED with the reason: one statement for all.

    Args:
        outcomes: for each row what was finished and the name of its file, or why there is none.
        milliseconds: that each took.
    """
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, Failed):
            row.status, row.error = Colorization.Status.FAILED, outcome.reason
        else:
            finished, row.file = outcome
            row.file_sha256 = sha256_of(finished.data)
            row.status, row.byte_count, row.milliseconds = Colorization.Status.READY, len(finished.data), milliseconds
            row.psnr, row.colourfulness = finished.quality.psnr, finished.quality.colourfulness
    # They are there and locked: it only updates. bulk_update would take a millisecond of the processor for each row.
    Colorization.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=CHANGED)
