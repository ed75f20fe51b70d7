"""Practice as a gate: who is right too rarely does not go on to the test."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from colortest.experiment.models import Participant, Response, Trial
from tests.cast import MakeStudy
from tests.experiment.test_protocols import admitted
from tests.experiment.test_run import respond, state_of

pytestmark = pytest.mark.django_db

SINGLE = {"presentation": "SINGLE", "question": "EITHER", "exposures_ms": [0], "catch_share": 0.0}
ALONE = {"rightOnsetMs": None, "rightExposureMs": None}
SAID = {"LEFT": ("left", "right"), "RIGHT": ("right", "left")}
SAID_OF_ONE = {"LEFT": ("real", "fake"), "RIGHT": ("fake", "real")}


def practise(
    client: Client, person: Participant, right: Callable[[Trial], bool], **changes: object
) -> tuple[Participant, dict[str, Any]]:
    """All practice trials, right or wrong as is said of each; the person and the last reply."""
    single = person.study.single
    state, reply = state_of(client, person), {}
    for _ in range(person.study.practice_trials):
        row = Trial.objects.get(token=state["upcoming"][0]["responseUrl"].split("/")[-2])
        said = (SAID_OF_ONE if single else SAID)[row.real_side][not right(row)]
        reply = respond(client, state["upcoming"][0], said, **(ALONE if single else {}), **changes).json()
        state = reply["state"]
    person.refresh_from_db()
    return person, reply


def test_who_takes_everything_for_real_is_right_on_half_and_does_not_qualify(
    client: Client, make_study: MakeStudy
) -> None:
    """Of photos and of fakes each, as HYPE asks: one answer to all is no discrimination."""
    person = admitted(make_study(**SINGLE, practice_trials=8, test_trials=4, qualification=0.4))
    person, reply = practise(client, person, lambda trial: trial.real_side == "LEFT")
    assert person.ending == "SCREENED_OUT"
    assert reply["correct"] in (True, False), "the last practice trial is told as well"
    assert (reply["state"]["block"], reply["state"]["upcoming"]) == (None, [])
    page = client.get(f"/take/{person.code}/")
    assert page.templates[0].name == "experiment/ended.html"
    assert "right more often in practice" in page.content.decode()


@pytest.mark.parametrize(("wrong", "ending"), [(1, ""), (2, "SCREENED_OUT")])
def test_the_share_right_of_photos_must_reach_what_the_study_asks(
    client: Client, make_study: MakeStudy, wrong: int, ending: str
) -> None:
    person = admitted(make_study(**SINGLE, practice_trials=8, test_trials=4, qualification=0.65))
    photos = [trial.pk for trial in person.trials.filter(kind="PRACTICE", real_side="LEFT")]
    assert len(photos) == 4
    person, reply = practise(client, person, lambda trial: trial.pk not in photos[:wrong])
    assert person.ending == ending
    assert bool(reply["state"]["upcoming"]) == (not ending)


@pytest.mark.parametrize(("right", "ending"), [(6, ""), (5, "SCREENED_OUT")])
def test_of_pairs_the_share_right_counts_over_all_of_practice(
    client: Client, make_study: MakeStudy, right: int, ending: str
) -> None:
    person = admitted(make_study(practice_trials=10, test_trials=4, catch_share=0.0, qualification=0.6))
    person, _ = practise(client, person, lambda trial: trial.position < right)
    assert person.ending == ending


def test_without_a_gate_nobody_is_held_back(client: Client, make_study: MakeStudy) -> None:
    person = admitted(make_study(practice_trials=4, test_trials=4, catch_share=0.0))
    person, reply = practise(client, person, lambda _trial: False)
    assert person.ending == ""
    assert reply["state"]["upcoming"]


def test_a_share_that_could_not_be_measured_holds_nobody_back(client: Client, make_study: MakeStudy) -> None:
    person = admitted(make_study(practice_trials=4, test_trials=4, catch_share=0.0, qualification=0.9))
    person, _ = practise(client, person, lambda _trial: False, hidden=True)
    assert person.ending == ""


def test_after_the_gate_no_trial_is_to_be_had(client: Client, make_study: MakeStudy) -> None:
    person = admitted(make_study(practice_trials=4, test_trials=4, catch_share=0.0, qualification=0.9))
    person, _ = practise(client, person, lambda _trial: False)
    later = person.trials.get(position=4)
    assert client.get(f"/take/{person.code}/stimuli/{later.token}/1/").status_code == 404
    assert respond(client, {"responseUrl": f"/take/{person.code}/trials/{later.token}/"}).status_code == 409
    assert Response.objects.count() == 4
