"""The list of studies: what each found, and search and filter in the address."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.analysis.contents import arm
from tests.analysis.test_results_page import page, report
from tests.cast import MakeStudy, make_test_set

pytestmark = pytest.mark.django_db


def listed(client: Client, query: str = "") -> list[str]:
    """Titles, in the order of the page."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page(client, f"/studies/{query}"))


@pytest.fixture
def three(study: Study) -> Study:
    """An open one, a draft of it by another name, and a draft of another algorithm on other photos."""
    services.copy_study(study=study, title="Monday study")
    blue = register_method(
        slug="blue", name="Blue", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.RANDOM_COLOUR
    )
    other = make_test_set(2, name="elsewhere")
    services.create_study(
        title="Moon study", test_set=other, splits=["test"], algorithms=[blue], preset="zhang-2016", team=study.team
    )
    return study


def test_each_study_has_its_status_people_and_rate_with_its_interval(study: Study, researcher: Client) -> None:
    assert "–" in page(researcher, "/studies/")
    report(study, overall=arm(rate=0.24))
    shown = page(researcher, "/studies/")
    assert ">44<" in shown
    assert ">2880<" in shown
    assert "<strong>24.0 %</strong> (13.0 – 36.0 %)" in shown, "the confidence sequence of an open study"
    services.close_study(study=study)
    shown = page(researcher, "/studies/")
    assert "closed" in shown
    assert "<strong>24.0 %</strong> (18.0 – 31.0 %)" in shown


def test_a_study_that_hides_its_rates_hides_them_here_too(make_study: MakeStudy, researcher: Client) -> None:
    report(make_study(interim="HIDDEN"))
    shown = page(researcher, "/studies/")
    assert ">44<" in shown
    assert "23.2" not in shown
    assert "hidden until it is closed" in shown


def test_nothing_countable_has_no_rate(study: Study, researcher: Client) -> None:
    nothing = {"rate": None, "low": None, "high": None, "sequence": None}
    report(study, overall=arm() | nothing)
    assert "%" not in re.sub(r"95 %", "", page(researcher, "/studies/"))


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Moon study", "Monday study", "Sunday study"]),
        ("?search=SUNday", ["Sunday study"]),
        ("?search=study+mo", ["Moon study", "Monday study"]),
        ("?status=OPEN", ["Sunday study"]),
        ("?status=DRAFT&search=monday", ["Monday study"]),
        ("?test_set=elsewhere", ["Moon study"]),
        ("?algorithm=grey", ["Monday study", "Sunday study"]),
        ("?algorithm=blue&status=OPEN", []),
        ("?status=LOST&test_set=mars&page=9", ["Moon study", "Monday study", "Sunday study"]),
    ],
)
def test_search_and_filter_are_in_the_address(three: Study, researcher: Client, query: str, titles: list[str]) -> None:
    assert listed(researcher, query) == titles


def test_a_study_is_found_by_the_hash_of_its_design(three: Study, researcher: Client) -> None:
    assert listed(researcher, f"?search={three.design_hash[:12]}") == ["Sunday study"]


def test_what_was_searched_for_stays_in_the_form(three: Study, researcher: Client) -> None:
    shown = page(researcher, "/studies/?search=no+such&status=OPEN")
    assert 'value="no such"' in shown
    assert '<option value="OPEN" selected>' in shown
    assert "No study is left with this search." in shown


def test_many_studies_ask_no_more_than_few(three: Study, researcher: Client) -> None:
    page(researcher, "/studies/")
    with CaptureQueriesContext(connection) as few:
        page(researcher, "/studies/")
    for number in range(5):
        services.copy_study(study=three, title=f"Copy {number}")
    with CaptureQueriesContext(connection) as many:
        page(researcher, "/studies/")
    assert len(many) == len(few) < 15
