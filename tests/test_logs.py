"""One line an event, with the ids that matter, and nobody in it."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from django.conf import settings
from django.test import Client

from colortest.access import ADMINS
from colortest.experiment.bot import ParticipantBot
from colortest.experiment.models import Participant, Study, Trial
from colortest.experiment.simulation import digits, real_side
from colortest.logs import lines, people
from colortest.logs.tasks import bind_ids
from tests.cast import PASSWORD, log_in

BROWSER = "Zebrafinch/4.2 (an unusual browser)"
FORWARDED = "203.0.113.77"
PERSON = "5f3a9c0de1b2a30017e4c0aa"
EMAIL = "ada@laboratory.example"


class Lines:
    """What was written, as it stands in the log."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def events(self, name: str) -> list[dict[str, object]]:
        return [one for one in map(json.loads, self.text.splitlines()) if one["event"] == name]


@pytest.fixture
def log() -> Iterator[Lines]:
    """Everything that this process logs, debug lines included, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(lines.formatter("json"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield Lines(stream)
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.django_db(transaction=True)
def test_a_whole_run_and_an_admins_leave_nobody_in_the_log(site: str, make_study: object, log: Lines) -> None:
    study: Study = make_study(recruiter="PROLIFIC", practice_trials=1, test_trials=2, catch_share=0.0)  # type: ignore[operator]
    headers = {"User-Agent": BROWSER, "X-Forwarded-For": FORWARDED}
    with httpx.Client(base_url=site, headers=headers, timeout=240) as client:
        code = ParticipantBot(client, real_side, 0.5, digits=digits).play(study.slug, PROLIFIC_PID=PERSON)
        assert client.get(f"/take/{code}x/").status_code == 404
        assert client.post(f"/take/{code}/begin/", headers={"Referer": f"{site}/take/{code}/"}).status_code == 403
    admin = log_in(EMAIL, ADMINS)
    for address in ("/workers/", f"/studies/{study.slug}/", "/test-sets/photographs/", "/algorithms/"):
        assert admin.get(address).status_code == 200
    assert Client().post("/login/", {"username": EMAIL, "password": PASSWORD}).status_code == 302
    tokens = list(Trial.objects.values_list("token", flat=True))
    assert tokens
    for word in (code, *tokens, PERSON, EMAIL, PASSWORD, "Zebrafinch", FORWARDED, "127.0.0.1", "sessionid"):
        assert word not in log.text, word
    shown = [line for line in log.events("request_finished") if "stimuli" in str(line["request"])]
    assert len(shown) >= 6
    assert shown[0]["request"] == "GET take/<secret:code>/stimuli/<secret:token>/<int:place>/"
    assert shown[0]["study"] == study.slug
    assert {line["test_set"] for line in log.events("request_finished") if "test_set" in line} == {"photographs"}


@pytest.mark.django_db
def test_an_error_is_told_with_its_traceback_and_without_what_the_request_brought(
    client: Client, participant: Participant, log: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"no run {participant.code} for you\nDETAIL:  Key (code)=(whoever) already exists.")

    monkeypatch.setattr("colortest.experiment.views.run.participant_with", broken)
    client.raise_request_exception = False
    assert client.get(f"/take/{participant.code}/trials/?PID={PERSON}").status_code == 500
    (line,) = log.events("request_failed")
    assert (line["level"], line["code"]) == ("ERROR", 500)
    assert "RuntimeError: no run … for you" in str(line["exception"])
    for word in (participant.code, PERSON, "whoever"):
        assert word not in log.text


@pytest.mark.django_db
def test_every_line_of_a_request_has_its_id(client: Client, log: Lines) -> None:
    client.get("/about/")
    client.get("/nowhere/")
    finished = log.events("request_finished")
    assert [(line["request"], line["code"]) for line in finished] == [
        ("GET about/", 200),
        ("GET (no such address)", 404),
    ]
    assert len({line["request_id"] for line in finished}) == 2
    assert all(isinstance(line["milliseconds"], int) for line in finished)


def test_outside_of_a_request_nothing_is_hidden_but_what_libraries_add(log: Lines) -> None:
    structlog.get_logger("worker").info("made", algorithm_id=3, user_agent=BROWSER, ip=FORWARDED)
    (line,) = log.events("made")
    assert line["algorithm_id"] == 3
    assert "ip" not in line
    assert "user_agent" not in line


def test_the_longest_word_is_hidden_first() -> None:
    with people.hidden(lambda: ["abcdef", "abcdefgh", "on"]):
        event = people.without_people(None, "", {"event": "abcdefgh on abcdef", "number": 3})
    assert event == {"event": "… on …", "number": 3}


def test_a_task_is_told_by_the_numbers_of_what_it_is_about() -> None:
    class Task:
        class request:  # noqa: N801 - as Celery has it
            kwargs = {"algorithm_id": 3, "note": "ada@laboratory.example"}

    with structlog.contextvars.bound_contextvars():
        bind_ids(Task)
        assert structlog.contextvars.get_contextvars() == {"algorithm_id": 3}
        structlog.contextvars.clear_contextvars()


def test_text_is_one_readable_line(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("colortest.jobs", logging.ERROR, "", 0, "could not ring for %s", ("colorize",), None)
    line = lines.formatter("text").format(record)
    assert "\n" not in line
    assert "ERROR" in line
    assert "could not ring for colorize" in line


def test_the_site_logs_to_standard_error_alone() -> None:
    assert list(settings.LOGGING["handlers"]) == ["stderr"]
