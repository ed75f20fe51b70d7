"""Comparing: algorithms within a study, and two studies as far as their protocols allow."""

from typing import Any

import pytest
from django.test import Client
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from colortest.analysis import comparing
from colortest.analysis.statistics.independent import Bounded, difference
from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.analysis.contents import arm, content
from tests.analysis.test_results_page import page, report
from tests.cast import colour, make_test_set

pytestmark = pytest.mark.django_db

ADDRESS = "/compare/?study=sunday-study&beside=monday-study"


def grey(split: str, rate: float) -> dict[str, Any]:
    return arm("Grey", split, rate)


@pytest.fixture
def sunday(study: Study) -> Study:
    report(study, arms=[grey("test", 0.3), grey("train", 0.4)])
    return services.close_study(study=study)


def opened(study: Study, title: str = "Monday study", **columns: object) -> Study:
    """A copy of a study that is over, with these columns and a report."""
    copied = services.copy_study(study=study, title=title)
    for name, value in columns.items():
        setattr(copied, name, value)
    copied.save()
    report(copied, arms=[grey("test", 0.2), grey("train", 0.45)])
    return services.close_study(study=services.open_study(study=copied))


def test_under_one_protocol_everything_on_the_same_photos_is_compared(sunday: Study, researcher: Client) -> None:
    monday = opened(sunday, quota=99)  # more people are no other protocol
    found = comparing.compare(sunday, monday)
    assert found.same_protocol
    assert [(pair.a["split"], pair.b["split"]) for pair in found.pairs] == [("test", "test"), ("train", "train")]
    shown = page(researcher, ADDRESS)
    assert "Under one protocol, on the same photos" in shown
    assert "+10.0 (" in shown
    assert "−5.0 (" in shown
    assert "cannot be compared" not in shown
    reply = researcher.get("/compare/sunday-study/monday-study.json")
    assert "Sunday study: test" in reply.content.decode()


def test_another_protocol_is_refused_but_for_shared_conditions_and_the_sentence_names_what_differs(
    sunday: Study, researcher: Client
) -> None:
    opened(sunday, question="FAKE", exposures_ms=[3000, 5000])
    shown = page(researcher, ADDRESS)
    assert "Their protocols differ: question is Which one is the real photo? in “Sunday study”" in shown
    assert "exposures is 1,000 ms in “Sunday study” and 3,000 ms, 5,000 ms in “Monday study”" in shown
    assert "not ranked against each other" in shown
    assert "Shared conditions" in shown
    assert "+10.0 (" in shown, "grey on the same photos, seen under either protocol"


def test_another_protocol_without_a_shared_condition_is_refused(sunday: Study, researcher: Client) -> None:
    blue = register_method(
        slug="blue", name="Blue", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.RANDOM_COLOUR
    )
    colour(sunday.test_set, blue)
    copied = services.copy_study(study=sunday, title="Monday study")
    texts = dict(copied.consent_texts.values_list("language", "text"))
    services.change_design(study=copied, algorithms=[blue], consent_texts=texts, question="FAKE")
    report(copied, arms=[arm("Blue", "test", 0.2)])
    services.close_study(study=services.open_study(study=copied))
    shown = page(researcher, ADDRESS)
    assert "These studies cannot be compared: they share no algorithm on the same photos, and their protocols" in shown
    assert "20.0 %" not in shown
    assert researcher.get("/compare/sunday-study/monday-study.svg").status_code == 404


def test_other_photos_of_the_same_name_are_no_shared_condition(sunday: Study) -> None:
    monday = services.copy_study(study=sunday, title="Monday study")
    monday.test_set = make_test_set(58, name="elsewhere")
    colour(monday.test_set, sunday.under_test().get())
    colour(monday.test_set, sunday.for_catch_trials().get())
    monday.save()
    report(monday, arms=[grey("test", 0.2)])
    found = comparing.compare(sunday, services.close_study(study=services.open_study(study=monday)))
    assert (
        found.refusal == "These studies cannot be compared: they show no photos in common, or nothing is countable yet."
    )
    assert not found.pairs


def test_a_study_that_is_open_has_its_confidence_sequence_and_no_difference(sunday: Study, researcher: Client) -> None:
    services.open_study(study=opened(sunday))
    shown = page(researcher, ADDRESS)
    assert "(9.0 – 32.0 %)" in shown
    assert "once both are closed" in shown
    assert "+10.0 (" not in shown


def test_a_study_that_hides_its_rates_is_compared_with_nothing(sunday: Study, researcher: Client) -> None:
    services.open_study(study=opened(sunday, interim="HIDDEN"))
    shown = page(researcher, ADDRESS)
    assert "“Monday study” is not closed yet, and until then its design hides its rates." in shown
    assert "20.0 %" not in shown
    assert researcher.get("/compare/sunday-study/monday-study.svg").status_code == 404


def test_one_study_alone_shows_its_algorithms_against_each_other(study: Study, researcher: Client) -> None:
    report(study)
    assert "Differences are shown once the study is closed" in page(researcher, "/compare/?study=sunday-study")
    services.close_study(study=study)
    shown = page(researcher, "/compare/?study=sunday-study")
    assert "Net − Grey (test)" in shown
    assert "Ranking of the algorithms" in shown
    assert content()["rankings"]["sentence"] in shown


def test_a_study_beside_itself_is_told_so_and_the_choice_stays(sunday: Study, researcher: Client) -> None:
    shown = page(researcher, "/compare/?study=sunday-study&beside=sunday-study")
    assert "This is the same study" in shown
    assert shown.count('<option value="sunday-study" selected>') == 2


@pytest.mark.parametrize(("fooled", "of", "other", "other_of"), [(56, 70, 48, 80), (9, 10, 3, 10), (0, 10, 0, 20)])
def test_the_difference_of_wilsons_intervals_is_newcombes(fooled: int, of: int, other: int, other_of: int) -> None:
    one, two = (
        Bounded(count / total, *proportion_confint(count, total, method="wilson"))
        for count, total in ((fooled, of), (other, other_of))
    )
    found = difference(one, two)
    expected = confint_proportions_2indep(fooled, of, other, other_of, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert found.value == pytest.approx(fooled / of - other / other_of)


def test_a_chart_of_two_studies_is_drawn_anew_for_each_page(sunday: Study, researcher: Client) -> None:
    opened(sunday)
    addresses = {page(researcher, ADDRESS).split('id="both-chart" src="')[1].split('"')[0] for _ in range(2)}
    assert len(addresses) == 2
