"""What a program can measure on a colorization. Pure: images in, numbers out."""

from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LEAST_ERROR = 1 / 12  # of rounding to whole levels: equal images have a PSNR of 58.9 dB, not an infinite one


@dataclass(frozen=True)
class Quality:
    """psnr: decibels; colourfulness: grey is 0, a very colourful photo above 80."""

    psnr: float
    colourfulness: float


def quality(colorization: Image.Image, photo: Image.Image) -> Quality:
    """Of a colorization beside its photo, both RGB and of one size."""
    pixels = _pixels(colorization)
    return Quality(psnr(pixels, _pixels(photo)), colourfulness(pixels))


def psnr(pixels: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Peak signal-to-noise ratio in decibels, at most 58.9; pixels (H, W, 3) in 0..255."""
    error = float(np.mean((pixels - truth) ** 2))
    return 10 * log10(255**2 / max(error, LEAST_ERROR))


def colourfulness(pixels: NDArray[np.float64]) -> float:
    """Hasler and Suesstrunk 2003, Proceedings of SPIE 5007, p. 87, signed; pixels (H, W, 3) in 0..255."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    rg, yb = red - green, (red + green) / 2 - blue
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def _pixels(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image, dtype=np.float64)
