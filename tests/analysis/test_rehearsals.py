"""A researcher who tries a study leaves no trace in its numbers."""

import csv
import io

import pytest
from django.test import Client

from colortest.analysis.exports.tidy import tidy_csv
from colortest.analysis.services import compute_fool_rates
from colortest.analysis.services.reports import store_report
from colortest.experiment.models import Participant, Response, Study
from tests.analysis.test_fool_rates import play

pytestmark = pytest.mark.django_db


@pytest.fixture
def rehearsed(study: Study) -> Study:
    """One person whom nothing fooled, and a rehearsal that everything fooled."""
    play(study, fooled=0)
    play(study, fooled=36, rehearsal=True)
    return study


def test_a_rehearsal_enters_no_fool_rate(rehearsed: Study) -> None:
    compute_fool_rates(study=rehearsed)
    assert [(rate.countable, rate.rate) for rate in rehearsed.fool_rates.of_people()] == [(18, 0), (18, 0)]
    assert {rate.countable for rate in rehearsed.fool_rates.filter(simulated=True)} == {0}
    assert Response.objects.countable().count() == 36


def test_a_rehearsal_enters_no_export(rehearsed: Study) -> None:
    person = rehearsed.participants.get(rehearsal=False)
    rows = list(csv.DictReader(io.StringIO(b"".join(tidy_csv(rehearsed)).decode())))
    assert len(rows) == 50
    assert {row["participant"] for row in rows} == {str(person.number)}


def test_a_rehearsal_is_not_progress(rehearsed: Study, researcher: Client) -> None:
    counted = Study.objects.with_progress().get()
    assert (counted.started_count, counted.finished_count, counted.simulated_count) == (1, 1, 0)
    Participant.objects.filter(rehearsal=True).update(simulated=True, exclusion_reason="asked to")
    assert Study.objects.with_progress().get().simulated_count == 0
    compute_fool_rates(study=rehearsed)
    store_report(study=rehearsed)
    counts = researcher.get("/studies/sunday-study/results/").context["people"].content["counts"]
    assert (counts["finished"], counts["excluded"], counts["shown"], counts["flagged"]) == (1, 0, 36, 0)
