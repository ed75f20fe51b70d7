"""The participants page: everybody who finished, one by one, by number and by nothing that tells who they are."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from colortest.analysis.models import ParticipantRate
from colortest.analysis.services import compute_fool_rates, make_link
from colortest.analysis.statistics.intervals import wilson
from colortest.experiment import services
from colortest.experiment.models import OutsideId, Participant, Study
from tests.analysis.test_fool_rates import play
from tests.analysis.test_results_page import page
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

ADDRESS = "/studies/sunday-study/participants/"
ORDERS = ("number", "most", "least", "catch", "fast", "slow")


def people(study: Study, count: int) -> None:
    """Finished, with stored rates: the later the more often fooled and the faster; every fifth is excluded."""
    now = timezone.now()
    made = Participant.objects.bulk_create(
        Participant(
            study=study,
            number=number,
            consent_version="1",
            started=now,
            finished=now,
            ending="FAILED_ATTENTION" if number % 5 == 0 else "COMPLETED",
            exclusion_reason="always the same side" if number % 5 == 0 else "",
        )
        for number in range(1, count + 1)
    )
    ParticipantRate.objects.bulk_create(
        ParticipantRate(
            participant=person,
            study=study,
            fooled=person.number % 31,
            countable=34,
            unflagged=34,
            flagged=2,
            left=17,
            caught=person.number % 4,
            catch=4,
            rt_ms=5000 - person.number,
        )
        for person in made
    )


@pytest.fixture
def many(study: Study) -> Study:
    people(study, 120)
    return services.close_study(study=study)


def numbers(shown: str) -> list[int]:
    return [int(number) for number in re.findall(r'<th scope="row" class="numeric">(\d+)</th>', shown)]


def test_everybody_is_there_once_by_number_fifty_to_a_page(many: Study, researcher: Client) -> None:
    pages = [numbers(page(researcher, f"{ADDRESS}?page={number}")) for number in (1, 2, 3)]
    assert [len(one) for one in pages] == [50, 50, 20]
    assert sum(pages, []) == list(range(1, 121))
    assert "120 people, page 1 of 3" in page(researcher, ADDRESS)


def test_a_row_has_what_one_person_chose(many: Study, researcher: Client) -> None:
    row = page(researcher, ADDRESS).split('class="numeric">10</th>')[1].split("</tr>")[0]
    bounds = wilson(10, 34)
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()
    interval = f"{100 * bounds.low:.1f} – {100 * bounds.high:.1f} %"
    assert said == f"29.4 % {interval} 34 2 2 of 4 4990 ms 17 of 34 always the same side"
    assert f'd="M{100 * bounds.low:.1f} 5H{100 * bounds.high:.1f}"' in row
    assert 'cx="29.4"' in row


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("most", [30, 61, 92, 29]),
        ("least", [31, 62, 93, 1]),
        ("catch", [4, 8, 12]),
        ("fast", [120, 119]),
        ("slow", [1]),
    ],
)
def test_the_order_is_in_the_address(many: Study, researcher: Client, order: str, first: list[int]) -> None:
    assert numbers(page(researcher, f"{ADDRESS}?order={order}"))[: len(first)] == first
    assert f"?order={order}&amp;page=2" in page(researcher, f"{ADDRESS}?order={order}")


def test_those_without_a_number_come_last(many: Study, researcher: Client) -> None:
    nothing = {"fooled": 0, "countable": 0, "unflagged": 0, "left": 0, "caught": 0, "catch": 0, "rt_ms": None}
    many.participant_rates.filter(participant__number=60).update(**nothing)
    for order in ORDERS[1:]:
        assert numbers(page(researcher, f"{ADDRESS}?order={order}&page=3"))[-1] == 60, order


def test_counted_and_excluded_are_chosen_in_the_address(many: Study, researcher: Client) -> None:
    excluded = page(researcher, f"{ADDRESS}?who=excluded&order=most")
    assert set(numbers(excluded)) == set(range(5, 121, 5))
    counted = page(researcher, f"{ADDRESS}?who=counted")
    assert "96 people" in counted
    assert "always the same side" not in counted


def test_what_the_address_asks_for_in_vain_shows_everybody(many: Study, researcher: Client) -> None:
    assert numbers(page(researcher, f"{ADDRESS}?who=friends&order=height&page=x")) == list(range(1, 51))


def test_nobody_is_named(study: Study, researcher: Client) -> None:
    person = play(study, fooled=9)
    OutsideId.objects.create(participant=person, study=study, digest="f" * 64)
    compute_fool_rates(study=study)
    services.close_study(study=study)
    shown = page(researcher, ADDRESS)
    assert numbers(shown) == [person.number]
    assert person.code not in shown
    assert "ffff" not in shown
    assert "9 of" not in shown.split("<tbody>")[0]
    assert "25.0 %" in shown  # 9 of 36


def test_while_a_study_runs_nobodys_fool_rate_is_shown_nor_an_order_by_it(study: Study, researcher: Client) -> None:
    people(study, 70)
    shown = page(researcher, f"{ADDRESS}?order=most")
    assert "counts only" in shown
    assert numbers(shown) == list(range(1, 51))
    assert "most often fooled" not in shown
    assert "29.4" not in shown
    assert "<svg" not in shown
    assert "Chose left" not in shown
    assert "2 of 4" in shown
    assert numbers(page(researcher, f"{ADDRESS}?order=fast"))[0] == 70


def test_a_study_that_hides_its_rates_shows_nobody(make_study: MakeStudy, researcher: Client) -> None:
    study = make_study(interim="HIDDEN")
    people(study, 10)
    for query in ("", "?order=most", "?who=excluded"):
        shown = page(researcher, f"{ADDRESS}{query}")
        assert "its design hides every rate" in shown
        assert "<table" not in shown
    services.close_study(study=study)
    assert len(numbers(page(researcher, ADDRESS))) == 10


def test_where_each_sees_one_algorithm_it_is_named(make_study: MakeStudy, researcher: Client) -> None:
    study = make_study(assignment="BETWEEN", practice_trials=0)
    play(study, fooled=2)
    compute_fool_rates(study=study)
    assert "<td>Grey</td>" in page(researcher, ADDRESS)


def test_before_anybody_finished_it_says_so(study: Study, researcher: Client) -> None:
    assert "Nobody has finished this study yet" in page(researcher, ADDRESS)


def test_the_results_page_leads_there_and_a_viewer_is_not_let_in(many: Study, researcher: Client) -> None:
    viewer = Client()
    link = make_link(study=many, note="reviewers", by=None)  # type: ignore[arg-type]
    assert viewer.get(link.get_absolute_url(), follow=True).status_code == 200
    assert viewer.get(ADDRESS).headers["Location"].startswith("/login/")


def test_it_asks_as_much_of_a_thousand_people_as_of_fifty(many: Study, researcher: Client) -> None:
    for order in ORDERS:
        page(researcher, ADDRESS)
        with CaptureQueriesContext(connection) as asked:
            page(researcher, f"{ADDRESS}?order={order}&who=counted&page=2")
        statements = [one["sql"] for one in asked.captured_queries]
        assert len(statements) <= 10
        assert not [sql for sql in statements if "experiment_response" in sql or "experiment_trial" in sql]
