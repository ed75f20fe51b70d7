"""The results page of a study, from its stored report."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from colortest.analysis.models import Report
from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.stimuli.models import MachineFoolRate
from tests.analysis.contents import content
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

ADDRESS = "/studies/sunday-study/results/"
CHART = "/studies/sunday-study/charts/{}"
ASKED = {"headers": {"HX-Request": "true"}}


def report(study: Study, *, simulated: bool = False, **changes: Any) -> Report:
    """Stored, as the worker does."""
    found = {**content(), **changes}
    key = {"study": study, "simulated": simulated}
    return Report.objects.update_or_create(
        **key, defaults={"content": found, "seconds": 1.0, "computed": timezone.now()}
    )[0]


@pytest.fixture
def closed(study: Study) -> Study:
    report(study)
    return services.close_study(study=study)


@pytest.fixture
def hiding(make_study: MakeStudy) -> Study:
    study = make_study(interim="HIDDEN")
    report(study)
    return study


def page(client: Client, address: str = ADDRESS) -> str:
    return client.get(address).content.decode()


def test_before_anybody_finished_it_says_where_to_send_people(study: Study, researcher: Client) -> None:
    shown = page(researcher)
    assert "Nobody has finished this study yet" in shown
    assert "http://testserver/s/sunday-study/" in shown
    assert "Simulated participants" not in shown


def test_of_a_study_that_is_over_everything_is_shown(closed: Study, researcher: Client) -> None:
    shown = page(researcher)
    for text in (
        "23.2 %",  # over all
        "44.0 %",
        "38.0 – 51.0 %",  # its interval
        "&lt; 0.001",  # against 50 %
        "Equivalent to 50 %?",
        "Ranking of the algorithms",
        "caught too few catch trials",
        "171 of 176 caught",
        "52.0 % chose left",
        "610 ms in the middle",
        "0.70 (0.60 … 0.80)",  # d′
        "60 photos are few",
        "half of 3168 test trials were between −2.0 and +3.0 ms off",
    ):
        assert text in shown, text


def test_of_a_staircase_nothing_is_asked_for_all_trials(study: Study, researcher: Client) -> None:
    report(study, exposure=[{**content()["exposure"][0], "asked_ms": None}])
    shown = page(researcher)
    assert "What was asked for changed from trial to trial" in shown
    assert CHART.format("exposures.svg") in shown


def test_each_chart_is_on_the_page_with_its_words_its_table_and_its_forms(closed: Study, researcher: Client) -> None:
    shown = page(researcher)
    charts = [
        "over-time",
        "exposures-1000",
        "fool-rates",
        "exclusions",
        "participants",
        "photos",
        "differences-algorithms",
        "differences-splits",
        "learning",
    ]
    for name in charts:
        for form in ("svg", "png", "json"):
            assert f'href="{CHART.format(name)}.{form}" download' in shown
        assert f'<details id="{name}-table">' in shown
    assert shown.count("<img class=") == len(charts) == shown.count("Fool rates with their 95 % interval") + 8


@pytest.mark.parametrize(
    ("form", "kind", "start"),
    [("svg", "image/svg+xml", b"<svg"), ("png", "image/png", b"\x89PNG"), ("json", "application/vnd", b"{")],
)
def test_a_chart_comes_as_svg_png_and_vega_lite(
    closed: Study, researcher: Client, form: str, kind: str, start: bytes
) -> None:
    reply = researcher.get(CHART.format(f"fool-rates.{form}"))
    assert reply.headers["Content-Type"].startswith(kind)
    assert reply.headers["Content-Disposition"] == f'attachment; filename="sunday-study-fool-rates.{form}"'
    assert reply.content.startswith(start)


def test_a_chart_that_a_page_shows_may_be_kept_and_one_that_is_not_there_is_404(
    closed: Study, researcher: Client
) -> None:
    reply = researcher.get(CHART.format("fool-rates.svg?at=1&narrow=1"))
    assert "max-age=3600" in reply.headers["Cache-Control"]
    assert "private" in reply.headers["Cache-Control"]
    assert "Content-Disposition" not in reply.headers
    assert float(reply.content.decode().split('width="')[1].split('"')[0]) < 330
    for name in ("nothing.svg", "fool-rates.gif", "simulated-fool-rates.svg"):
        assert researcher.get(CHART.format(name)).status_code == 404


def test_new_numbers_are_drawn_anew_although_drawings_are_kept(study: Study, researcher: Client) -> None:
    report(study)
    before = researcher.get(CHART.format("fool-rates.json")).json()
    arms = content()["arms"]
    report(study, arms=[{**arms[0], "rate": 0.777}])
    after = researcher.get(CHART.format("fool-rates.json")).json()
    assert "0.777" not in json.dumps(before)
    assert "0.777" in json.dumps(after)


def test_while_it_runs_only_what_holds_at_every_look_is_shown(study: Study, researcher: Client) -> None:
    report(study)
    shown = page(researcher)
    assert "33.0 – 56.0 %" in shown  # the confidence sequence
    assert "38.0 – 51.0 %" not in shown  # the interval
    for text in ("Holm", "Differences", "Ranking", "Sensitivity", "From practice", "mixed model", "(50.0 – 55.0 %"):
        assert text not in shown, text
    for name in ("differences-algorithms", "learning"):
        assert researcher.get(CHART.format(f"{name}.svg")).status_code == 404
    assert "38" not in json.dumps(researcher.get(CHART.format("fool-rates.json")).json())


def test_a_design_that_hides_its_rates_shows_counts_only_until_it_is_closed(hiding: Study, researcher: Client) -> None:
    remarks = ["The fool rate rises."]
    report(hiding, remarks=remarks)
    shown = page(researcher)
    assert "its design hides every rate" in shown
    assert "2880" in shown
    assert "caught too few catch trials" in shown
    for secret in ("23.2", "44.0", "31.0", "52.0 %", "0.70", "rises", "fool-rates", "97.0"):
        assert secret not in shown, secret
    for name in ("fool-rates", "exclusions", "participants", "photos", "differences-splits", "psnr"):
        assert researcher.get(CHART.format(f"{name}.svg")).status_code == 404
    assert researcher.get(CHART.format("over-time.svg")).status_code == 200
    services.close_study(study=hiding)
    assert "44.0 %" in page(researcher)


def test_simulated_participants_are_shown_apart(study: Study, researcher: Client) -> None:
    report(study)
    report(study, simulated=True, arms=[{**content()["arms"][0], "rate": 0.993, "sequence": {"low": 0.9, "high": 1.0}}])
    people, simulated = page(researcher).split('id="simulated"')
    assert "99.3 %" not in people
    assert "99.3 %" in simulated
    assert "simulated-fool-rates.svg" in simulated
    assert researcher.get(CHART.format("simulated-fool-rates.svg")).status_code == 200


def test_htmx_gets_what_changed_and_nothing_where_nothing_did(study: Study, researcher: Client) -> None:
    report(study)
    part = researcher.get(ADDRESS, **ASKED).content.decode()
    assert part.strip().startswith('<div class="stack" id="results"')
    asks = part.split('hx-get="')[1].split('"')[0]
    assert researcher.get(asks, **ASKED).status_code == 204
    report(study, counts={**content()["counts"], "finished": 45})
    assert ">45<" in researcher.get(asks, **ASKED).content.decode()
    services.close_study(study=study)
    assert "38.0 – 51.0 %" in researcher.get(asks, **ASKED).content.decode()


def test_a_page_reads_stored_rows_only_however_many_responses_there_are(closed: Study, researcher: Client) -> None:
    page(researcher)
    with CaptureQueriesContext(connection) as asked:
        page(researcher)
    statements = [one["sql"] for one in asked.captured_queries]
    assert not [sql for sql in statements if "experiment_response" in sql or "experiment_trial" in sql]
    assert len(statements) < 19


def test_the_machine_fool_rate_is_shown_beside_peoples_and_named_as_what_it_is(
    closed: Study, researcher: Client
) -> None:
    assert "has not been asked about these photos" in page(researcher)
    now, grey = timezone.now(), closed.under_test().get()
    numbers = {"photos": 30, "fooled": 3.5, "rate": 0.117, "low": 0.045, "high": 0.271}
    MachineFoolRate.objects.create(
        algorithm=grey, test_set=closed.test_set, split="test", requested=now, computed=now, **numbers
    )
    people, machine = page(researcher).split('id="machine"')
    assert "a network’s, not people’s" in people
    assert "4.5 – 27.1 %" in machine


def test_every_number_of_the_page_is_a_click_from_its_definition(closed: Study, researcher: Client) -> None:
    shown = page(researcher)
    for anchor in (
        "fool-rate",
        "interval",
        "finished",
        "countable",
        "excluded",
        "flagged",
        "fooled",
        "participants",
        "photos",
        "machine-fool-rate",
        "half",
        "equivalence",
        "wilson",
        "amt",
        "difference",
        "p-holm",
        "beats",
        "ranking",
        "ability",
        "rank",
        "best",
        "before-after",
        "responses-over-time",
        "catch",
        "side-bias",
        "response-time",
        "d-prime",
        "criterion",
        "unbiased",
        "learning",
        "exposure",
        "spread",
        "mixed",
        "mixed-sd",
    ):
        assert f'href="/definitions/#{anchor}"' in shown, anchor


def test_what_a_browser_kept_of_a_running_study_is_not_shown_once_it_is_closed(
    study: Study, researcher: Client
) -> None:
    report(study)
    running = page(researcher).split('id="fool-rates-chart" src="')[1].split('"')[0]
    services.close_study(study=study)
    closed = page(researcher).split('id="fool-rates-chart" src="')[1].split('"')[0]
    assert running != closed
    assert "interval" in researcher.get(closed).content.decode()
