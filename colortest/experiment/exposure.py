"""How long stimuli were on screen, as the browser achieved it, and when that spoils a trial. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

# A trial counts when its exposure missed by at most one frame or this much, whichever is more.
TOLERANCE_MS = 25.0
WEEK_MS = 7 * 24 * 3600 * 1000  # somebody may leave the choice open over lunch


@dataclass(frozen=True)
class Exposure:
    """One exposure as measured by the participant's browser."""

    left_ms: float
    right_ms: float
    frames: int
    longest_gap_ms: float
    hidden: bool

    @classmethod
    def from_browser(cls, sent: Mapping[str, object]) -> Self:
        """Read what a browser sent.

        Raises:
            ValueError: a number is missing, negative, not finite or absurd (more than a week).
        """
        return cls(
            left_ms=milliseconds(sent, "leftExposureMs"),
            right_ms=milliseconds(sent, "rightExposureMs"),
            frames=int(milliseconds(sent, "frames")),
            longest_gap_ms=milliseconds(sent, "longestGapMs"),
            hidden=sent.get("hidden") is True,
        )


def milliseconds(sent: Mapping[str, object], name: str) -> float:
    """A finite number from 0 to a week, by name.

    Raises:
        ValueError: it is anything else.
    """
    value = sent.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} is not a number.")
    if not 0 <= value <= WEEK_MS:
        raise ValueError(f"{name} is out of range.")
    return float(value)


def flags(exposure: Exposure, *, asked_ms: float) -> list[str]:
    """The reasons why a trial is not countable, as `Response.Flag` values; empty when it is."""
    frame_ms = exposure.left_ms / exposure.frames if exposure.frames else 0.0
    tolerance = max(frame_ms, TOLERANCE_MS)
    missed = max(abs(exposure.left_ms - asked_ms), abs(exposure.right_ms - asked_ms))
    return ["EXPOSURE"] * (missed > tolerance) + ["HIDDEN"] * exposure.hidden
