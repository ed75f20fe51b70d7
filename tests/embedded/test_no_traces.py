"""Nothing stays of where a participant's browser is, what browser it is, and who the recruiter says it is."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from colortest.embedded import postgres
from colortest.experiment.bot import ParticipantBot
from tests.embedded.test_backups import manage
from tests.running import Site, new_folder, real_sides, serving

pytestmark = pytest.mark.processes

ADDRESS = "127.77.66.55"  # of this machine, and nobody else's here
BROWSER = "Zebrafinch/4.2 (an unusual browser)"
FORWARDED = "203.0.113.77"
PERSON = "5f3a9c0de1b2a30017e4c0aa"
STAGE = """
from colortest.experiment import services
from tests.cast import stage_study
study = stage_study(recruiter="PROLIFIC", practice_trials=0, test_trials=4, catch_share=0.0)
said = {"code": "C1", "text": "", "url": "https://app.prolific.com/submissions/complete?cc={code}"}
services.set_completions(study=study, completions={"COMPLETED": said})
"""


@pytest.fixture(scope="module")
def played() -> Iterator[Site]:
    """A real site: somebody took part, somebody withdrew, some requests failed, and it still runs."""
    folder = new_folder()
    try:
        with serving(folder / "var") as site:
            staged = manage(site.home, "shell", "-c", STAGE)
            assert staged.returncode == 0, staged.stderr
            visit(site)
            yield site
    finally:
        shutil.rmtree(folder)


def visit(site: Site) -> None:
    """A whole run from a marked browser at a marked address, and what else a browser, or worse, may send."""
    for person in (PERSON, f"{PERSON}-withdrawn"):
        with somebody(site) as client, real_sides(site.home) as real_side:
            code = ParticipantBot(client, real_side, fool_rate=0.5).play("sunday-study", PROLIFIC_PID=person)
            if person != PERSON:
                withdraw(client, code)
    with somebody(site) as client:
        client.get("/nowhere/", params={"PROLIFIC_PID": PERSON})
        client.post("/login/", data={"username": "nobody", "password": "wrong"})
        page = client.get("/login/")
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        data = {"username": "nobody", "password": "wrong", "csrfmiddlewaretoken": token}
        assert client.post("/login/", data=data).status_code == 200
        client.get("/s/sunday-study/", headers={"Host": "elsewhere.example"}, params={"PROLIFIC_PID": PERSON})
    no_request(site)


def somebody(site: Site) -> httpx.Client:
    headers = {"User-Agent": BROWSER, "X-Forwarded-For": FORWARDED}
    return httpx.Client(
        base_url=site.url, headers=headers, timeout=120, transport=httpx.HTTPTransport(local_address=ADDRESS)
    )


def withdraw(client: httpx.Client, code: str) -> None:
    data = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
    page = client.post(f"/take/{code}/withdraw/", data=data, follow_redirects=True)
    assert "You have withdrawn" in page.text


def no_request(site: Site) -> None:
    """What makes Gunicorn complain about who sent it."""
    with socket.create_connection(("127.0.0.1", site.port), source_address=(ADDRESS, 0)) as line:
        line.sendall(f"NO REQUEST AT ALL {BROWSER}\r\n\r\n".encode())
        assert b"400" in line.recv(1000)


def found_in_rows(site: Site, word: str) -> list[str]:
    """The tables that hold the word anywhere."""
    names = postgres.query(site.home, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    find = 'SELECT count(*) FROM "{}" t WHERE row_to_json(t)::text ILIKE %s'
    return [str(name) for (name,) in names if postgres.query(site.home, find.format(name), [f"%{word}%"]) != [(0,)]]


def found_in_files(home: Path, word: str) -> list[Path]:
    """The files of the data folder that hold the word: logs, database and all."""
    return [path for path in home.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_the_run_was_played_and_is_there(played: Site) -> None:
    assert postgres.query(played.home, "SELECT count(*) FROM experiment_response") == [(4,)]
    assert postgres.query(played.home, "SELECT count(*) FROM experiment_outsideid") == [(1,)]
    assert postgres.query(played.home, "SELECT count(*) FROM experiment_withdrawal") == [(1,)]
    assert found_in_rows(played, "sunday-study") == ["experiment_study"]
    postgres.query(played.home, "CHECKPOINT")
    assert found_in_files(played.home, "sunday-study")


def test_the_server_logs_and_has_something_to_complain_about(played: Site) -> None:
    log = (played.home / "logs" / "web.log").read_text()
    assert "Invalid request" in log
    assert "AXES: New login failure" in log


@pytest.mark.parametrize("word", [ADDRESS, FORWARDED, BROWSER.split("/", maxsplit=1)[0], PERSON])
def test_nothing_tells_of_the_browser_or_of_who_sat_there(played: Site, word: str) -> None:
    assert found_in_rows(played, word) == []
    postgres.query(played.home, "CHECKPOINT")
    assert found_in_files(played.home, word) == []


def test_no_code_and_no_token_of_anybody_stands_in_a_log(played: Site) -> None:
    """Their addresses hold them: the logs tell routes."""
    words = postgres.query(
        played.home, "SELECT code FROM experiment_participant UNION SELECT token FROM experiment_trial"
    )
    assert len(words) > 4
    logs = "\n".join(log.read_text() for log in (played.home / "logs").glob("*.log"))
    assert "GET take/<secret:code>/stimuli/<secret:token>/<int:place>/" in logs
    assert [word for (word,) in words if str(word) in logs] == []
