"""Pseudo-isochromatic plates: dots of many sizes and lightnesses, a digit in colours that some eyes confuse. Pure.

Digit and ground differ along a confusion line, that is in the light of one kind of cones only (Viénot, Brettel and
Mollon 1999, "Digital video colourmaps for checking the legibility of displays by dichromats"). Who has those cones sees
the digit; who lacks them sees one colour. How light a dot is is drawn without looking whether it is of the digit.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import cos, pi, sin
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from colortest.experiment.colour_vision import CONTROL, DEUTAN, PROTAN, TRITAN, Plate

SIDE = 320  # pixels
Colour = NDArray[np.float64]  # linear sRGB, 0..1

_PAPER = (255, 255, 255)
_OVERSAMPLED = 3
_EDGE = 4.0  # pixels of paper around the disc
_LAYOUTS = 4  # of dots; each plate turns one of them by an angle of its own
_TRIES = 2500  # for dots of one size
_RADII = (5.6, 4.6, 3.7, 2.9)
_GAP = 1.0  # pixels between dots
_DIGIT_HEIGHT = 0.95  # of the side, as fonts measure it
_STROKE = 0.016  # of the side; the font's own strokes are too thin for dots

_GREY = 0.22  # linear light, halfway between digit and ground
_LIGHTNESS = (0.45, 1.6)  # a dot has between so much and so much of the light of its colour
_TINT = 0.12  # a dot's own tint, of its light, so that no two look alike

# Linear sRGB to the response of long, middle and short cones: Viénot, Brettel and Mollon 1999, equation 4.
_CONES = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB, IEC 61966-2-1
# How far digit and ground lie from grey: linear light of the primary that changes most along the line.
_FAR = {PROTAN: 0.14, DEUTAN: 0.14, TRITAN: 0.12}
_CONTROL = (np.array([0.62, 0.20, 0.03]), np.array([0.03, 0.16, 0.42]))  # orange on blue: every kind of eye tells them


@dataclass(frozen=True)
class Dot:
    """Centre and radius in pixels, whether it belongs to the digit, and its colour."""

    x: float
    y: float
    radius: float
    of_digit: bool
    colour: Colour


def png(plate: Plate) -> bytes:
    """The plate as a PNG file, untagged: sRGB."""
    image = Image.new("RGB", (SIDE * _OVERSAMPLED,) * 2, _PAPER)
    brush = ImageDraw.Draw(image)
    for dot in dots(plate):
        box = [(centre + sign * dot.radius) * _OVERSAMPLED for sign in (-1, 1) for centre in (dot.x, dot.y)]
        brush.ellipse(box, fill=_encoded(dot.colour))
    file = io.BytesIO()
    image.reduce(_OVERSAMPLED).save(file, "PNG", compress_level=1)
    return file.getvalue()


def dots(plate: Plate) -> Iterator[Dot]:
    """All dots of a plate; the same plate gives the same dots."""
    random = Random(plate.seed)  # noqa: S311 (reproducible; the seed is what nobody may know)
    angle, layout = random.uniform(0, 2 * pi), _layout(random.randrange(_LAYOUTS))
    digit = _mask(plate.digit)
    pair = _pair(plate.kind, random)
    for x, y, radius in layout:
        across, down = x * cos(angle) - y * sin(angle) + SIDE / 2, x * sin(angle) + y * cos(angle) + SIDE / 2
        of_digit = bool(digit[int(down), int(across)])
        yield Dot(across, down, radius, of_digit, _jittered(pair[not of_digit], random))


def _pair(kind: str, random: Random) -> tuple[Colour, Colour]:
    """The colours of digit and ground, in either direction from grey, as light as each other.

    A confusion line is not quite of one lightness for who sees all colours. Half of the difference is left to either
    kind of eye: little beside that between any two dots.
    """
    if kind == CONTROL:
        return _CONTROL
    line = np.linalg.inv(_CONES)[:, (PROTAN, DEUTAN, TRITAN).index(kind)]
    step = line / np.abs(line).max() * _FAR[kind] * random.choice((-1, 1))
    light = [_GREY + step, _GREY - step]
    return tuple(colour * (_GREY / (_LUMINANCE @ colour)) ** 0.5 for colour in light)


def _jittered(colour: Colour, random: Random) -> Colour:
    light = random.uniform(*_LIGHTNESS)
    return np.clip(colour * light * (1 + _TINT * np.array([random.uniform(-1, 1) for _ in range(3)])), 0, 1)


@cache
def _layout(number: int) -> tuple[tuple[float, float, float], ...]:
    """Dots that do not touch, (x, y, radius) from the middle of the plate: the large ones first, small ones between."""
    random = Random(number)  # noqa: S311
    placed = np.empty((0, 3))
    for radius in _RADII:
        for _ in range(_TRIES):
            away, angle = (SIDE / 2 - _EDGE - radius) * random.random() ** 0.5, random.uniform(0, 2 * pi)
            dot = np.array([away * cos(angle), away * sin(angle), radius])
            apart = np.hypot(placed[:, 0] - dot[0], placed[:, 1] - dot[1]) - placed[:, 2]
            if not placed.size or apart.min() > radius + _GAP:
                placed = np.vstack([placed, dot])
    return tuple(map(tuple, placed))


@cache
def _mask(digit: str) -> NDArray[np.bool_]:
    """(SIDE, SIDE): where the digit is."""
    image = Image.new("L", (SIDE, SIDE))
    font = ImageFont.load_default(SIDE * _DIGIT_HEIGHT)
    brush = ImageDraw.Draw(image)
    stroke = round(SIDE * _STROKE)
    brush.text((SIDE / 2, SIDE / 2), digit, fill=255, font=font, anchor="mm", stroke_width=stroke)
    return np.asarray(image) > 127


def _encoded(colour: Colour) -> tuple[int, int, int]:
    """Linear sRGB as 8 bits: IEC 61966-2-1."""
    curved = np.where(colour <= 0.0031308, 12.92 * colour, 1.055 * colour ** (1 / 2.4) - 0.055)
    red, green, blue = (round(255 * float(value)) for value in curved)
    return red, green, blue
