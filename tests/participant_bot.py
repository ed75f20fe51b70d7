"""The participant bot of `colortest.experiment.bot`, told by the test's database where the real photos are."""

import httpx

from colortest.experiment.bot import ParticipantBot
from colortest.experiment.models import Study
from colortest.experiment.simulation import digits, real_side


def person(site: str, *, fool_rate: float, seed: int, catch_rate: float = 1.0) -> ParticipantBot:
    """Somebody at the site who is fooled with a known probability, and not by catch trials."""
    client = httpx.Client(base_url=site, timeout=240)
    return ParticipantBot(client, real_side, fool_rate, catch_rate=catch_rate, seed=seed, digits=digits)


def play_people(site: str, study: Study, count: int, *, fool_rate: float) -> None:
    """That many whole runs, one after the other. To the site they are people like any other."""
    for number in range(count):
        person(site, fool_rate=fool_rate, seed=number).play(study.slug)
