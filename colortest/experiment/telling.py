"""What the pages of a study tell its participants about it: how long it takes, and what a trial looks like. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from colortest.experiment.presets import BALANCED, SEQUENTIAL, SINGLE, UNTIL_CHOICE, Protocol

# Guesses of seconds, for a forecast that is told in minutes: nobody is held to them.
CHOOSING_SECONDS = 1.5  # once the stimuli are gone
LOOKING_SECONDS = 4.0  # and choosing, where they stay until the choice
FEEDBACK_SECONDS = 1.0  # as long as trials.js shows it
READING_SECONDS = 60.0  # the pages before the first trial
PLATES_SECONDS = 45.0
BREAK_SECONDS = 20.0
EXACT_MINUTES = 10  # above, whole fives


@dataclass(frozen=True)
class Panel:
    """One moment of a trial as the drawing shows it: what is there (the name of a shape), and for how long."""

    shape: str
    seconds: float | None = None  # None: until the choice, or it varies
    number: int = 1

    @property
    def left(self) -> int:
        """Where it stands in the drawing."""
        return (self.number - 1) * (PANEL_WIDTH + PANEL_GAP)


PANEL_WIDTH, PANEL_GAP = 164, 16


@dataclass(frozen=True)
class Telling:
    """A protocol as its participants need to know it."""

    protocol: Protocol
    colour_vision: bool  # whether plates are shown

    @property
    def minutes(self) -> int:
        """How long a run takes, roughly: whole minutes, of long ones whole fives."""
        whole = max(1, round(self._seconds() / 60))
        return whole if whole <= EXACT_MINUTES else 5 * ceil(whole / 5)

    @property
    def breaks(self) -> int:
        """How often one may rest during the test."""
        return self.protocol.blocks - 1

    @property
    def until_choice(self) -> bool:
        """Whether every stimulus stays until the choice."""
        return self.protocol.exposures_ms == (UNTIL_CHOICE,)

    @property
    def varies(self) -> bool:
        """Whether stimuli are not all shown for the same time."""
        return bool(self.protocol.staircase_up_ms) or len(set(self.protocol.exposures_ms)) > 1

    @property
    def left_first(self) -> bool:
        """Whether of two stimuli that follow each other the left one always comes first."""
        return self.protocol.order != BALANCED

    @property
    def exposure_seconds(self) -> float:
        """For how long, on average over the exposures that end by themselves."""
        limited = [ms for ms in self.protocol.exposures_ms if ms != UNTIL_CHOICE]
        return sum(limited) / len(limited) / 1000 if limited else 0.0

    @property
    def panels(self) -> list[Panel]:
        """The moments of one trial, in order, for the drawing."""
        return [Panel(shape, seconds, number) for number, (shape, seconds) in enumerate(self._moments(), start=1)]

    @property
    def drawing_width(self) -> int:
        return self.panels[-1].left + PANEL_WIDTH

    def _moments(self) -> Iterator[tuple[str, float | None]]:
        protocol = self.protocol
        shown = None if self.varies or self.until_choice else self.exposure_seconds
        yield "cross", protocol.blank_ms / 1000
        if protocol.presentation == SEQUENTIAL:
            yield from (("left", shown), ("right", shown))
        elif self.until_choice:
            yield ("single-choice" if protocol.presentation == SINGLE else "pair-choice"), None
            return
        else:
            yield ("single" if protocol.presentation == SINGLE else "pair"), shown
        if protocol.masks:
            yield "noise", protocol.masks * protocol.mask_ms / 1000
        yield ("verdict" if protocol.presentation == SINGLE else "choice"), None

    def _seconds(self) -> float:
        protocol = self.protocol
        stimuli = 2 if protocol.presentation == SEQUENTIAL else 1
        still = protocol.blank_ms + (stimuli - 1) * protocol.gap_ms + protocol.masks * protocol.mask_ms
        limited = stimuli * self.exposure_seconds + CHOOSING_SECONDS
        unlimited = protocol.exposures_ms.count(UNTIL_CHOICE) / len(protocol.exposures_ms)
        trial = (still + protocol.delay_ms) / 1000 + unlimited * LOOKING_SECONDS + (1 - unlimited) * limited
        return (
            READING_SECONDS
            + self.colour_vision * PLATES_SECONDS
            + (protocol.practice_trials + protocol.test_trials) * trial
            + protocol.practice_trials * protocol.feedback * FEEDBACK_SECONDS
            + self.breaks * BREAK_SECONDS
        )
