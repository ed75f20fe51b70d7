"""Rules set before opening exclude a run, with the numbers, and delete nothing."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from colortest.experiment import services
from colortest.experiment.exclusion import RULES, Conduct, Rules, Tally, reasons, rules_in
from colortest.experiment.models import Participant, Response, Trial
from tests.cast import MakeStudy
from tests.experiment.test_run import respond, state_of

GOOD = Conduct(caught=Tally(4, 4), fast=Tally(0, 40), same_side=Tally(20, 40), flagged=Tally(0, 36), favourite="left")


@pytest.mark.parametrize(
    ("rules", "stays", "leaves", "reason"),
    [
        (
            Rules(min_catch_accuracy=0.5),
            {"caught": Tally(2, 4)},
            {"caught": Tally(1, 4)},
            "caught 1 of 4 catch trials, fewer than 50 %",
        ),
        (
            Rules(max_fast_share=0.1),
            {"fast": Tally(4, 40)},
            {"fast": Tally(5, 40)},
            "5 of 40 responses within 200 ms, more than 10 %",
        ),
        (
            Rules(max_same_side_share=0.95),
            {"same_side": Tally(38, 40)},
            {"same_side": Tally(39, 40)},
            "chose “left” in 39 of 40 trials, more than 95 %",
        ),
        (
            Rules(max_flagged_share=0.25),
            {"flagged": Tally(9, 36)},
            {"flagged": Tally(10, 36)},
            "10 of 36 test trials flagged, more than 25 %",
        ),
    ],
)
def test_each_rule_at_its_border(rules: Rules, stays: dict[str, Any], leaves: dict[str, Any], reason: str) -> None:
    assert list(reasons(replace(GOOD, **stays), rules)) == []
    assert list(reasons(replace(GOOD, **leaves), rules)) == [reason]
    assert list(reasons(replace(GOOD, **leaves), Rules())) == [], "a study without the rule excludes nobody"


def test_every_rule_is_known_by_its_reason_so_that_they_can_be_counted() -> None:
    worst = Conduct(Tally(0, 4), Tally(40, 40), Tally(40, 40), Tally(36, 36), favourite="left")
    given = list(reasons(worst, Rules(1.0, 0.0, 0.0, 0.0)))
    eyes = "may see colours differently: misread 4 of 6 plates"
    assert [rules_in(reason) for reason in [*given, eyes]] == [[words] for words in RULES.values()]
    assert rules_in("; ".join([given[0], given[2]])) == ["caught too few catch trials", "chose the same too often"]
    assert rules_in("the researcher knows why") == ["other"]


def test_a_check_that_could_not_be_made_is_not_one_that_failed() -> None:
    nothing = Tally(0, 0)
    assert list(reasons(Conduct(nothing, nothing, nothing, nothing), Rules(1.0, 0.0, 0.0, 0.0))) == []


def finished(client: Client, make_study: MakeStudy, play: list[dict[str, Any]], **rules: float) -> Participant:
    """A run of one practice trial, then one trial for each way to play it, without catch trials."""
    rules = {"catch_share": 0.0, **rules}
    study = make_study(practice_trials=1, test_trials=len(play), **rules)
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    for way in ({"chosen": "right", "rtMs": 5.0}, *play):
        assert respond(client, state_of(client, person)["upcoming"][0], **way).status_code == 200
    person.refresh_from_db()
    assert person.finished is not None
    return person


FAST, SLOW = {"rtMs": 199.9}, {"rtMs": 200.0}


@pytest.mark.django_db
def test_responses_under_200_ms_exclude_when_they_are_too_many_and_practice_does_not_matter(
    client: Client, make_study: MakeStudy
) -> None:
    kept = finished(client, make_study, [FAST, SLOW, SLOW, SLOW], max_fast_share=0.25)
    assert (kept.exclusion_reason, kept.ending) == ("", "COMPLETED")


@pytest.mark.django_db
def test_several_reasons_are_joined_and_every_response_is_kept(client: Client, make_study: MakeStudy) -> None:
    late = {"leftExposureMs": 1500.0}
    rules = {"max_fast_share": 0.25, "max_same_side_share": 0.75, "max_flagged_share": 0.25}
    person = finished(client, make_study, [{**FAST, **late}, {**FAST, **late}, SLOW, SLOW], **rules)
    assert person.exclusion_reason == (
        "2 of 4 responses within 200 ms, more than 25 %; chose “left” in 4 of 4 trials, more than 75 %; "
        "2 of 4 test trials flagged, more than 25 %"
    )
    assert person.ending == "FAILED_ATTENTION"
    assert Response.objects.filter(trial__participant=person).count() == 5
    assert not Response.objects.countable().exists()


@pytest.mark.django_db
def test_catch_trials_that_were_flagged_prove_nothing(client: Client, make_study: MakeStudy) -> None:
    study = make_study(practice_trials=0, test_trials=4, catch_share=0.5, min_catch_accuracy=1.0)
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    missed = 0
    while state_of(client, person)["upcoming"]:
        shown = state_of(client, person)["upcoming"][0]
        trial = Trial.objects.get(token=shown["responseUrl"].split("/")[-2])
        real, other = trial.real_side.lower(), {"LEFT": "right", "RIGHT": "left"}[trial.real_side]
        fails = trial.kind == "CATCH" and not missed
        missed += fails
        respond(client, shown, other if fails else real, **({"hidden": True} if fails else {}))
    person.refresh_from_db()
    assert missed == 1
    assert person.exclusion_reason == ""
