"""Whoever reads by a link reads of nobody alone, is sent nowhere that is closed to them, and keeps nothing."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from colortest.analysis import services
from colortest.analysis.models import ViewerLink
from colortest.experiment import services as experiment
from colortest.experiment.models import Study
from tests.analysis.contents import content
from tests.analysis.test_results_page import ADDRESS, CHART, page, report

pytestmark = pytest.mark.django_db
RATES = ("23.2 %", "44.0 %", "31.0 %", "52.0 %", "97.0 %", "caught too few", ".svg", "0.70 (")
CHARTS = ("fool-rates", "participants", "photos", "exclusions", "over-time", "exposures-1000")


@pytest.fixture
def link(study: Study) -> ViewerLink:
    ron = get_user_model().objects.create_user("ron")
    return services.make_link(study=study, note="reviewers", by=ron)


@pytest.fixture
def viewer(link: ViewerLink) -> Client:
    client = Client()
    client.get(link.get_absolute_url())
    return client


def of_few(study: Study, *, counted: int = 40, in_an_arm: int = 40) -> None:
    """A report of a study that is over, with so many people behind all of it, and behind one of its arms."""
    changes: dict[str, Any] = {"counts": {**content()["counts"], "counted": counted, "finished": 44}}
    changes["arms"] = content()["arms"]
    changes["arms"][1]["participants"] = in_an_arm
    experiment.close_study(study=study)
    report(study, **changes)


@pytest.mark.parametrize("behind", [{"counted": 4}, {"in_an_arm": 4}])
def test_below_five_people_there_are_counts_only_and_a_sentence_why(
    study: Study, viewer: Client, researcher: Client, behind: dict[str, int]
) -> None:
    of_few(study, **behind)
    shown = page(viewer)
    assert "at least five people" in shown
    assert "2880" in shown
    for rate in RATES:
        assert rate not in shown.replace("favicon.svg", ""), rate
    for name in CHARTS:
        for form in ("svg", "png", "json"):
            assert viewer.get(CHART.format(f"{name}.{form}")).status_code == 404, name
    assert "44.0 %" in page(researcher), "the team reads its own study"
    assert researcher.get(CHART.format("fool-rates.svg")).status_code == 200


@pytest.mark.parametrize(("counted", "status"), [(40, 404), (39, 200)])
def test_rates_before_exclusions_are_told_where_they_are_not_of_single_people(
    study: Study, viewer: Client, researcher: Client, counted: int, status: int
) -> None:
    of_few(study, counted=counted)
    assert viewer.get(CHART.format("exclusions.svg")).status_code == status, "44 finished"
    assert ("Before and after" in page(viewer)) == (status == 200)
    assert "Before and after" in page(researcher)


def test_of_five_people_everything_is_told_but_in_files(study: Study, viewer: Client) -> None:
    of_few(study, counted=5, in_an_arm=5)
    assert "44.0 %" in page(viewer)
    assert viewer.get(CHART.format("fool-rates.svg")).status_code == 200
    for address in ("export/json/", "export/tidy/", "results.csv", "participants/", "photos/", "live/", "methods/"):
        assert viewer.get(f"/studies/sunday-study/{address}").headers["Location"].startswith("/login/"), address


def test_an_arm_without_a_response_keeps_nobody_from_reading(study: Study, viewer: Client) -> None:
    found = content()
    nothing = {"rate": None, "low": None, "high": None, "countable": 0, "participants": 0, "sequence": None}
    found["arms"][0] |= nothing
    report(study, arms=found["arms"])
    assert "44.0 %" in page(viewer)


def test_a_browser_keeps_nothing_of_what_a_viewer_read(study: Study, viewer: Client, researcher: Client) -> None:
    report(study)
    for address in (ADDRESS, CHART.format("fool-rates.svg?at=1"), CHART.format("over-time.png")):
        assert viewer.get(address).headers["Cache-Control"] == "private, no-store", address
    assert "max-age=3600" in researcher.get(CHART.format("fool-rates.svg?at=1")).headers["Cache-Control"]


def test_a_chart_is_gone_with_its_link(study: Study, viewer: Client, link: ViewerLink) -> None:
    report(study)
    address = CHART.format("fool-rates.svg?at=1")
    assert viewer.get(address).status_code == 200
    services.revoke_link(link=link, by=get_user_model().objects.get(username="ron"))
    assert viewer.get(address).status_code == 404


def test_the_live_page_is_named_to_the_team_alone(study: Study, viewer: Client, researcher: Client) -> None:
    report(study)
    assert "/live/" in page(researcher)
    assert "live" not in page(viewer).lower().replace("delivered", "")
