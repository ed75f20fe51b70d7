"""The screen check: what the browser measured is kept once, judged by the server, and ends a run only by a button."""

import json
from typing import Any

import pytest
from django.test import Client

from colortest.experiment import services
from colortest.experiment.bot import SCREEN
from colortest.experiment.models import Participant, Study
from colortest.experiment.screen import STAGE_ROOM, Screen, room

pytestmark = pytest.mark.django_db


@pytest.fixture
def arrived(study: Study) -> Participant:
    """Has agreed, and nothing more."""
    return services.admit_participant(study=study)


def send(client: Client, person: Participant, **changes: object) -> Any:
    body = json.dumps({**SCREEN, **changes})
    return client.post(f"/take/{person.code}/screen/", body, content_type="application/json")


def template(client: Client, person: Participant) -> str:
    return str(client.get(f"/take/{person.code}/").templates[0].name)


def test_what_was_measured_is_kept_and_the_run_goes_on(client: Client, arrived: Participant) -> None:
    assert template(client, arrived) == "experiment/screen.html"
    reply = send(client, arrived, width=1512, height=860, pixelRatio=2, refreshMs=8.33, gamut="p3")
    assert reply.json() == {"continueUrl": f"/take/{arrived.code}/"}
    arrived.refresh_from_db()
    measured = (arrived.window_width, arrived.window_height, arrived.pixel_ratio, arrived.refresh_ms, arrived.gamut)
    assert measured == (1512, 860, 2, 8.33, "p3")
    assert template(client, arrived) == "experiment/instructions.html"


def test_sent_again_it_changes_nothing(client: Client, arrived: Participant) -> None:
    send(client, arrived, width=1512)
    assert send(client, arrived, width=800).status_code == 200
    arrived.refresh_from_db()
    assert arrived.window_width == 1512


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 0},
        {"width": "wide"},
        {"height": None},
        {"height": 10**9},
        {"pixelRatio": float("nan")},
        {"pixelRatio": -1},
        {"refreshMs": float("inf")},
        {"refreshMs": 0},
        {"refreshMs": True},
        {"gamut": "ultraviolet"},
        {"gamut": ["srgb"]},
    ],
)
def test_numbers_that_no_screen_has_are_refused_in_a_sentence(
    client: Client, arrived: Participant, changes: dict[str, object]
) -> None:
    reply = send(client, arrived, **changes)
    assert reply.status_code == 400
    assert reply.json()["error"] == "What your browser measured cannot be read. Please load the page anew."
    assert next(iter(changes)) in reply.json()["detail"]
    arrived.refresh_from_db()
    assert arrived.window_width is None


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "x" * 3_000_000])
def test_what_is_not_json_is_refused_in_a_sentence(client: Client, arrived: Participant, body: str) -> None:
    reply = client.post(f"/take/{arrived.code}/screen/", body, content_type="application/json")
    assert reply.status_code == 400
    assert "JSON" in reply.json()["detail"]


def test_a_window_that_is_too_small_is_told_what_it_needs_and_may_try_again(
    client: Client, arrived: Participant
) -> None:
    reply = send(client, arrived, width=390, height=844)
    assert reply.status_code == 409
    assert reply.json()["error"] == "The window has 390 × 844 pixels and needs 560 × 320."
    assert template(client, arrived) == "experiment/screen.html"
    assert send(client, arrived, width=844, height=390).status_code == 200


def test_a_study_may_ask_for_more_than_the_stimuli_take_and_never_for_less() -> None:
    assert room(1024, 700) == (1024, 700)
    assert room(1, 1) == STAGE_ROOM
    measured = Screen.from_browser({**SCREEN, "width": 1024, "height": 699})
    assert measured.has_room(1024, 699)
    assert not measured.has_room(1024, 700)


def test_who_cannot_make_it_fit_ends_by_a_button_and_is_told_kindly(client: Client, arrived: Participant) -> None:
    client.post(f"/take/{arrived.code}/no-room/")
    arrived.refresh_from_db()
    assert arrived.ending == Participant.Ending.SCREENED_OUT
    page = client.get(f"/take/{arrived.code}/")
    assert page.templates[0].name == "experiment/ended.html"
    assert "needs a larger window" in page.content.decode()
    assert send(client, arrived).status_code == 200
    arrived.refresh_from_db()
    assert arrived.window_width is None, "an ended run stays ended"


def test_who_has_room_cannot_be_ended_by_that_button(client: Client, participant: Participant) -> None:
    client.post(f"/take/{participant.code}/no-room/")
    participant.refresh_from_db()
    assert participant.ending == ""


def test_nobody_begins_before_the_checks_are_made(client: Client, arrived: Participant) -> None:
    reply = client.post(f"/take/{arrived.code}/begin/")
    assert reply.headers["Location"] == f"/take/{arrived.code}/"
    arrived.refresh_from_db()
    assert arrived.started is None
    assert client.get(f"/take/{arrived.code}/trials/").json()["upcoming"] == []
