"""From rows to files: read and decoded by the cores, coloured on the device, finished and written by the cores."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from colortest.refusal import Refused
from colortest.stimuli import rendering, services
from colortest.stimuli.models import Colorization, Photo, read_stimulus
from colortest.stimuli.rendering import Unreadable
from colortest.stimuli.services import Failed, Finished
from generator.memory import DeviceLost, is_device_lost
from worker.methods import Method, Pixels
from worker.stopping import check
from worker.threads import cores, device

log = logging.getLogger(__name__)
Got = TypeVar("Got")

# What a photo or an algorithm can be at fault for before there is a picture.
EXPECTED = (Refused, Unreadable, OSError)


@dataclass(frozen=True)
class Made:
    """What became of a batch, in the order of its rows, and how long each took to read, colour and finish."""

    outcomes: list[Finished | Failed]
    milliseconds: float


def make(rows: Sequence[Colorization], method: Method) -> Made:
    """A finished colorization for each row, or why there is none: one photo's fault never touches another.

    Raises Stopped between two steps where the process is to end, and DeviceLost, which is no photo's fault.
    """
    sources = [_attempt(method.sources, row.photo) for row in rows]
    check()
    started = time.perf_counter()
    pictures = _each(_read, sources)
    seconds = time.perf_counter() - started
    check()
    fakes, on_device = _coloured(method, pictures)
    check()
    started = time.perf_counter()
    outcomes = _each(_finish, rows, pictures, fakes)
    seconds += time.perf_counter() - started + on_device
    return Made(outcomes, 1000 * seconds / len(rows))


def write(outcomes: Sequence[Finished | Failed]) -> list[tuple[Finished, str] | Failed]:
    """Store the files. Raises where that is not possible, which is no photo's fault; then none of them stays."""
    finished = [one for one in outcomes if isinstance(one, Finished)]
    futures = [cores().submit(services.write_colorization, one) for one in finished]
    errors = [error for future in futures if (error := future.exception())]
    if errors:
        services.delete_files(future.result() for future in futures if not future.exception())
        raise errors[0]
    names = (future.result() for future in futures)
    return [(one, next(names)) if isinstance(one, Finished) else one for one in outcomes]


def _read(photos: Sequence[Photo]) -> list[Image.Image]:
    return [rendering.decode(read_stimulus(photo.file)) for photo in photos]


def _finish(row: Colorization, pictures: Sequence[Image.Image], fake: Pixels) -> Finished | Failed:
    try:
        fake_image = Image.fromarray(fake)
        return services.finish_colorization(fake=fake_image, photo=pictures[0], sha256=row.photo.sha256)
    except Exception as error:
        log.exception("colorization %s cannot be finished", row.pk)
        return Failed(reason_of(error))


def _coloured(method: Method, pictures: Sequence[list[Image.Image] | Failed]) -> tuple[list[Pixels | Failed], float]:
    """The fakes of those that could be read, and the seconds that the device was at it."""
    read = [_pixels(one) for one in pictures if not isinstance(one, Failed)]
    fakes, seconds = device().submit(_on_device, method, read).result()
    following = iter(fakes)
    return [one if isinstance(one, Failed) else next(following) for one in pictures], seconds


def _pixels(pictures: Sequence[Image.Image]) -> list[Pixels]:
    return [np.asarray(picture) for picture in pictures]


def _on_device(method: Method, batch: list[list[Pixels]]) -> tuple[list[Pixels | Failed], float]:
    started = time.perf_counter()
    fakes: list[Pixels | Failed]
    try:
        fakes = list(method.colour(batch)) if batch else []
    except Exception as error:
        check_device(error)
        log.exception("a batch of %s failed, its photos are tried one by one", len(batch))
        fakes = [_alone(method, pictures) for pictures in batch]
    return fakes, time.perf_counter() - started


def _alone(method: Method, pictures: list[Pixels]) -> Pixels | Failed:
    try:
        return method.colour([pictures])[0]
    except Exception as error:
        check_device(error)
        log.warning("one photo cannot be coloured: %s", error)
        return Failed(reason_of(error))


def check_device(error: Exception) -> None:
    """Raises DeviceLost where the error means that this process can colour nothing more."""
    if is_device_lost(error):
        raise DeviceLost(reason_of(error)) from error


def _each(work: Callable[..., Got], *columns: Sequence[Any]) -> list[Got | Failed]:
    """What the cores make of each row of the columns; where a column says why there is nothing, that."""
    pool = cores()
    futures = [pool.submit(_attempt, work, *values) for values in zip(*columns, strict=True)]
    return [future.result() for future in futures]


def _attempt(work: Callable[..., Got], *values: Any) -> Got | Failed:
    failed = next((value for value in values if isinstance(value, Failed)), None)
    if failed:
        return failed
    try:
        return work(*values)
    except ConnectionError:  # of the storage or the database: no photo's fault
        raise
    except EXPECTED as error:
        return Failed(reason_of(error))


def reason_of(error: Exception) -> str:
    """For the row, and who reads it on a page."""
    return (str(error).replace("\0", "") or type(error).__name__)[:1000]
