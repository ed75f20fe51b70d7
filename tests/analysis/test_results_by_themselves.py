"""A results page asks for news as long as there may be any, and asking costs next to nothing."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from colortest.analysis.services import compute_fool_rates
from colortest.analysis.services.reports import store_report
from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.experiment.models.run import LEASE
from tests.analysis.test_fool_rates import GOOD, play
from tests.analysis.test_results_page import ADDRESS, ASKED, page, report
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db


def computed(study: Study) -> None:
    compute_fool_rates(study=study)
    store_report(study=study)


def long_ago(study: Study) -> None:
    """What happened, happened an hour ago, so that a computation knows of it for certain."""
    hour = timezone.now() - timedelta(hours=1)
    study.participants.filter(finished__isnull=False).update(started=hour, finished=hour)


def asks(client: Client) -> str:
    """What the page asks for, or nothing."""
    return "".join(re.findall(r'hx-get="([^"]+)"', page(client)))


@pytest.fixture
def short(make_study: MakeStudy) -> Study:
    return make_study(practice_trials=0, test_trials=4, catch_share=0.0)


def test_asking_reads_no_report(study: Study, researcher: Client) -> None:
    report(study)
    address = asks(researcher)
    with CaptureQueriesContext(connection) as asked:
        assert researcher.get(address, **ASKED).status_code == 204
    statements = [one["sql"] for one in asked.captured_queries]
    assert any("analysis_report" in sql for sql in statements)
    assert not [sql for sql in statements if '"content"' in sql]
    assert len(statements) < 10


def test_a_closed_study_is_asked_about_while_anybody_is_under_way(short: Study, researcher: Client) -> None:
    play(short, fooled=1)
    late = services.admit_participant(study=short)
    services.begin(participant=late)
    services.close_study(study=short)
    long_ago(short)
    computed(short)
    address = asks(researcher)
    assert researcher.get(address, **ASKED).status_code == 204
    short.participants.filter(pk=late.pk).update(last_seen=timezone.now() - 2 * LEASE)
    last = researcher.get(address, **ASKED)
    assert last.status_code == 200, "it is told that nothing more will come"
    assert "hx-get" not in last.content.decode()
    assert not asks(researcher)


def test_who_finishes_after_the_closing_appears_by_themselves(short: Study, researcher: Client) -> None:
    late = services.admit_participant(study=short)
    services.begin(participant=late)
    services.close_study(study=short)
    computed(short)
    address = asks(researcher)
    for trial in late.trials.all():
        services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=GOOD)
    assert asks(researcher), "it is to be computed yet"
    long_ago(short)
    computed(short)
    assert "people finished" in researcher.get(address, **ASKED).content.decode()
    assert not asks(researcher)


def test_a_report_that_is_behind_its_fool_rates_is_waited_for(short: Study, researcher: Client) -> None:
    play(short, fooled=1)
    services.close_study(study=short)
    long_ago(short)
    computed(short)
    assert not asks(researcher)
    compute_fool_rates(study=short)
    assert asks(researcher)
    store_report(study=short)
    assert not asks(researcher)


def test_of_a_draft_nothing_is_asked(make_study: MakeStudy, researcher: Client) -> None:
    make_study(open_it=False)
    assert researcher.get(ADDRESS).status_code == 200
    assert not asks(researcher)
