"""How fast the site is, beside a bare insert into the same database in the same run: `make bench ARGS=site`.

Participants are bots with a connection each, on the same machine as the site: what they cost is in the numbers.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg2

from colortest import embedded
from colortest.experiment.bot import Oracle, ParticipantBot
from tests.load.crowd import Crowd, stage_in, start_together
from tests.running import passing_site, real_sides

INSERTS = 2000
CROWDS = (1, 10, 50)  # participants at once
TRIALS, EACH = 600, 22  # responses of all participants together, and what one has to give
STUDY = "sunday-study"
STARTS, READING = 200, 10.0  # people, and seconds from the consent form to the checks
OTREE_PER_SECOND, OTREE_MS = 65, 800  # an oTree server, 50 participants, on a machine of this size


def main() -> None:
    with passing_site(demo=False) as site, real_sides(site.home) as real_side:
        stage_in(site.home)
        inserts = _inserts_per_second(site.home)
        print(f"bare inserts, one commit each      {inserts:8.0f} /s")
        for crowd in CROWDS:
            rate, times = _responses(site.url, real_side, crowd, stimuli=False)
            _report(f"{crowd:3} at once: response + next state", rate, times, inserts)
        rate, times = _responses(site.url, real_side, 10, stimuli=True)
        _report(" 10 at once: the two stimuli too  ", rate, times, inserts)
        _report_crowd(start_together(site.url, STUDY, STARTS, within=10, real_side=real_side, reading=READING))
    print(f"an oTree server: {OTREE_PER_SECOND} choices and next pages a second, {OTREE_MS} ms at 50 participants")


def _report(what: str, rate: float, times: list[float], inserts: float) -> None:
    middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"{what} {rate:8.0f} /s   median {middle:4.0f} ms   p95 {late:4.0f} ms   {rate / inserts:.2f} of the inserts")


def _report_crowd(crowd: Crowd) -> None:
    print(f"{STARTS} people start within 10 seconds; {len(crowd.failures)} did not get to their first pair")
    admissions = [seconds for kind, seconds in crowd.waits if kind == f"POST /s/{STUDY}/"]
    for what, waits in (("the consent form", admissions), ("any page", [seconds for _, seconds in crowd.waits])):
        late = sum(seconds > 1 for seconds in waits)
        median = 1000 * statistics.median(waits)
        print(f"  {what:18} median {median:4.0f} ms   longest {1000 * max(waits):4.0f} ms   over a second {late}")


def _inserts_per_second(home: Path) -> float:
    where = {"host": str(embedded.sockets(home)), "user": embedded.SUPERUSER, "dbname": embedded.DATABASE}
    with closing(psycopg2.connect(**where)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("CREATE TABLE bench (id bigserial PRIMARY KEY, side text, ms float)")
        started = time.perf_counter()
        for number in range(INSERTS):
            cursor.execute("INSERT INTO bench (side, ms) VALUES ('LEFT', %s)", [number])
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bench")
    return INSERTS / seconds


def _responses(url: str, real_side: Oracle, crowd: int, *, stimuli: bool) -> tuple[float, list[float]]:
    """(responses a second, milliseconds of each) with that many participants at once."""
    each = max(1, min(EACH, TRIALS // crowd))
    runs = [_run(url, real_side, seed, each, stimuli=stimuli) for seed in range(crowd)]
    for run in runs:
        next(run)  # consent and instructions are not measured
    times: list[float] = []
    threads = [threading.Thread(target=_collect, args=(run, times)) for run in runs]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.perf_counter() - started), times


def _collect(run: Iterator[float], times: list[float]) -> None:
    times.extend(run)


def _run(url: str, real_side: Oracle, seed: int, count: int, *, stimuli: bool) -> Iterator[float]:
    """0 once the run is at its first trial, then the milliseconds of each response."""
    with httpx.Client(base_url=url, timeout=60) as client:
        bot = ParticipantBot(client, real_side, 0.4, seed=seed)
        steps = bot.session(STUDY)
        next(steps)
        state: dict[str, Any] = client.get(f"{next(steps)}trials/").json()
        yield 0.0
        for _ in range(count):
            trial = state["upcoming"][0]
            fetch: Callable[[str], object] = client.get if stimuli else str
            for address in trial["stimuli"]:
                fetch(address)
            started = time.perf_counter()
            state = bot.respond(trial, state)["state"]
            yield 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
