"""How long stimuli were on screen, as the browser achieved it, and when that spoils a trial. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

# A trial counts when its exposure missed by at most one frame or this much, whichever is more.
TOLERANCE_MS = 25.0
SLOWEST_REFRESH_MS = 34.0  # 30 Hz; a page that stalls must not raise its own tolerance
WEEK_MS = 7 * 24 * 3600 * 1000  # somebody may leave the choice open over lunch


@dataclass(frozen=True)
class Exposure:
    """One exposure as measured by the participant's browser."""

    left_ms: float
    right_ms: float
    frames: int
    longest_gap_ms: float
    refresh_ms: float  # between two frames of this screen, measured on the blank before
    hidden: bool
    repeated: bool  # the page was loaded anew after it had shown this pair

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
            refresh_ms=milliseconds(sent, "refreshMs"),
            hidden=truth(sent, "hidden"),
            repeated=truth(sent, "repeated"),
        )


def milliseconds(sent: Mapping[str, object], name: str) -> float:
    """A finite number from 0 to a week, by name.

    Raises:
        ValueError: it is anything else.
    """
    value = sent.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is not a number.")
    if not 0 <= value <= WEEK_MS:  # neither is NaN
        raise ValueError(f"{name} is out of range.")
    return float(value)


def truth(sent: Mapping[str, object], name: str) -> bool:
    """True or false, by name.

    Raises:
        ValueError: it is anything else.
    """
    value = sent.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false.")
    return value


def flags(exposure: Exposure, *, asked_ms: float) -> list[str]:
    """The reasons why a trial is not countable, as `Response.Flag` values; empty when it is."""
    tolerance = max(TOLERANCE_MS, min(exposure.refresh_ms, SLOWEST_REFRESH_MS))
    missed = max(abs(exposure.left_ms - asked_ms), abs(exposure.right_ms - asked_ms))
    found = {"EXPOSURE": missed > tolerance, "HIDDEN": exposure.hidden, "REPEATED": exposure.repeated}
    return [flag for flag, raised in found.items() if raised]
