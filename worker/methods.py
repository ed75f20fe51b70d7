"""From an algorithm's row to a function that makes fakes."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from django.conf import settings
from numpy.typing import NDArray

from colortest.refusal import Refused
from colortest.stimuli import rendering, services
from colortest.stimuli.models import Algorithm, Colorization, Photo, read_stimulus
from generator import baselines
from generator.colorizer import Colorizer
from generator.memory import is_out_of_memory
from worker.threads import device

log = logging.getLogger(__name__)
Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB
KEPT = 4  # networks in memory: as many algorithms take turns without loading one again
_loading = threading.Lock()


@dataclass(frozen=True)
class Method:
    """How an algorithm makes fakes.

    Attributes:
        colour: from a batch of photos to their fakes, by way of the pictures that `sources` named for each.
        sources: the photos that a fake is made from, the photo itself first; it may ask the database.
    """

    colour: Callable[[Sequence[Sequence[Pixels]]], list[Pixels]]
    sources: Callable[[Photo], list[Photo]] = lambda photo: [photo]


def method_of(algorithm: Algorithm) -> Method:
    """The way in which an algorithm colours.

    Raises:
        Refused: its checkpoint is missing or not the one that was registered, or it is made elsewhere.
        generator.checkpoint.CheckpointError: the checkpoint cannot be loaded.
    """
    if algorithm.kind == Algorithm.Kind.MODEL:
        with _loading:
            colorizer = _with_room(services.checkpoint_path(algorithm.checkpoint), algorithm.sha256)
        return Method(lambda batch: colorizer.colorize([photo for (photo,) in batch]))
    if algorithm.method == Algorithm.Method.GREY:
        return Method(lambda batch: baselines.grey([photo for (photo,) in batch]))
    if algorithm.method == Algorithm.Method.RANDOM_COLOUR:
        return Method(
            lambda batch: baselines.random_colour([photo for photo, _ in batch], [other for _, other in batch]),
            sources=lambda photo: [photo, donor(photo)],
        )
    raise Refused(f"{algorithm} is not made here: upload its colorizations.")


def warm(algorithm: Algorithm) -> None:
    """Load an algorithm's network and colour nothing with it, once: what is first asked of it then takes no longer.

    Raises what `method_of` raises, and torch's errors.
    """
    nothing = np.zeros((rendering.SIDE, rendering.SIDE, 3), np.uint8)
    device().submit(method_of(algorithm).colour, [[nothing]]).result()


def pixels(stimulus: Photo | Colorization) -> Pixels:
    """A photo or colorization as it is shown, (256, 256, 3) sRGB."""
    return np.asarray(rendering.decode(read_stimulus(stimulus.file)))


def donor(photo: Photo) -> Photo:
    """The photo whose colours a catch colorization takes: any other of the test set, always the same one.

    The first whose hash comes after a number drawn for this photo, which an index finds in a test set of any size.

    Raises:
        Refused: there is no other photo.
    """
    others = Photo.objects.filter(test_set=photo.test_set_id).exclude(pk=photo.pk).order_by("sha256")
    drawn = sha256(f"donor of {photo.sha256}".encode()).hexdigest()
    found = others.filter(sha256__gt=drawn).first() or others.first()
    if found is None:
        raise Refused("A catch colorization takes the colours of another photo, and there is none.")
    return found


def _with_room(path: Path, sha256: str) -> Colorizer:
    """The others are forgotten where memory does not suffice for this one beside them."""
    try:
        return _colorizer(path, sha256)
    except Exception as error:
        if not is_out_of_memory(error) or not _colorizer.cache_info().currsize:
            raise
        log.info("%s makes room for %s: %s", _colorizer.cache_info(), path.name, error)
    _colorizer.cache_clear()
    return _colorizer(path, sha256)


@lru_cache(maxsize=KEPT)
def _colorizer(path: Path, sha256: str) -> Colorizer:
    """Load once per process; a file that changed since it was registered is somebody else's checkpoint."""
    if not path.is_file():
        raise Refused(f"The checkpoint {path.name} is missing from {path.parent}.")
    if services.file_sha256(path) != sha256:
        raise Refused(f"The checkpoint {path.name} is not the file that was registered.")
    started = time.perf_counter()
    batch = settings.COLORIZE_BATCH if torch.cuda.is_available() else None
    colorizer = Colorizer.load(path, batch=batch)
    log.info("loaded %s onto %s in %.1f s", path.name, colorizer.device, time.perf_counter() - started)
    return colorizer
