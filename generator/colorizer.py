"""Photos in, colorizations out: the only way that pictures are made with a trained network."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from generator.checkpoint import load_checkpoint
from generator.devices import usual_device
from generator.inference import Precision, fast_precision, ready
from generator.lab import join, rgb_to_lightness
from generator.memory import OutOfMemory, is_out_of_memory
from generator.networks.blocks import STRIDE
from generator.networks.registry import Generator
from generator.transfers import fetch, own_stream, send, settle

Photo = NDArray[np.uint8]  # (H, W, 3) sRGB
Made = TypeVar("Made")

BATCH = 8  # on a CPU: with more at once memory comes anew for each batch, which takes a quarter of the time
GPU_BATCH = 64
PIXELS_AT_ONCE = 4_000_000  # full-size pixels in one batch: about half a gigabyte while they are joined

PASSES = 64  # batches after which more is tried again where memory had run out: others may have held it for a while
CPU = torch.device("cpu")

log = logging.getLogger(__name__)


class Colorizer:
    """A network with all that surrounds it, from 8-bit photos to 8-bit colorizations of the same sizes.

    The lightness of the photo is never touched: only a* and b* pass through the network, at its own size.
    """

    def __init__(
        self, network: Generator, size: int | None = None, batch: int | None = None, precision: Precision | None = None
    ) -> None:
        """A copy of the network is used, so training may go on.

        batch: photos on the device at once; by default as many as it is quick with.
        precision: bf16 where the device is fast at it.
        """
        self.device = next(network.parameters()).device
        self.precision = precision or fast_precision(self.device)
        self.network = ready(network, self.precision)
        settle(self.device)
        self.size = size or network.options.size
        self.batch = self.full_batch = batch or (GPU_BATCH if self.device.type == "cuda" else BATCH)
        self.halved = False
        self._passes = 0  # since the batch was last changed

    @classmethod
    def load(
        cls,
        path: Path | str,
        device: torch.device | str | None = None,
        batch: int | None = None,
        precision: Precision | None = None,
    ) -> "Colorizer":
        """From a checkpoint, on `device` or else on the usual one. Raises CheckpointError."""
        return cls(load_checkpoint(Path(path), device or usual_device()), batch=batch, precision=precision)

    def colorize(self, photos: Sequence[Photo]) -> list[Photo]:
        """Colorizations in the order of `photos`, which are (H, W, 3) uint8 of any sizes, mixed.

        The colours of the photos are not used. Where memory runs out, the batch is halved for a while; it is said once.
        Raises ValueError for anything that is not such an array, and OutOfMemory where one photo alone is too many.
        """
        colorizations: dict[int, Photo] = {}
        for places in batches_of_one_size(photos, self.batch):
            made = self.as_memory_allows(self._colorize, [photos[place] for place in places])
            colorizations.update(zip(places, chain.from_iterable(made), strict=True))
        return [colorizations[place] for place in range(len(photos))]

    @torch.inference_mode()
    def predict(self, rgb: Tensor) -> Tensor:
        """CIELab on the network's device from sRGB (B, 3, H, W) in 0..1: its own L*, and the colours that the network
        gives it, some of them perhaps outside sRGB.
        """
        lightness = rgb_to_lightness(rgb.to(self.device))
        height, width = lightness.shape[-2:]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            ab = self.network(shrink(lightness, network_size(height, width, self.size)))
        return torch.cat([lightness, to_photo_size(ab, (height, width))], dim=1)

    def as_memory_allows(self, work: Callable[[Sequence[Photo]], Made], photos: Sequence[Photo]) -> Iterator[Made]:
        """What `work` makes of the photos, a batch at a time; of fewer photos from where memory runs out.

        Raises OutOfMemory where one photo alone is too many.
        """
        done = 0
        while done < len(photos):
            batch = photos[done : done + self.batch]
            try:
                made = work(batch)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(len(batch), error)
            else:
                self._passed()
                yield made
                done += len(batch)

    def _colorize(self, photos: Sequence[Photo]) -> list[Photo]:
        with own_stream(self.device):
            lab = self.predict(to_tensor(photos, self.device))
            return to_arrays(join(lab[:, :1], lab[:, 1:]))

    def _halve(self, tried: int, error: Exception) -> None:
        if tried == 1:
            raise OutOfMemory(f"Memory on {self.device} does not suffice to colorize one photo; free some.") from error
        self.batch, self._passes = tried // 2, 0
        if not self.halved:
            log.warning("Out of memory with %d photos at once: going on with %d, or fewer.", tried, self.batch)
        self.halved = True

    def _passed(self) -> None:
        self._passes += 1
        if self._passes >= PASSES and self.batch < self.full_batch:
            self.batch, self._passes = min(2 * self.batch, self.full_batch), 0


def network_size(height: int, width: int, size: int) -> tuple[int, int]:
    """Height and width at which the network sees a photo: about size x size pixels in the photo's own shape."""
    scale = size / (height * width) ** 0.5
    return _to_stride(height * scale), _to_stride(width * scale)


def shrink(image: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, C, H, W) to `size`: each new pixel is the mean of those it covers; interpolated where it grows."""
    if size == image.shape[-2:]:
        return image
    if size[0] <= image.shape[-2] and size[1] <= image.shape[-1]:
        return F.interpolate(image, size, mode="area")
    return F.interpolate(image, size, mode="bilinear", align_corners=False, antialias=True)


def to_photo_size(ab: Tensor, size: tuple[int, int]) -> Tensor:
    """Colours (B, 2, h, w) of a network's size at the `size` (H, W) of the photo, as every colorization has them.

    Bilinear, because nearest would leave blocks of colour several pixels wide.
    """
    if size == ab.shape[-2:]:
        return ab
    return F.interpolate(ab, size, mode="bilinear", align_corners=False)


def batches_of_one_size(photos: Sequence[Photo], batch: int) -> Iterator[list[int]]:
    """Places in `photos`, in groups of one size that fit in memory together."""
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, photo in enumerate(photos):
        if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8 or photo.size == 0:
            raise ValueError(f"Photo {place} is {photo.dtype} of shape {photo.shape}; it must be uint8 (H, W, 3).")
        places[photo.shape].append(place)
    for shape, group in places.items():
        step = max(1, min(batch, PIXELS_AT_ONCE // (shape[0] * shape[1])))
        yield from (group[start : start + step] for start in range(0, len(group), step))


def to_tensor(photos: Sequence[Photo], device: torch.device = CPU) -> Tensor:
    """Photos of one size as sRGB (B, 3, H, W) float32 in 0..1; they travel to the device in 8 bits."""
    return send(photos, device).movedim(-1, 1).float() / 255


def to_arrays(rgb: Tensor) -> list[Photo]:
    """sRGB (B, 3, H, W) in 0..1 as photos."""
    return list(fetch((rgb * 255).round().byte().movedim(1, -1)))


def _to_stride(length: float) -> int:
    return max(1, round(length / STRIDE)) * STRIDE
