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
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB
Plane = NDArray[np.float64]  # (H, W)
Row = NDArray[np.float64]  # (N,)
Codes = NDArray[np.intp]  # 0..255 of one channel or of three: levels of sRGB, not of lightness

# Rows of IEC 61966-2-1: from linear sRGB to luminance, D65.
_LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])
_EPSILON, _KAPPA = (6 / 29) ** 3, (29 / 3) ** 3  # of CIE 1976 L*

_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)
_PARTS = [weight * _LINEAR for weight in _LUMINANCE]  # of luminance, by channel and code
_NEXT = [np.diff(part, append=2 * part[-1] - part[-2]) for part in _PARTS]  # how much of it the next code adds
_STEPS = 1 << 16  # fine enough to tell the darkest codes apart
_CODE = np.searchsorted((_LINEAR[1:] + _LINEAR[:-1]) / 2, np.arange(_STEPS + 1) / _STEPS)

_DARK = 0.0045  # of luminance, L* = 4: below it colours fade to grey
_MISS, _DRIFT = 0.13, 0.06  # of L*: what rounding adds is smaller, and what anybody could see several times as large
_NEAR = 0.0075  # of L*: whoever looks for a shade looks no further than this

# The channel of which one code adds most to luminance moves by one at most, the next one takes what is missing and the
# last one the rest: further than by a code or two only where they are dark, and hardly count for the colour.
_ORDERS = list(permutations(range(3)))
_MOVES = list(product((0, -1, 1), (0, -1, 1)))
_FURTHEST = 32
_SHIFT = 2  # of the last channel, by chance: neighbours of one colour do not all get one shade

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
    """The same colours at another lightness, met but for `_miss` and what whole codes of red, green and blue allow.

    Chromaticity is kept; what leaves the gamut so is drawn towards the grey of the wanted lightness until it fits.
    """
    random = _random(b"miss" + hashlib.sha256(pixels.tobytes()).digest())
    light = np.clip(wanted + _miss(wanted, random), 0.0, 100.0)
    shifts = random.integers(-_SHIFT, _SHIFT, wanted.shape, endpoint=True)
    strips = [slice(start, start + _STRIP) for start in range(0, len(pixels), _STRIP)]
    return np.concatenate([_at(pixels[one], light[one], shifts[one]) for one in strips])


def _at(pixels: Pixels, light: Plane, shifts: Codes) -> Pixels:
    luminance = _luminance(light).ravel()
    near = _NEAR * _slope(light).ravel()
    fitted = _fitted(_LINEAR.take(pixels.reshape(-1, 3).T), luminance)
    return _rounded(fitted, luminance, near, shifts.ravel()).T.reshape(pixels.shape)


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


def _fitted(linear: NDArray[np.float64], luminance: Row) -> NDArray[np.float64]:
    """(3, N) linear sRGB in 0..1 with exactly this luminance, from any."""
    own = _LUMINANCE @ linear
    scale = np.where(own > 0, luminance / np.maximum(own, 1e-9), 0.0)
    most = linear.max(axis=0) * scale
    # Luminance is linear: any mixture with the grey of the same luminance keeps it.
    share = np.where(most > 1, (1 - luminance) / np.maximum(most - luminance, 1e-12), own > 0)
    # Near black there are so few colours that how well they meet a lightness would depend on which one it is.
    share = np.minimum(share, luminance / _DARK)
    fitted: NDArray[np.float64] = linear * (scale * share) + luminance * (1 - share)
    return fitted


def _rounded(linear: NDArray[np.float64], luminance: Row, near: Row, shifts: Codes) -> Pixels:
    """(3, N) codes about these colours whose luminance misses the wanted one by less than `near`, or least."""
    codes = _code(linear)
    red, green, blue = (step.take(code) for step, code in zip(_NEXT, codes, strict=True))
    above = (red > green) * 4 + (red > blue) * 2 + (green > blue)
    rounded = np.empty(linear.shape, np.uint8)
    for order in _ORDERS:
        first, second, third = map(order.index, range(3))
        here = np.flatnonzero(above == (first < second) * 4 + (first < third) * 2 + (second < third))
        if here.size:
            own = codes[list(order)].take(here, axis=1)
            found = _nearest(order, own, luminance.take(here), near.take(here), shifts.take(here))
            for channel, code in zip(order, found, strict=True):
                rounded[channel, here] = code
    return rounded


def _nearest(order: tuple[int, ...], codes: Codes, luminance: Row, near: Row, shifts: Codes) -> Codes:
    """The same with the channels in this order, of which one code adds less and less; pixels that are near are done."""
    found, least = codes.copy(), np.full(len(luminance), np.inf)
    codes[2] = _within(codes[2] + shifts, 0, 255)
    left = np.arange(len(luminance))
    for first, second in _MOVES:
        tried, missed = _tried(order, codes, luminance, first, second)
        better = np.flatnonzero(missed < least.take(left))
        found[:, left.take(better)] = tried.take(better, axis=1)
        least[left.take(better)] = missed.take(better)
        on = np.flatnonzero(least.take(left) > near)
        left, codes = left.take(on), codes.take(on, axis=1)
        luminance, near = luminance.take(on), near.take(on)
    return found


def _tried(order: tuple[int, ...], codes: Codes, luminance: Row, first: int, second: int) -> tuple[Codes, Row]:
    """(codes, by how much luminance they miss it) with the first channel moved, and the second one beside what fits."""
    parts = [_PARTS[channel] for channel in order]
    coarse = _within(codes[0] + first, 0, 255)
    missing = luminance - parts[0].take(coarse)
    fitting = _of_light((missing - parts[2].take(codes[2])) / _LUMINANCE[order[1]]) + second
    middle = _within(_within(fitting, codes[1] - _FURTHEST, codes[1] + _FURTHEST), 0, 255)
    missing -= parts[1].take(middle)
    fine = _within(_of_light(missing / _LUMINANCE[order[2]]), codes[2] - _FURTHEST, codes[2] + _FURTHEST)
    missing -= parts[2].take(fine)
    return np.stack([coarse, middle, fine]), np.abs(missing)


def _within(codes: Codes, low: Codes | int, high: Codes | int) -> Codes:
    """`np.clip` without what it does besides."""
    return np.asarray(np.minimum(np.maximum(codes, low), high))


def _of_light(linear: Row) -> Codes:
    """The nearest code for any linear value."""
    return _code(np.minimum(np.maximum(linear, 0.0), 1.0))


def _code(linear: NDArray[np.float64]) -> Codes:
    """The nearest of 256 codes for linear values in 0..1."""
    return _CODE.take((linear * _STEPS).astype(np.intp))


def _lightness(luminance: Plane) -> Plane:
    return np.where(luminance > _EPSILON, 116 * np.cbrt(luminance) - 16, _KAPPA * luminance)


def _luminance(light: Plane) -> Plane:
    return np.where(light > 8, ((light + 16) / 116) ** 3, light / _KAPPA)


def _slope(light: Plane) -> Plane:
    """How much of luminance one L* is."""
    return 3 / 116 * ((np.maximum(light, 8.0) + 16) / 116) ** 2
