"""From responses to stored fool rates and the researcher's page."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from colortest.analysis.models import FoolRate
from colortest.analysis.services import compute_fool_rates, stale
from colortest.experiment import services
from colortest.experiment.exposure import Exposure
from colortest.experiment.models import Participant, Response, Study
from colortest.stimuli.models import MachineFoolRate

pytestmark = pytest.mark.django_db

GOOD = Exposure(500, 1000, 500, 1000, 60, 17, 16.7, False, False, 0, 0)
LATE = replace(GOOD, left_ms=1200, right_ms=1200, longest_gap_ms=217)
OTHER = {"LEFT": "RIGHT", "RIGHT": "LEFT"}


def play(
    study: Study, *, fooled: int, simulated: bool = False, rehearsal: bool = False, exposure: Exposure = GOOD
) -> Participant:
    """A finished run in which the first `fooled` test trials fool the participant and nothing else does."""
    person = services.admit_participant(study=study, simulated=simulated, rehearsal=rehearsal)
    services.begin(participant=person)
    left = fooled
    for trial in person.trials.all():
        wrong = trial.kind == "TEST" and left > 0
        left -= wrong
        side = OTHER[trial.real_side] if wrong else trial.real_side
        services.record_response(trial=trial, chosen_side=side, rt_ms=500, exposure=exposure)
    person.refresh_from_db()
    return person


def rates(study: Study, *, simulated: bool = False) -> dict[str, FoolRate]:
    return {rate.split: rate for rate in study.fool_rates.filter(simulated=simulated)}


def test_the_rate_is_fooled_over_countable_per_split(study: Study) -> None:
    play(study, fooled=9)
    compute_fool_rates(study=study)
    found = rates(study)
    assert {split: (rate.countable, rate.participants, rate.photos) for split, rate in found.items()} == {
        "test": (18, 1, 18),
        "train": (18, 1, 18),
    }
    assert sum(rate.fooled for rate in found.values()) == 9
    for rate in found.values():
        assert rate.rate == rate.fooled / 18
        assert rate.low < rate.rate < rate.high or rate.fooled == 0


def test_computing_again_replaces_and_never_adds(study: Study) -> None:
    play(study, fooled=5)
    for _ in range(2):
        compute_fool_rates(study=study)
    assert study.fool_rates.count() == 4
    play(study, fooled=36)
    compute_fool_rates(study=study)
    assert sum(rate.fooled for rate in rates(study).values()) == 41


def test_simulated_participants_are_never_mixed_with_people(study: Study) -> None:
    play(study, fooled=0)
    play(study, fooled=36, simulated=True)
    compute_fool_rates(study=study)
    assert [rate.rate for rate in rates(study).values()] == [0, 0]
    assert [rate.rate for rate in rates(study, simulated=True).values()] == [1, 1]


def test_flagged_excluded_and_unfinished_runs_do_not_count_and_nothing_is_deleted(study: Study) -> None:
    play(study, fooled=10, exposure=LATE)
    excluded = play(study, fooled=10)
    Participant.objects.filter(pk=excluded.pk).update(exclusion_reason="asked to")
    unfinished = services.admit_participant(study=study)
    services.begin(participant=unfinished)
    services.record_response(trial=unfinished.trials.first(), chosen_side="LEFT", rt_ms=500, exposure=GOOD)
    compute_fool_rates(study=study)
    assert {(rate.countable, rate.rate) for rate in rates(study).values()} == {(0, None)}
    assert Response.objects.count() == 101


def test_a_study_is_stale_until_its_last_finisher_is_counted(study: Study) -> None:
    assert list(stale()) == [study]
    compute_fool_rates(study=study)
    assert not stale()
    play(study, fooled=1)
    assert list(stale()) == [study]
    compute_fool_rates(study=study)
    # For a minute it stays so: somebody else's finish may be older than the computation and committed after it.
    assert list(stale()) == [study]
    Participant.objects.update(finished=timezone.now() - timedelta(minutes=2))
    assert not stale()


def test_the_csv_has_a_row_for_each_response_and_gives_the_same_rates(study: Study, researcher: Client) -> None:
    play(study, fooled=7)
    play(study, fooled=9, exposure=LATE)
    compute_fool_rates(study=study)
    reply = researcher.get("/studies/sunday-study/results.csv")
    text = b"".join(reply.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 100
    assert {row["design_hash"] for row in rows} == {study.design_hash}
    countable = [row for row in rows if row["kind"] == "TEST" and not row["flags"] and not row["reason"]]
    for split, rate in rates(study).items():
        mine = [row["fooled"] == "True" for row in countable if row["split"] == split]
        assert (sum(mine), len(mine)) == (rate.fooled, rate.countable)
    for person in Participant.objects.all():
        assert person.code not in text


def test_the_machine_fool_rate_is_exported(study: Study, researcher: Client) -> None:
    now, grey = timezone.now(), study.under_test().get()
    numbers = {"photos": 30, "fooled": 3.5, "rate": 0.117, "low": 0.045, "high": 0.271}
    MachineFoolRate.objects.create(
        algorithm=grey, test_set=study.test_set, split="test", requested=now, computed=now, **numbers
    )
    reply = researcher.get("/studies/sunday-study/machine-fool-rates.csv")
    text = b"".join(reply.streaming_content).decode()  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["algorithm"], row["split"], row["machine_fool_rate"], row["photos"]) == ("grey", "test", "0.117", "30")
