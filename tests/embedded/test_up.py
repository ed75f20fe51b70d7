"""`manage.py up`: serves, and however it ends, everything that it started ends with it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.running import Site, free_port, serving, wait_until

pytestmark = pytest.mark.processes


def named(site: Site, word: str) -> psutil.Process:
    """The first of the site's processes whose command line has this word."""
    return next(process for process in site.processes() if word in process.cmdline())


@pytest.fixture(scope="class")
def site(home: Path) -> Iterator[Site]:
    with serving(home) as site:
        yield site


class TestWhileItServes:
    def test_a_second_one_on_the_same_data_is_refused_in_one_sentence(self, home: Path, site: Site) -> None:
        second = Site(home, free_port())
        assert second.wait_for_the_end() == 1
        refusal = second.said.read_text().splitlines()[-1]
        assert refusal.startswith(f"CommandError: Already running from {home}: stop that one first")
        assert httpx.get(f"{site.url}/health/").text == "ok"

    def test_a_port_in_use_is_named_in_one_sentence(self, home: Path, site: Site) -> None:
        other = Site(home.with_name("other"), site.port)
        assert other.wait_for_the_end() == 1
        advice = f"stop the program that uses it, or choose another: make run PORT={site.port + 1}"
        assert other.said.read_text() == f"CommandError: Port {site.port} of 127.0.0.1 is in use: {advice}\n"

    def test_what_it_stores_is_closed_to_other_accounts(self, home: Path, site: Site) -> None:
        wait_until(lambda: list(home.glob("beat-schedule*")))  # beat starts beside the site, and later
        stored = [home / "secret-key", home / "static", home / "logs/web.log", *home.glob("beat-schedule*")]
        assert len(stored) > 3
        assert [path for path in stored if path.stat().st_mode & 0o077] == []


def ends_with_all_that_it_started(site: Site, number: signal.Signals) -> None:
    """On the signal that a terminal sends to all of its processes: on Ctrl-C, or when it closes."""
    assert httpx.get(f"{site.url}/health/").text == "ok"
    assert {"postgres", "redis-server"} <= {process.name() for process in site.processes()}
    for word in ("gunicorn", "worker", "beat"):
        assert named(site, word)
    os.killpg(site.process.pid, number)
    assert site.wait_for_the_end() == 0
    assert site.processes() == []
    assert "Traceback" not in site.said.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_it_is_asked_to_stop_and_leaves_no_process(home: Path, number: signal.Signals) -> None:
    with serving(home) as site:
        ends_with_all_that_it_started(site, number)


@pytest.mark.parametrize("word", ["worker", "postgres"])
def test_a_crash_of_one_process_ends_all_with_its_last_lines(home: Path, word: str) -> None:
    with serving(home) as site:
        wait_until((home / f"logs/{word}.log").read_text)
        victim = next(process for process in site.processes() if word in (*process.cmdline(), process.name()))
        victim.kill()
        assert site.wait_for_the_end() == 1
        assert site.processes() == []
        said = site.said.read_text()
        assert f"{word} ended by itself (exit code -9), so everything stops; the end of" in said
        assert (home / f"logs/{word}.log").read_text().splitlines()[-1] in said


def test_a_killed_run_leaves_no_process_and_nothing_that_stops_the_next_which_ends_on_ctrl_c(home: Path) -> None:
    with serving(home) as site:
        site.process.kill()
        wait_until(lambda: not site.processes())
    with serving(home) as again:
        ends_with_all_that_it_started(again, signal.SIGINT)
