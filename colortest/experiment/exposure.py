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
    """One exposure as measured by the participant's browser. Onsets count from the beginning of the blank before.

    A single image stands left: the right one's numbers are then None.
    """

    left_onset_ms: float
    left_ms: float
    right_onset_ms: float | None
    right_ms: float | None
    frames: int
    longest_gap_ms: float
    refresh_ms: float  # between two frames of this screen, measured on the blank before
    hidden: bool
    repeated: bool  # the page was loaded anew after it had shown this pair
    visibility_changes: int
    focus_changes: int

    @classmethod
    def from_browser(cls, sent: Mapping[str, object], *, single: bool = False) -> Self:
        """Read what a browser sent of a pair, or of a single image.

        Raises:
            ValueError: a number is missing, negative, not finite or absurd (more than a week).
        """
        return cls(
            left_onset_ms=milliseconds(sent, "leftOnsetMs"),
            left_ms=milliseconds(sent, "leftExposureMs"),
            right_onset_ms=None if single else milliseconds(sent, "rightOnsetMs"),
            right_ms=None if single else milliseconds(sent, "rightExposureMs"),
            frames=int(milliseconds(sent, "frames")),
            longest_gap_ms=milliseconds(sent, "longestGapMs"),
            refresh_ms=milliseconds(sent, "refreshMs"),
            hidden=truth(sent, "hidden"),
            repeated=truth(sent, "repeated"),
            visibility_changes=int(milliseconds(sent, "visibilityChanges")),
            focus_changes=int(milliseconds(sent, "focusChanges")),
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
    """The reasons why a trial is not countable, as `Response.Flag` values; empty when it is.

    asked_ms: 0 where stimuli stay until the choice, so that no exposure can miss.
    """
    tolerance = max(TOLERANCE_MS, min(exposure.refresh_ms, SLOWEST_REFRESH_MS))
    shown = [exposure.left_ms] if exposure.right_ms is None else [exposure.left_ms, exposure.right_ms]
    missed = bool(asked_ms) and max(abs(achieved - asked_ms) for achieved in shown) > tolerance
    found = {"EXPOSURE": missed, "HIDDEN": exposure.hidden, "REPEATED": exposure.repeated}
    return [flag for flag, raised in found.items() if raised]
