"""What a browser gets when it asks for one side of a trial: bytes that do not tell which side is real."""

from colortest.experiment.models import Trial
from colortest.stimuli import rendering
from colortest.stimuli.models import read_stimulus

SIDES = {1: Trial.Side.LEFT, 2: Trial.Side.RIGHT}


def stimulus(trial: Trial, place: int) -> bytes:
    """The stimulus at place 1 (left) or 2 (right): same format, header and length in bytes on both."""
    fake, photo = trial.colorization, trial.colorization.photo
    shown = photo if SIDES[place] == trial.real_side else fake
    length = rendering.padded_length(photo.byte_count, fake.byte_count)
    return rendering.pad(read_stimulus(shown.file), length, seed=f"{trial.token}/{place}".encode())
