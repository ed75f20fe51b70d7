"""Every protocol of the literature: its numbers are the study's, and a run follows them."""

from collections import Counter

import pytest
from django.test import Client

from colortest.experiment import services
from colortest.experiment.models import Participant, Response, Study, Trial
from colortest.experiment.presets import PRESETS
from tests.cast import MakeStudy
from tests.experiment.test_promises import refused
from tests.experiment.test_run import respond, state_of

pytestmark = pytest.mark.django_db


def admitted(study: Study) -> Participant:
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    person.refresh_from_db()
    return person


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_makes_a_study_with_its_numbers(make_study: MakeStudy, preset: str) -> None:
    draft = make_study(open_it=False, photos=8)
    made = services.create_study(
        title=preset, test_set=draft.test_set, splits=["test"], algorithms=[*draft.under_test()], preset=preset
    )
    made.refresh_from_db()
    for name, value in vars(PRESETS[preset]).items():
        assert getattr(made, name) == (list(value) if isinstance(value, tuple) else value)


def test_a_flagged_trial_is_made_up_for_from_the_reserve(client: Client, make_study: MakeStudy) -> None:
    study = make_study(practice_trials=1, test_trials=10, catch_share=0.2, reserve_share=0.25)
    person = admitted(study)
    assert person.trials.filter(reserve=True).count() == 2
    state = state_of(client, person)
    played = 0
    while state["upcoming"]:
        trial = Trial.objects.get(token=state["upcoming"][0]["responseUrl"].split("/")[-2])
        late = played < 3 and trial.kind == "TEST"
        state = respond(client, state["upcoming"][0], **({"leftExposureMs": 1500.0} if late else {})).json()["state"]
        played += late
    answered = Response.objects.filter(trial__participant=person)
    assert answered.exclude(flags=[]).count() == 3
    assert answered.filter(trial__reserve=True).count() == 2, "as many as there are"
    person.refresh_from_db()
    assert person.finished is not None
    assert person.ending in ("COMPLETED", "FAILED_ATTENTION")


def test_without_a_flag_the_reserve_is_never_seen(client: Client, make_study: MakeStudy) -> None:
    person = admitted(make_study(practice_trials=0, test_trials=4, catch_share=0.0, reserve_share=0.5))
    kept = person.trials.filter(reserve=True).first()
    assert kept is not None
    assert client.get(f"/take/{person.code}/stimuli/{kept.token}/1/").status_code == 404
    state = state_of(client, person)
    for _ in range(4):
        state = respond(client, state["upcoming"][0]).json()["state"]
    assert state["upcoming"] == []
    assert not Response.objects.filter(trial__reserve=True).exists()


def test_a_single_image_is_the_photo_in_half_of_the_trials_and_taken_for_real_or_fake(
    client: Client, make_study: MakeStudy
) -> None:
    study = make_study(
        presentation="SINGLE",
        question="EITHER",
        practice_trials=0,
        test_trials=10,
        catch_share=0.0,
        exposures_ms=[0],
    )
    person = admitted(study)
    state = state_of(client, person)
    assert (state["presentation"], state["exposureMs"]) == ("single", 0)
    first = state["upcoming"][0]
    assert len(first["stimuli"]) == 1
    assert client.get(first["stimuli"][0].replace("/1/", "/2/")).status_code == 404
    assert respond(client, first, "left").status_code == 400
    alone = {"rightOnsetMs": None, "rightExposureMs": None}
    while state["upcoming"]:
        state = respond(client, state["upcoming"][0], "real", **alone).json()["state"]
    outcomes = Counter(
        (response.trial.real_side, response.fooled, response.correct)
        for response in Response.objects.with_fooled().select_related("trial")
    )
    # Who takes everything for real is fooled by each fake and right about each photo.
    assert outcomes == {("LEFT", False, True): 5, ("RIGHT", True, False): 5}
    assert Response.objects.countable().count() == 5, "only a fake can fool"


def test_a_staircase_asks_longer_after_an_error(client: Client, make_study: MakeStudy) -> None:
    study = make_study(
        practice_trials=0,
        test_trials=6,
        catch_share=0.0,
        exposures_ms=[500],
        blocks=2,
        staircase_up_ms=30,
        staircase_down_ms=10,
        shortest_ms=100,
        longest_ms=1000,
    )
    person = admitted(study)
    right = {trial.token: trial.real_side.lower() for trial in person.trials.all()}
    state = state_of(client, person)
    asked = []
    for correct in (True, False, True, True, True, True):
        asked.append(state["exposureMs"])
        trial = state["upcoming"][0]
        real = right[trial["responseUrl"].split("/")[-2]]
        chosen = real if correct else {"left": "right", "right": "left"}[real]
        achieved = {"leftExposureMs": asked[-1], "rightExposureMs": asked[-1]}
        state = respond(client, trial, chosen, **achieved).json()["state"]
    assert asked == [500, 490, 520, 500, 490, 480], "each block starts anew"
    assert [response.asked_ms for response in Response.objects.order_by("trial__position")] == asked
    assert not Response.objects.exclude(flags=[]).exists()


def test_several_exposures_and_orders_are_balanced_and_told_to_the_page(client: Client, make_study: MakeStudy) -> None:
    study = make_study(
        presentation="SEQUENTIAL",
        order="BALANCED",
        practice_trials=0,
        test_trials=24,
        catch_share=0.0,
        exposures_ms=[300, 900, 2000],
    )
    person = admitted(study)
    trials = list(person.trials.all())
    assert Counter(trial.exposure_ms for trial in trials) == {300: 8, 900: 8, 2000: 8}
    assert Counter(trial.first_side for trial in trials) == {"LEFT": 12, "RIGHT": 12}
    for name in ("exposure_ms", "first_side"):
        both = Counter((getattr(trial, name), trial.real_side) for trial in trials)
        assert len(set(both.values())) == 1, "no condition goes with one side"
    state = state_of(client, person)
    assert state["exposureMs"] == trials[0].exposure_ms
    assert state["upcoming"][0]["first"] == trials[0].first_side.lower()


def test_the_database_refuses_protocols_that_cannot_be_played(make_study: MakeStudy) -> None:
    draft = make_study(open_it=False, photos=8)
    for wrong in (
        {"question": "EITHER"},
        {"presentation": "SINGLE"},
        {"presentation": "SEQUENTIAL", "exposures_ms": [0]},
        {"exposures_ms": []},
        {"staircase_up_ms": 30},
        {"catch_share": 1.0},
    ):
        assert refused(lambda wrong=wrong: Study.objects.filter(pk=draft.pk).update(**wrong)), wrong
