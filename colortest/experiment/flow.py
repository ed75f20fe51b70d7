"""Where a participant stands. Every request asks this first: refresh, back button, second tab and a guessed address
all lead to the same place."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.utils import timezone

from colortest.experiment.models import Participant, Response, Study, Trial

# How many pairs a browser may fetch ahead: enough that it never waits, few enough that a stranger to the run learns
# nothing early.
AHEAD = 4

# For so long after its end, or after its page was open last, the tokens of a run answer. Who opens the page itself
# again goes on, and they answer again.
TOKENS_LIVE = timedelta(hours=1)


class Step(Enum):
    """The pages of a run, in order (consent is what makes a participant)."""

    SCREEN = "screen"
    VISION = "vision"
    INSTRUCTIONS = "instructions"
    TRIALS = "trials"
    THANKS = "thanks"
    ENDED = "ended"  # before the last trial: screened out


@dataclass(frozen=True)
class Score:
    """A participant's own outcome over all trials after practice."""

    trials: int
    correct: int

    @property
    def wrong(self) -> int:
        return self.trials - self.correct


def step(participant: Participant) -> Step:
    """The page this participant belongs on."""
    if participant.finished:
        return Step.THANKS
    return Step.ENDED if participant.ending else reached(participant)


def reached(participant: Participant) -> Step:
    """How far a run has come that is under way, or had come when it ended before its last trial."""
    if participant.started:
        return Step.TRIALS
    if participant.window_width is None:
        return Step.SCREEN
    screened = participant.vision or participant.study.colour_vision == Study.ColourVision.SKIP
    return Step.INSTRUCTIONS if screened and not participant.ending else Step.VISION


def upcoming(participant: Participant) -> list[Trial]:
    """The trials that the browser may know of now: the current one and the next few, in order."""
    if step(participant) is not Step.TRIALS:
        return []
    trials = list(Trial.objects.due(participant)[:AHEAD])
    for trial in trials:
        trial.participant = participant  # known already, with the study: the database need not be asked again
    return trials


def asked_ms(trial: Trial) -> int:
    """How long the stimuli of a participant's current trial are to be on screen; 0 until the choice."""
    staircase = trial.participant.study.staircase
    if staircase is None:
        return trial.exposure_ms
    earlier = Response.objects.with_fooled().filter(
        trial__participant=trial.participant_id, trial__block=trial.block, trial__position__lt=trial.position
    )
    return staircase.exposure(response.correct for response in earlier.order_by("trial__position"))


def progress(trial: Trial) -> tuple[int, int]:
    """(answered, all) of the block that a participant's current trial belongs to: practice, or the test."""
    counts = trial.participant.study.counts
    if trial.practice:
        return trial.position, counts.practice
    done = trial.position - counts.practice
    return done, max(counts.total - counts.practice, done + 1)  # more where exposures failed


def was_right(trial: Trial) -> bool:
    """Whether the response to a trial took the photo for the photo."""
    return Response.objects.with_fooled().get(pk=trial.pk).correct


def may_see(trial: Trial) -> bool:
    """Whether the stimuli of a trial may be shown now: its page is open, and it is among the upcoming ones."""
    page_open = trial.participant.last_seen > timezone.now() - TOKENS_LIVE
    return page_open and trial in upcoming(trial.participant)


def takes_responses(participant: Participant) -> bool:
    """Whether the tokens of a run take responses, repeated ones too: until an hour after its end.

    Under way a run takes them however late: a phone may have been without network for a day.
    """
    over = participant.finished or (participant.last_seen if participant.ending else None)
    return over is None or over > timezone.now() - TOKENS_LIVE


def score(participant: Participant) -> Score:
    """The participant's own outcome: catch trials and flagged ones included, which nobody is told of."""
    responses = Response.objects.with_fooled().filter(trial__participant=participant)
    outcomes = [response.correct for response in responses.exclude(trial__kind=Trial.Kind.PRACTICE)]
    return Score(trials=len(outcomes), correct=sum(outcomes))
