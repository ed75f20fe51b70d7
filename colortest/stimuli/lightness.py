"""The lightness of a photo and of its colorizations, made equal to below what 8 bits can show. Pure.

A colorization has its photo's lightness L* by construction, but both are stored in whole levels of red, green and
blue, and rounding to them moves the lightness of a colorization a little. Photos have none of that: whoever measured
it could tell the two apart without any sense of colour. So both are set to common levels of lightness, one apart and
with an offset of its own for each pixel that follows from the photo's hash. Both miss these levels by a hair, each by
chance and as far as the other, so that what rounding adds, which depends on the colours, drowns in it.
"""

import hashlib
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB
Plane = NDArray[np.float64]  # (H, W)

# Rows of IEC 61966-2-1: from linear sRGB to luminance, D65.
_LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])
_EPSILON, _KAPPA = (6 / 29) ** 3, (29 / 3) ** 3  # of CIE 1976 L*

_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)
_PARTS = [weight * _LINEAR for weight in _LUMINANCE]  # of luminance, by channel and level
_STEPS = 1 << 16  # fine enough to tell the darkest levels apart
_CODE = np.searchsorted((_LINEAR[1:] + _LINEAR[:-1]) / 2, np.arange(_STEPS + 1) / _STEPS)

_DARK = 0.0045  # of luminance, L* = 4: below it colours fade to grey
_MISS, _DRIFT = 0.1, 0.03  # of L*: what rounding adds is smaller, and what anybody could see ten times as large

# How far red and green may move, in levels, to meet a lightness; blue, which weighs least, takes what is left.
_MOVES = sorted(product((-1, 0, 1), (-1, 0, 1)), key=lambda move: abs(move[0]) + 2 * abs(move[1]))
_MOST_BLUE = 3

_STRIP = 64  # rows at a time: what is computed on them stays in a processor's cache


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
    return _lightness(_LINEAR[pixels] @ _LUMINANCE)


def levels(pixels: Pixels, seed: bytes) -> Plane:
    """The common levels in 0..100 nearest to an image's lightness: within half of one L*, within one near the ends.

    An image that was set to its levels with `at_lightness` has the same ones again.
    """
    offset = _random(seed).random(pixels.shape[:2])
    return np.clip(np.round(lightness(pixels) - offset), 0, 99) + offset


def at_lightness(pixels: Pixels, wanted: Plane) -> Pixels:
    """The same colours at another lightness, met but for `_miss` and what whole levels of red, green and blue allow.

    Chromaticity is kept; what leaves the gamut so is drawn towards the grey of the wanted lightness until it fits.
    """
    luminance = _luminance(np.clip(wanted + _miss(pixels, wanted), 0.0, 100.0))
    strips = [slice(start, start + _STRIP) for start in range(0, len(pixels), _STRIP)]
    return np.concatenate([_rounded(_fitted(_LINEAR[pixels[one]], luminance[one]), luminance[one]) for one in strips])


def _miss(pixels: Pixels, wanted: Plane) -> Plane:
    """By how much this image is to miss its levels: each pixel by chance, each image by more or less, and all of its
    pixels of one lightness together. Mean, contrast and roughness of two images then differ by chance, and more so than
    the hundredths of this by which rounding makes them differ always in the same direction.
    """
    random = _random(b"miss" + hashlib.sha256(pixels.tobytes()).digest())
    together = np.polynomial.chebyshev.chebval(wanted / 50 - 1, random.uniform(-_DRIFT, _DRIFT, 4))
    apart = random.uniform(0.5, 1.5) * _MISS * random.uniform(-1, 1, wanted.shape)
    return np.asarray(together + apart)


def _random(seed: bytes) -> np.random.Generator:
    return np.random.default_rng(np.frombuffer(seed, dtype=np.uint8))


def _fitted(linear: NDArray[np.float64], luminance: Plane) -> NDArray[np.float64]:
    """Linear sRGB in 0..1 with exactly this luminance."""
    own = linear @ _LUMINANCE
    grey = luminance[..., None]
    scaled = np.where(own[..., None] > 0, linear * (luminance / np.maximum(own, 1e-9))[..., None], grey)
    # Luminance is linear: any mixture with the grey of the same luminance keeps it.
    beyond = np.maximum(scaled - grey, 1e-12)
    share = np.min(np.where(scaled > 1, (1 - grey) / beyond, 1.0), axis=-1, keepdims=True)
    # Near black there are so few colours that how well they meet a lightness would depend on which one it is.
    mixed: NDArray[np.float64] = grey + (scaled - grey) * np.minimum(share, grey / _DARK)
    return mixed


def _rounded(linear: NDArray[np.float64], luminance: Plane) -> Pixels:
    """Whole levels whose luminance misses the wanted one least; the nearest of those that miss it alike."""
    red, green, blue = np.moveaxis(_code(linear), -1, 0).copy()
    reds, greens = ({move: np.clip(one + move, 0, 255) for move in (-1, 0, 1)} for one in (red, green))
    without_red = {move: luminance - _PARTS[0].take(levels) for move, levels in reds.items()}
    of_green = {move: _PARTS[1].take(levels) for move, levels in greens.items()}
    best, best_blue = np.zeros(luminance.shape, np.intp), blue.copy()
    least = np.full(luminance.shape, np.inf)
    for number, (red_move, green_move) in enumerate(_MOVES):
        missing = without_red[red_move] - of_green[green_move]
        trial = _code(np.clip(missing / _LUMINANCE[2], 0.0, 1.0)).clip(blue - _MOST_BLUE, blue + _MOST_BLUE)
        missed = np.abs(missing - _PARTS[2].take(trial))
        better = missed < least
        np.copyto(best, number, where=better)
        np.copyto(best_blue, trial, where=better)
        np.minimum(least, missed, out=least)
    moves = np.array(_MOVES).T
    moved = [np.clip(one + move.take(best), 0, 255) for one, move in zip((red, green), moves, strict=True)]
    return np.stack([*moved, best_blue], axis=-1).astype(np.uint8)


def _code(linear: NDArray[np.float64]) -> NDArray[np.intp]:
    """The nearest of 256 levels for linear values in 0..1."""
    return _CODE.take((linear * _STEPS).astype(np.intp))


def _lightness(luminance: Plane) -> Plane:
    return np.where(luminance > _EPSILON, 116 * np.cbrt(luminance) - 16, _KAPPA * luminance)


def _luminance(light: Plane) -> Plane:
    return np.where(light > 8, ((light + 16) / 116) ** 3, light / _KAPPA)
