"""The participant bot goes through every step that a person's browser goes through."""

import httpx
import pytest

from colortest.experiment.bot import ParticipantBot
from colortest.experiment.colour_vision import COUNT
from colortest.experiment.models import Participant, Study
from colortest.experiment.simulation import real_side
from tests.cast import MakeStudy
from tests.participant_bot import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    return make_study(photos=12, practice_trials=1, test_trials=3, catch_share=0.0, colour_vision="RECORD")


def test_a_bot_that_is_told_the_digits_sees_as_most_people_do(site: str, study: Study) -> None:
    person(site, fool_rate=0.5, seed=1).play(study.slug)
    played = Participant.objects.get()
    assert (played.vision, played.vision_errors, played.ending) == ("TYPICAL", 0, "COMPLETED")
    assert (played.window_width, played.gamut) == (1280, "srgb")


def test_a_bot_that_nobody_tells_sees_none_and_finishes_all_the_same(site: str, study: Study) -> None:
    with httpx.Client(base_url=site, timeout=240) as client:
        ParticipantBot(client, real_side, 0.5, seed=1).play(study.slug)
    played = Participant.objects.get()
    assert (played.vision, played.vision_errors, played.ending) == ("DIFFERENT", COUNT, "COMPLETED")
