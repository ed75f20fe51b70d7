"""A participant's run: the server knows where they are, whatever the browser does."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from colortest.experiment import services
from colortest.experiment.flow import TOKENS_LIVE
from colortest.experiment.models import Participant, Response, Study, Trial
from tests.cast import pass_screen_check

pytestmark = pytest.mark.django_db

SHOWN = {
    "rtMs": 640.5,
    "leftOnsetMs": 500.0,
    "leftExposureMs": 1001.2,
    "rightOnsetMs": 500.0,
    "rightExposureMs": 1001.2,
    "visibilityChanges": 0,
    "focusChanges": 0,
    "frames": 60,
    "longestGapMs": 17.0,
    "refreshMs": 16.7,
}


def state_of(client: Client, participant: Participant) -> dict[str, Any]:
    return client.get(f"/take/{participant.code}/trials/").json()


def respond(client: Client, trial: dict[str, Any], chosen: str = "left", **changes: object) -> Any:
    body = {"chosen": chosen, "hidden": False, "repeated": False, **SHOWN, **changes}
    return client.post(trial["responseUrl"], json.dumps(body), content_type="application/json")


def play_to_the_end(client: Client, participant: Participant, chosen: str = "left") -> None:
    state = state_of(client, participant)
    while state["upcoming"]:
        state = respond(client, state["upcoming"][0], chosen).json()["state"]


def test_consent_is_an_act_that_is_recorded(client: Client, study: Study) -> None:
    assert b"agree" in client.get("/s/sunday-study/").content
    refused = client.post("/s/sunday-study/", {})
    assert b"Please tick the box" in refused.content
    assert not study.participants.exists()
    client.post("/s/sunday-study/", {"agree": "on"})
    participant = study.participants.get()
    assert participant.consent_version == study.consent_version
    assert participant.consented is not None
    assert not participant.simulated


def test_all_trials_are_written_at_consent(client: Client, study: Study) -> None:
    client.post("/s/sunday-study/", {"agree": "on"})
    kinds = [trial.kind for trial in study.participants.get().trials.all()]
    assert (len(kinds), kinds[:10], kinds.count("TEST"), kinds.count("CATCH")) == (50, ["PRACTICE"] * 10, 36, 4)


def test_each_page_of_a_run_is_at_one_address(client: Client, study: Study) -> None:
    page = client.post("/s/sunday-study/", {"agree": "on"}, follow=True)
    run = page.request["PATH_INFO"]
    assert "experiment/screen.html" in [template.name for template in page.templates]
    pass_screen_check(client, run)
    page = client.get(run)
    assert "experiment/instructions.html" in [template.name for template in page.templates]
    page = client.post(f"{run}begin/", follow=True)
    assert page.request["PATH_INFO"] == run
    assert "experiment/trials.html" in [template.name for template in page.templates]
    play_to_the_end(client, study.participants.get())
    page = client.get(run)
    assert "experiment/thanks.html" in [template.name for template in page.templates]


def test_a_consent_form_that_is_sent_twice_makes_one_run(client: Client, study: Study) -> None:
    code = client.get("/s/sunday-study/").context["code"]
    runs = [Client().post("/s/sunday-study/", {"agree": "on", "code": code}) for _ in range(2)]
    assert {run.headers["Location"] for run in runs} == {f"/take/{code}/"}
    assert study.participants.count() == 1


def test_who_has_finished_is_not_asked_again_on_the_same_device(client: Client, study: Study) -> None:
    client.post("/s/sunday-study/", {"agree": "on"})
    person = study.participants.get()
    pass_screen_check(client, f"/take/{person.code}/")
    client.post(f"/take/{person.code}/begin/")
    play_to_the_end(client, person)
    assert client.get("/s/sunday-study/").headers["Location"] == f"/take/{person.code}/"
    client.post("/s/sunday-study/", {"agree": "on"})
    assert study.participants.count() == 1


def test_a_study_that_closes_while_the_form_is_read_says_so(
    client: Client, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = services.admit_participant

    def too_late(**kwargs: Any) -> Participant:
        services.close_study(study=study)
        return admit(**kwargs)

    monkeypatch.setattr(services, "admit_participant", too_late)
    page = client.post("/s/sunday-study/", {"agree": "on"})
    assert "experiment/landing_closed.html" in [template.name for template in page.templates]


def test_the_landing_page_leads_back_to_a_run_under_way(client: Client, study: Study) -> None:
    client.post("/s/sunday-study/", {"agree": "on"})
    again = client.get("/s/sunday-study/")
    assert again.headers["Location"] == f"/take/{study.participants.get().code}/"
    client.post("/s/sunday-study/", {"agree": "on"})
    assert study.participants.count() == 1


def test_refresh_and_second_tab_come_back_to_the_same_trial(client: Client, participant: Participant) -> None:
    first = state_of(client, participant)
    assert state_of(Client(), participant) == first
    respond(client, first["upcoming"][0])
    assert state_of(client, participant)["upcoming"][0] == first["upcoming"][1]


def test_a_repeated_response_changes_nothing_and_gets_the_same_reply(client: Client, participant: Participant) -> None:
    trial = state_of(client, participant)["upcoming"][0]
    first, again = respond(client, trial, "left"), respond(client, trial, "right")
    assert first.json() == again.json()
    assert [response.chosen_side for response in Response.objects.all()] == ["LEFT"]


def test_a_later_trial_cannot_be_answered_early(client: Client, participant: Participant) -> None:
    refused = respond(client, state_of(client, participant)["upcoming"][1])
    assert refused.status_code == 409
    assert "goes on where you left off" in refused.json()["error"]
    assert not Response.objects.exists()


def test_somebody_elses_trial_is_refused(client: Client, participant: Participant, study: Study) -> None:
    other = services.admit_participant(study=study)
    services.begin(participant=other)
    token = other.trials.first().token
    refused = respond(client, {"responseUrl": f"/take/{participant.code}/trials/{token}/"})
    assert (refused.status_code, refused.json()) == (404, {"error": "This trial is not part of your run."})
    assert not Response.objects.exists()


def test_trials_before_the_instructions_are_refused(client: Client, study: Study) -> None:
    person = services.admit_participant(study=study)
    assert state_of(client, person)["upcoming"] == []
    first = person.trials.first()
    assert respond(client, {"responseUrl": f"/take/{person.code}/trials/{first.token}/"}).status_code == 409
    assert client.get(f"/take/{person.code}/stimuli/{first.token}/1/").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        json.dumps({"chosen": "middle", **SHOWN}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "rtMs": -1}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "rtMs": float("nan")}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "hidden": "x", "repeated": False}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "padding": "x" * 3_000_000}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "frames": "many"}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "rightExposureMs": None}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "rtMs": float("inf")}).encode(),
        json.dumps({"chosen": "left", **SHOWN, "rtMs": int("9" * 400)}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_not_a_response_is_refused_in_words(client: Client, participant: Participant, body: bytes) -> None:
    trial = state_of(client, participant)["upcoming"][0]
    refused = client.post(trial["responseUrl"], body, content_type="application/json")
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("Your browser sent something that is not a response.")
    assert refused.json()["detail"]
    assert not Response.objects.exists()


def test_only_practice_tells_whether_the_response_was_right(client: Client, participant: Participant) -> None:
    state = state_of(client, participant)
    told = []
    while state["upcoming"]:
        reply = respond(client, state["upcoming"][0]).json()
        told.append(reply["correct"])
        state = reply["state"]
    assert set(told[:10]) <= {True, False}
    assert set(told[10:]) == {None}
    practice = participant.trials.filter(kind="PRACTICE")
    assert [trial.real_side == "LEFT" for trial in practice] == told[:10]


def test_fooled_depends_on_the_question(client: Client, make_study: Any) -> None:
    study = make_study(question="FAKE", practice_trials=0)
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    play_to_the_end(client, person, "left")
    for response in Response.objects.with_fooled().select_related("trial"):
        assert response.fooled == (response.trial.real_side == "LEFT")


def test_the_score_on_the_thanks_page_is_the_participants_own(client: Client, participant: Participant) -> None:
    play_to_the_end(client, participant, "left")
    fooled = participant.trials.exclude(kind="PRACTICE").filter(real_side="RIGHT").count()
    page = client.get(f"/take/{participant.code}/")
    assert page.context["score"].wrong == fooled
    assert page.context["score"].trials == 40


def test_a_missed_exposure_and_a_hidden_page_are_flagged_and_not_countable(
    client: Client, participant: Participant
) -> None:
    state = state_of(client, participant)
    for _ in range(10):
        state = respond(client, state["upcoming"][0]).json()["state"]
    for changes in ({}, {"leftExposureMs": 1040.0}, {"hidden": True}, {"repeated": True}):
        state = respond(client, state["upcoming"][0], **changes).json()["state"]
    play_to_the_end(client, participant)
    flags = [response.flags for response in Response.objects.order_by("trial__position")[10:14]]
    assert flags == [[], ["EXPOSURE"], ["HIDDEN"], ["REPEATED"]]
    Participant.objects.update(exclusion_reason="")
    test_trials = participant.trials.filter(kind="TEST", response__flags=[])
    assert Response.objects.countable().count() == test_trials.count() < 36


def test_who_misses_the_catch_trials_is_excluded_with_the_reason_and_keeps_the_responses(
    client: Client, participant: Participant
) -> None:
    state = state_of(client, participant)
    while state["upcoming"]:
        trial = state["upcoming"][0]
        token = trial["responseUrl"].split("/")[-2]
        row = Trial.objects.get(token=token)
        wrong = {"LEFT": "right", "RIGHT": "left"}[row.real_side]
        state = respond(client, trial, wrong if row.kind == "CATCH" else "left").json()["state"]
    participant.refresh_from_db()
    assert participant.exclusion_reason == "caught 0 of 4 catch trials, fewer than 50 %"
    assert Response.objects.count() == 50
    assert not Response.objects.countable().exists()


def test_catch_trials_that_were_not_seen_exclude_nobody(client: Client, participant: Participant) -> None:
    state = state_of(client, participant)
    while state["upcoming"]:
        trial = state["upcoming"][0]
        row = Trial.objects.get(token=trial["responseUrl"].split("/")[-2])
        wrong = {"LEFT": "right", "RIGHT": "left"}[row.real_side]
        catch = row.kind == "CATCH"
        state = respond(client, trial, wrong if catch else "left", hidden=catch).json()["state"]
    participant.refresh_from_db()
    assert participant.finished
    assert participant.exclusion_reason == ""


def test_an_unknown_study_and_an_unknown_run_are_told_so(client: Client, db: None) -> None:
    page = client.get("/s/no-such-study/")
    assert page.status_code == 404
    assert "There is no study “no-such-study”" in page.content.decode()
    for code in ("no-such-run", "x" * 22, "a%00b"):
        assert client.get(f"/take/{code}/").status_code == 404


def test_a_closed_study_says_so_and_lets_those_under_way_finish(
    client: Client, participant: Participant, study: Study
) -> None:
    services.close_study(study=study)
    page = client.post("/s/sunday-study/", {"agree": "on"})
    assert "experiment/landing_closed.html" in [template.name for template in page.templates]
    assert study.participants.count() == 1
    play_to_the_end(client, participant)
    participant.refresh_from_db()
    assert participant.finished


def test_both_stimuli_of_a_pair_have_the_same_headers_and_length(client: Client, participant: Participant) -> None:
    for trial in state_of(client, participant)["upcoming"]:
        left, right = (client.get(address) for address in trial["stimuli"])
        assert dict(left.headers) == dict(right.headers)
        assert len(left.content) == len(right.content)
        assert left.content[:20] == right.content[:20]
        assert left.headers["Cache-Control"] == "private, no-store"
        pictures = [Image.open(io.BytesIO(reply.content)).convert("RGB") for reply in (left, right)]
        assert [picture.size for picture in pictures] == [(256, 256)] * 2
        assert pictures[0].tobytes() != pictures[1].tobytes()


def test_the_real_photo_is_on_the_side_that_the_schedule_says(client: Client, participant: Participant) -> None:
    for row in participant.trials.all()[:4]:
        place = {"LEFT": 1, "RIGHT": 2}[row.real_side]
        address = f"/take/{participant.code}/stimuli/{row.token}/{place}/"
        shown = Image.open(io.BytesIO(client.get(address).content)).convert("RGB")
        with row.colorization.photo.file.open("rb") as file:
            assert shown.tobytes() == Image.open(file).convert("RGB").tobytes()


def test_stimuli_are_not_shown_too_early_nor_after_the_response(client: Client, participant: Participant) -> None:
    far = participant.trials.all()[10]
    assert client.get(f"/take/{participant.code}/stimuli/{far.token}/1/").status_code == 404
    trial = state_of(client, participant)["upcoming"][0]
    assert client.get(trial["stimuli"][0]).status_code == 200
    respond(client, trial)
    assert client.get(trial["stimuli"][0]).status_code == 404
    for token in ("no-such-token", "x" * 22, "a%00b"):
        assert client.get(f"/take/{participant.code}/stimuli/{token}/1/").status_code == 404


def test_stimuli_are_only_for_the_participant_whose_trial_it_is(
    client: Client, participant: Participant, study: Study
) -> None:
    other = services.admit_participant(study=study)
    services.begin(participant=other)
    (mine, _), (theirs, _) = (state_of(client, person)["upcoming"][0]["stimuli"] for person in (participant, other))
    assert client.get(mine).status_code == client.get(theirs).status_code == 200
    assert client.get(mine.replace(participant.code, other.code)).status_code == 404
    assert client.get(mine.replace(participant.code, "x" * 22)).status_code == 404


def test_after_the_end_no_stimulus_is_to_be_had(client: Client, participant: Participant) -> None:
    addresses = []
    state = state_of(client, participant)
    while state["upcoming"]:
        addresses += state["upcoming"][0]["stimuli"]
        state = respond(client, state["upcoming"][0]).json()["state"]
    assert len(addresses) == 100
    assert {client.get(address).status_code for address in addresses} == {404}


def test_an_hour_after_the_end_tokens_are_dead(client: Client, participant: Participant) -> None:
    """Sent again, a response to practice is replied to with who was right: to nobody who finds the address later."""
    state = state_of(client, participant)
    first = state["upcoming"][0]
    while state["upcoming"]:
        state = respond(client, state["upcoming"][0]).json()["state"]
    assert respond(client, first).json()["correct"] in (True, False), "a reply that was lost is asked for again"
    Participant.objects.update(finished=timezone.now() - TOKENS_LIVE)
    late = respond(client, first)
    assert (late.status_code, list(late.json())) == (404, ["error"])


def test_an_hour_after_the_page_was_open_stimuli_are_dead_until_it_is_opened_again(
    client: Client, participant: Participant
) -> None:
    trial = state_of(client, participant)["upcoming"][0]
    Participant.objects.update(last_seen=timezone.now() - TOKENS_LIVE)
    assert {client.get(address).status_code for address in trial["stimuli"]} == {404}
    assert client.get(f"/take/{participant.code}/").status_code == 200
    assert {client.get(address).status_code for address in trial["stimuli"]} == {200}


def test_a_response_that_was_a_day_without_network_is_taken(client: Client, participant: Participant) -> None:
    trial = state_of(client, participant)["upcoming"][0]
    Participant.objects.update(last_seen=timezone.now() - timedelta(days=1))
    assert respond(client, trial).status_code == 200


def test_nothing_that_the_browser_receives_before_it_responds_holds_the_answer(
    client: Client, participant: Participant
) -> None:
    """Two runs that differ only in which side is real receive the same bytes, colours and random tokens apart."""
    row = participant.trials.first()
    before = client.get(f"/take/{participant.code}/").content, client.get(f"/take/{participant.code}/trials/").content
    other = {"LEFT": "RIGHT", "RIGHT": "LEFT"}[row.real_side]
    participant.trials.filter(pk=row.pk).update(real_side=other)
    after = client.get(f"/take/{participant.code}/").content, client.get(f"/take/{participant.code}/trials/").content
    strip = lambda page: [line for line in page.splitlines() if b"csrf" not in line.lower()]  # noqa: E731
    assert [strip(page) for page in before] == [strip(page) for page in after]
    everything = b"".join(before).decode()
    for word in ("real_side", "CATCH", row.colorization.file.name, row.colorization.photo.file.name):
        assert word not in everything
    assert row.colorization.photo.name not in everything
