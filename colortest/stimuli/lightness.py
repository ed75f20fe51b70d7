"""The lightness of a photo and of its colorizations, made equal to below what 8 bits can show. Pure.

A colorization has its photo's lightness L* by construction, but both are stored in whole levels of red, green and
blue, and rounding to them moves the lightness of a colorization a little. Photos have none of that: whoever measured
it could tell the two apart without any sense of colour. So both are set to common levels of lightness, one apart and
with an offset of its own for each pixel that follows from the photo's hash. Both miss these levels by a hair, each by
chance and as far as the other, so that what rounding adds, which depends on the colours, drowns in it. To keep that
small even where colours are so vivid, or so much the same, that few shades lie near a lightness, every pixel is given
one that misses by less than a hundredth, drawn anew from those about its colour.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colortest.stimuli import codes
from colortest.stimuli.srgb import LINEAR, LUMINANCE, Pixels

Plane = NDArray[np.float64]  # (H, W)

_EPSILON, _KAPPA = (6 / 29) ** 3, (29 / 3) ** 3  # of CIE 1976 L*
_MISS, _DRIFT = 0.13, 0.06  # of L*: what rounding adds is smaller, and what anybody could see several times as large
_NEAR = 0.0075  # of L*: what rounding may add
_SHIFT = 2  # codes


def level(photo: Image.Image, sha256: str) -> Image.Image:
    """An RGB photo at its levels; `sha256` is what it had before, in hex."""
    pixels = np.asarray(photo)
    return Image.fromarray(at_lightness(pixels, levels(pixels, bytes.fromhex(sha256))))


def level_with(colorization: Image.Image, photo: Image.Image, sha256: str) -> Image.Image:
    """A colorization at the levels of its photo, which `level` has set with the same hash."""
    wanted = levels(np.asarray(photo), bytes.fromhex(sha256))
    return Image.fromarray(at_lightness(np.asarray(colorization), wanted))


def lightness(pixels: Pixels) -> Plane:
    """CIE 1976 L*, 0..100."""
    return _lightness(LINEAR[pixels] @ LUMINANCE)


def levels(pixels: Pixels, seed: bytes) -> Plane:
    """The common levels in 0..100 nearest to an image's lightness: within half of one L*, within one near the ends.

    An image that was set to its levels with `at_lightness` has the same ones again.
    """
    offset = _random(seed).random(pixels.shape[:2])
    return np.clip(np.round(lightness(pixels) - offset), 0, 99) + offset


def at_lightness(pixels: Pixels, wanted: Plane) -> Pixels:
    """The same colours at another lightness, met but for `_miss` and what whole codes of red, green and blue allow.

    Chromaticity is kept; what leaves the gamut so is drawn towards the grey of the wanted lightness until it fits.
    """
    random = _random(b"miss" + hashlib.sha256(pixels.tobytes()).digest())
    light = np.clip(wanted + _miss(wanted, random), 0.0, 100.0)
    shifts = random.integers(-_SHIFT, _SHIFT, wanted.shape, endpoint=True)
    return codes.nearest(pixels, _luminance(light), _NEAR * _slope(light), shifts)


def _miss(wanted: Plane, random: np.random.Generator) -> Plane:
    """By how much an image is to miss its levels: each pixel by chance, each image by more or less, and all of its
    pixels of one lightness together. Mean, contrast and roughness of two images then differ by chance, and more so than
    the thousandths of this by which rounding makes them differ always in the same direction. All together it is less
    than half of one L*, or the levels could not be found again.
    """
    together = np.polynomial.chebyshev.chebval(wanted / 50 - 1, random.uniform(-_DRIFT, _DRIFT, 4))
    apart = random.uniform(0.5, 1.5) * _MISS * random.uniform(-1, 1, wanted.shape)
    return np.asarray(together + apart)


def _random(seed: bytes) -> np.random.Generator:
    return np.random.default_rng(np.frombuffer(seed, dtype=np.uint8))


def _lightness(luminance: Plane) -> Plane:
    return np.where(luminance > _EPSILON, 116 * np.cbrt(luminance) - 16, _KAPPA * luminance)


def _luminance(light: Plane) -> Plane:
    return np.where(light > 8, ((light + 16) / 116) ** 3, light / _KAPPA)


def _slope(light: Plane) -> Plane:
    """How much of luminance one L* is."""
    return 3 / 116 * ((np.maximum(light, 8.0) + 16) / 116) ** 2
