"""What the pages of a study tell its participants about it: how long it takes, and what a trial looks like. Pure."""

from dataclasses import dataclass
from math import ceil
from statistics import mean

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


@dataclass(frozen=True)
class Telling:
    """A protocol as its participants need to know it."""

    protocol: Protocol
    colour_vision: bool  # whether plates are shown

    @property
    def minutes(self) -> int:
        """How long a run takes, roughly: whole minutes, of long ones whole fives."""
        whole = max(1, round(self._run_seconds() / 60))
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
    def seconds(self) -> float:
        """For how long stimuli are shown where that does not vary."""
        return _seconds(self.protocol.exposures_ms[0])

    @property
    def panels(self) -> list[Panel]:
        """The moments of one trial, in order, for the drawing."""
        protocol, single = self.protocol, self.protocol.presentation == SINGLE
        cross = [Panel("cross", _seconds(protocol.blank_ms))] if protocol.blank_ms else []
        if self.until_choice:
            return [*cross, Panel("single-choice" if single else "pair-choice")]
        shapes = {SINGLE: ["single"], SEQUENTIAL: ["left", "right"]}.get(protocol.presentation, ["pair"])
        noise = [Panel("noise", _seconds(protocol.masks * protocol.mask_ms))] if protocol.masks else []
        shown = [Panel(shape, None if self.varies else self.seconds) for shape in shapes]
        return [*cross, *shown, *noise, Panel("verdict" if single else "choice")]

    def _run_seconds(self) -> float:
        protocol = self.protocol
        stimuli = 2 if protocol.presentation == SEQUENTIAL else 1
        still = protocol.blank_ms + (stimuli - 1) * protocol.gap_ms + protocol.masks * protocol.mask_ms
        looking = [stimuli * ms / 1000 + CHOOSING_SECONDS if ms else LOOKING_SECONDS for ms in protocol.exposures_ms]
        trial = (still + protocol.delay_ms) / 1000 + mean(looking)
        return (
            READING_SECONDS
            + self.colour_vision * PLATES_SECONDS
            + (protocol.practice_trials + protocol.test_trials) * trial
            + protocol.practice_trials * protocol.feedback * FEEDBACK_SECONDS
            + self.breaks * BREAK_SECONDS
        )


def _seconds(milliseconds: int) -> float:
    """For people: 1 and not 1.0, so that no zero hangs on."""
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000
