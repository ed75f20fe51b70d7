"""Which codes of red, green and blue (sRGB, 0..255) show a colour at a luminance. Pure, and compiled."""

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from colortest.stimuli.srgb import LINEAR, LUMINANCE, Pixels

Plane = NDArray[np.float64]  # (H, W)
Colour = NDArray[np.float64]  # (3,) linear sRGB
Codes = NDArray[np.intp]  # (3,)

_PARTS = LUMINANCE[:, None] * LINEAR  # of luminance, by channel and code
_NEXT = np.diff(_PARTS, append=2 * _PARTS[:, -1:] - _PARTS[:, -2:-1])  # how much of it the next code adds
_STEPS = 1 << 16  # fine enough to tell the darkest codes apart
_CODE = np.searchsorted((LINEAR[1:] + LINEAR[:-1]) / 2, np.arange(_STEPS + 1) / _STEPS).astype(np.uint8)

_DARK = 0.0045  # of luminance, L* = 4: below it colours fade to grey
_MOVES = (0, -1, 1)
_FURTHEST = 32

_Function = TypeVar("_Function", bound=Callable[..., object])


def _compiled(function: _Function) -> _Function:
    """By the machine's own instructions, kept for later processes, and beside other threads of Python."""
    try:
        return cast(_Function, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # there is no folder to keep it in
        return cast(_Function, njit(nogil=True)(function))


@_compiled
def _within(code: int, low: int, high: int) -> int:
    return max(low, min(code, high))


@_compiled
def _code(linear: float) -> int:
    """The nearest code for any linear value."""
    return int(_CODE[int(max(0.0, min(linear, 1.0)) * _STEPS)])


@_compiled
def _fit(linear: Colour, luminance: float) -> None:
    """Give a colour exactly this luminance and keep its chromaticity, as far as it fits into 0..1."""
    own = LUMINANCE[0] * linear[0] + LUMINANCE[1] * linear[1] + LUMINANCE[2] * linear[2]
    scale = luminance / own if own > 0 else 0.0
    most = max(linear[0], linear[1], linear[2]) * scale
    # Luminance is linear: any mixture with the grey of the same luminance keeps it.
    share = (1 - luminance) / (most - luminance) if most > 1 else 1.0
    # Near black there are so few colours that how well they meet a lightness would depend on which one it is.
    share = min(share, luminance / _DARK) if own > 0 else 0.0
    for channel in range(3):
        linear[channel] = linear[channel] * (scale * share) + luminance * (1 - share)


@_compiled
def _order(codes: Codes) -> tuple[int, int, int]:
    """The channels, from the one of which the next code adds most to luminance to the one that hardly counts."""
    red, green, blue = _NEXT[0, codes[0]], _NEXT[1, codes[1]], _NEXT[2, codes[2]]
    if green >= red:
        if red >= blue:
            return 1, 0, 2
        return (1, 2, 0) if green >= blue else (2, 1, 0)
    if green >= blue:
        return 0, 1, 2
    return (0, 2, 1) if red >= blue else (2, 0, 1)


@_compiled
def _search(codes: Codes, luminance: float, near: float, shift: int, found: Codes) -> None:
    """`found`: the first codes about these that miss the luminance by less than `near`, or those that miss it least.

    The channel that counts most moves by one at most, the next takes what is missing, and the last one, where it is
    after its `shift`, the rest: by more than a few codes only where they are dark, and hardly count for the colour.
    """
    first, second, third = _order(codes)
    last = _within(codes[third] + shift, 0, 255)
    least = np.inf
    for move in _MOVES:
        coarse = _within(codes[first] + move, 0, 255)
        without = luminance - _PARTS[first, coarse]
        fitting = _code((without - _PARTS[third, last]) / LUMINANCE[second])
        for beside in _MOVES:
            middle = _within(fitting + beside, codes[second] - _FURTHEST, codes[second] + _FURTHEST)
            middle = _within(middle, 0, 255)
            missing = without - _PARTS[second, middle]
            fine = _within(_code(missing / LUMINANCE[third]), last - _FURTHEST, last + _FURTHEST)
            missed = abs(missing - _PARTS[third, fine])
            if missed < least:
                least = missed
                found[first], found[second], found[third] = coarse, middle, fine
            if least < near:
                return


@_compiled
def nearest(pixels: Pixels, luminance: Plane, near: Plane, shifts: NDArray[np.intp]) -> Pixels:
    """The same chromaticities at a luminance in 0..1, missed by less than `near` wherever there are such codes.

    What leaves the gamut so is drawn towards the grey of that luminance until it fits. `shifts`, in codes: where each
    pixel begins to look, so that pixels of one colour do not all get the same codes.
    """
    result = np.empty_like(pixels)
    linear, codes, found = np.empty(3), np.empty(3, np.intp), np.empty(3, np.intp)
    for row in range(pixels.shape[0]):
        for column in range(pixels.shape[1]):
            for channel in range(3):
                linear[channel] = LINEAR[pixels[row, column, channel]]
            _fit(linear, luminance[row, column])
            for channel in range(3):
                codes[channel] = _code(linear[channel])
            _search(codes, luminance[row, column], near[row, column], shifts[row, column], found)
            for channel in range(3):
                result[row, column, channel] = found[channel]
    return result
