"""What a browser gets when it asks for one side of a trial: bytes that do not tell which side is real."""

from colortest.experiment.models import Study, Trial
from colortest.stimuli import rendering
from colortest.stimuli.models import read_stimulus

SIDES = {1: Trial.Side.LEFT, 2: Trial.Side.RIGHT}


def places(study: Study) -> list[int]:
    """Where stimuli stand in a trial of this study."""
    return [1] if study.single else list(SIDES)


def stimulus(trial: Trial, place: int) -> bytes:
    """The stimulus at place 1 (left) or 2 (right): same format, header and length in bytes on both."""
    # Both are opened whichever is asked for: what compresses better opens faster.
    fake = rendering.stored(read_stimulus(trial.colorization.file))
    photo = rendering.stored(read_stimulus(trial.colorization.photo.file))
    return rendering.plain(photo if SIDES[place] == trial.real_side else fake)
