"""Simulated participants: marked as such from their first row, by a pass that only this site can issue."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

import httpx
from django.db import close_old_connections, connection

from colortest.experiment.bot import ParticipantBot
from colortest.experiment.models import Participant, Study, Trial
from colortest.experiment.passes import Pass, issue_pass
from colortest.experiment.services import plates_of

TOGETHER = 4


def simulate(study: Study, *, participants: int, fool_rate: float, url: str, seed: int = 0) -> Iterator[str]:
    """Run whole sessions against the site at `url`, a few at a time; yields each one's code as it finishes.

    Raises:
        httpx.HTTPError: the site does not answer, or refuses.
        ValueError: the study closed meanwhile.
    """
    with ThreadPoolExecutor(TOGETHER) as pool:
        runs = [pool.submit(_run, study, fool_rate, url, seed * 1_000_003 + number) for number in range(participants)]
        for run in as_completed(runs):
            yield run.result()


def real_side(token: str) -> tuple[str, bool]:
    """What the site never tells a browser: where the real photo is, and whether this is a catch trial."""
    trial = Trial.objects.get(token=token)
    return trial.real_side, trial.kind == Trial.Kind.CATCH


def digits(code: str) -> list[str]:
    """What is on the plates that a run is shown now."""
    participant = Participant.objects.select_related("study").get(code=code)
    return [plate.digit for plate in plates_of(participant)]


def _run(study: Study, fool_rate: float, url: str, seed: int) -> str:
    close_old_connections()
    key = issue_pass(study, Pass.SIMULATION)  # good for an hour, which the runs before this one may have taken
    try:
        with httpx.Client(base_url=url, timeout=60) as client:
            return ParticipantBot(client, real_side, fool_rate, seed=seed, digits=digits).play(
                study.slug, simulation=key
            )
    finally:
        connection.close()
