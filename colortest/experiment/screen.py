"""The window and the screen that a participant has, as the browser measured them, and what a study needs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

# Width and height of the window, in pixels of the browser, in which the trial page shows stimuli of 256 pixels whole: a
# pair beside each other with a gap, or one alone between its two buttons.
STAGE_ROOM = (560, 272)

GAMUTS = ("", "srgb", "p3", "rec2020")  # what matchMedia knows; empty where it knows none
LARGEST = 32_767  # pixels of a window, more than any screen has
RATIOS = (0.1, 20.0)
REFRESH_MS = (1.0, 1000.0)


@dataclass(frozen=True)
class Screen:
    """width, height: of the window, in the browser's own pixels; pixel_ratio: of the screen to one of these;
    refresh_ms: median time between two frames; gamut: the widest of GAMUTS that the browser says.
    """

    width: int
    height: int
    pixel_ratio: float
    refresh_ms: float
    gamut: str

    @classmethod
    def from_browser(cls, sent: Mapping[str, object]) -> Self:
        """Read what a browser sent.

        Raises:
            ValueError: a number is missing or absurd, or the gamut is unknown. The text says which.
        """
        gamut = sent.get("gamut")
        if gamut not in GAMUTS:
            raise ValueError("gamut is none that we know.")
        return cls(
            width=int(_number(sent, "width", 1, LARGEST)),
            height=int(_number(sent, "height", 1, LARGEST)),
            pixel_ratio=_number(sent, "pixelRatio", *RATIOS),
            refresh_ms=_number(sent, "refreshMs", *REFRESH_MS),
            gamut=str(gamut),
        )

    def has_room(self, width: int, height: int) -> bool:
        """Whether the window is at least so large."""
        return self.width >= width and self.height >= height


def room(least_width: int, least_height: int) -> tuple[int, int]:
    """Width and height that a window needs: what a study asks for, and what its stimuli take at the least."""
    width, height = STAGE_ROOM
    return max(width, least_width), max(height, least_height)


def _number(sent: Mapping[str, object], name: str, least: float, most: float) -> float:
    value = sent.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is not a number.")
    if not least <= value <= most:  # neither is NaN
        raise ValueError(f"{name} is out of range.")
    return float(value)
