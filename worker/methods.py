"""From an algorithm's row to a function that makes fakes."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from colortest.refusal import Refused
from colortest.stimuli import rendering, services
from colortest.stimuli.models import Algorithm, Colorization, Photo, read_stimulus
from generator import baselines
from generator.colorizer import Colorizer

Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB
Method = Callable[[Sequence[Photo]], list[Pixels]]


def method_of(algorithm: Algorithm) -> Method:
    """The function that colours a batch of photos the way the algorithm does.

    Raises:
        Refused: its checkpoint is missing or not the one that was registered, or it is made elsewhere.
        generator.checkpoint.CheckpointError: the checkpoint cannot be loaded.
    """
    if algorithm.kind == Algorithm.Kind.MODEL:
        colorizer = _colorizer(services.checkpoint_path(algorithm.checkpoint), algorithm.sha256)
        return lambda photos: colorizer.colorize([pixels(photo) for photo in photos])
    if algorithm.method == Algorithm.Method.GREY:
        return lambda photos: baselines.grey([pixels(photo) for photo in photos])
    if algorithm.method == Algorithm.Method.RANDOM_COLOUR:
        return lambda photos: baselines.random_colour(
            [pixels(photo) for photo in photos], [pixels(donor(photo)) for photo in photos]
        )
    raise Refused(f"{algorithm} is not made here: upload its colorizations.")


def pixels(stimulus: Photo | Colorization) -> Pixels:
    """A photo or colorization as it is shown, (256, 256, 3) sRGB."""
    return np.asarray(rendering.decode(read_stimulus(stimulus.file)))


def donor(photo: Photo) -> Photo:
    """The photo whose colours a catch colorization takes: any other of the test set, always the same one.

    Raises:
        Refused: there is no other photo.
    """
    others = Photo.objects.filter(test_set=photo.test_set_id).exclude(pk=photo.pk).order_by("pk")
    first, last = others.first(), others.last()
    if first is None or last is None:
        raise Refused("A catch colorization takes the colours of another photo, and there is none.")
    pivot = Random(photo.sha256).randint(first.pk, last.pk)  # noqa: S311 (reproducible, not a secret)
    return others.filter(pk__gte=pivot).first() or first


@lru_cache(maxsize=2)
def _colorizer(path: Path, sha256: str) -> Colorizer:
    """Load once per process; a file that changed since it was registered is somebody else's checkpoint."""
    if not path.is_file():
        raise Refused(f"The checkpoint {path.name} is missing from {path.parent}.")
    if services.file_sha256(path) != sha256:
        raise Refused(f"The checkpoint {path.name} is not the file that was registered.")
    return Colorizer.load(path)
