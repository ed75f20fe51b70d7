"""Many people who start a study within some seconds, each with a browser's requests up to their first pair."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from colortest.embedded.processes import ROOT
from colortest.experiment.bot import Oracle, ParticipantBot
from tests.running import django_environment


@dataclass
class Timed(httpx.HTTPTransport):
    """Writes down how long each request took, seconds, by what it asks for."""

    waits: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        started = time.perf_counter()
        response = super().handle_request(request)
        response.read()
        self.waits.append((f"{request.method} {_kind(request.url.path)}", time.perf_counter() - started))
        return response


@dataclass
class Crowd:
    """How the starts of a crowd went: seconds of each request by kind, and what went wrong."""

    waits: list[tuple[str, float]]
    failures: list[Exception]


def stage_in(home: Path) -> None:
    """Open `crowded_study` on the site that serves from this folder."""
    words = ["manage.py", "shell", "-c", "from tests.load.crowded_study import stage; stage()"]
    subprocess.run([sys.executable, *words], cwd=ROOT, env=django_environment(home), check=True, capture_output=True)


def start_together(
    url: str, slug: str, people: int, *, within: float, real_side: Oracle, reading: float = 0.0
) -> Crowd:
    """That many people come to the site at `url`, evenly spread over `within` seconds, and get to their first pair.

    reading: seconds that each of them spends on the page after consent.
    """
    crowd = Crowd([], [])
    opening = time.perf_counter()

    def come(number: int) -> None:
        time.sleep(max(0.0, opening + within * number / people - time.perf_counter()))
        transport = Timed()
        try:
            with httpx.Client(base_url=url, timeout=300, transport=transport) as client:
                _to_the_first_pair(ParticipantBot(client, real_side, 0.4, seed=number), slug, reading)
        except Exception as error:  # noqa: BLE001 (a thread's errors would be lost)
            crowd.failures.append(error)
        crowd.waits.extend(transport.waits)

    _run(threading.Thread(target=come, args=(number,)) for number in range(people))
    return crowd


def _to_the_first_pair(bot: ParticipantBot, slug: str, reading: float) -> None:
    steps = bot.session(slug)
    next(steps)
    time.sleep(reading)
    run = next(steps)
    state = bot.client.get(f"{run}trials/").raise_for_status().json()
    for address in state["upcoming"][0]["stimuli"]:
        bot.client.get(address).raise_for_status()


def _run(threads: Iterable[threading.Thread]) -> None:
    started = list(threads)
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def _kind(path: str) -> str:
    """An address without what is secret in it."""
    return "/".join("…" if len(part) == 22 else part for part in path.split("/"))
