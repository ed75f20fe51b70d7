"""What a browser gets when it asks for one side of a trial: bytes that do not tell which side is real."""

from django.utils.crypto import salted_hmac

from colortest.experiment.models import Study, Trial
from colortest.stimuli import rendering
from colortest.stimuli.models import read_stimulus

SIDES = {1: Trial.Side.LEFT, 2: Trial.Side.RIGHT}


def places(study: Study) -> list[int]:
    """Where stimuli stand in a trial of this study."""
    return [1] if study.single else list(SIDES)


def stimulus(trial: Trial, place: int) -> bytes:
    """The stimulus at place 1 (left) or 2 (right): same format, header and length in bytes on both."""
    fake, photo = trial.colorization, trial.colorization.photo
    shown = photo if SIDES[place] == trial.real_side else fake
    length = rendering.padded_length(photo.byte_count, fake.byte_count)
    # Keyed, because the browser knows the token: who could compute the padding would see where the picture ends.
    seed = salted_hmac("colortest.padding", f"{trial.token}/{place}", algorithm="sha256").digest()
    return rendering.pad(read_stimulus(shown.file), length, seed=seed)
