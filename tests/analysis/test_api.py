"""The read interface: what a token opens, and what it refuses."""

import csv
import io
import json
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from colortest.access import RESEARCHERS
from colortest.analysis import services
from colortest.analysis.exports.tidy import tidy_csv
from colortest.analysis.models import ApiToken, Report
from colortest.experiment.models import Study
from tests.analysis.notebooks import Notebook, notebook, played
from tests.analysis.test_fool_rates import play

__all__ = ["notebook", "played"]

pytestmark = pytest.mark.django_db

STUDY = "/api/studies/sunday-study/"


def refusal(reply: Any) -> str:
    """The sentence of a reply that is not the answer."""
    told = reply.json()["error"]
    assert told["status"] == reply.status_code
    return str(told["message"])


def test_a_token_is_shown_once_and_only_its_hash_is_stored(researcher: Client) -> None:
    page = researcher.post("/account/tokens/", {"name": "notebook"}).content.decode()
    (token,) = set(re.findall(r"colortest_[-\w]{43}", page))
    assert Notebook(token).get("/api/studies/").status_code == HTTPStatus.OK
    assert token not in researcher.get("/account/tokens/").content.decode()
    stored = ApiToken.objects.values().get()
    assert token not in str(stored)
    assert len(stored["digest"]) == 64


def test_a_revoked_token_opens_nothing_at_once(researcher: Client, notebook: Notebook, study: Study) -> None:
    assert notebook.get(STUDY).status_code == HTTPStatus.OK
    researcher.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    reply = notebook.get(STUDY)
    assert reply.status_code == HTTPStatus.UNAUTHORIZED
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert "not revoked" in refusal(reply)
    assert "revoked on" in researcher.get("/account/tokens/").content.decode()


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}"])
def test_nothing_opens_without_a_good_token_a_log_in_neither(
    header: str, researcher: Client, notebook: Notebook, study: Study
) -> None:
    reply = researcher.get(STUDY, headers={"Authorization": header.format(token=notebook.token)})
    assert reply.status_code == HTTPStatus.UNAUTHORIZED


def test_a_token_opens_no_page(notebook: Notebook, study: Study) -> None:
    for address in ("/studies/", "/studies/sunday-study/", "/studies/sunday-study/results.csv"):
        assert notebook.get(address).headers["Location"].startswith("/login/")


def test_a_token_reads_what_its_researcher_may_and_no_more(notebook: Notebook, study: Study) -> None:
    assert [one["slug"] for one in notebook.json("/api/studies/")["studies"]] == ["sunday-study"]
    Study.objects.update(team=Group.objects.create(name="others"))
    assert notebook.json("/api/studies/") == {"studies": []}
    assert refusal(notebook.get(STUDY)) == "You have no study “sunday-study”."


def test_who_is_no_researcher_any_more_reads_nothing(notebook: Notebook, study: Study) -> None:
    ruth = get_user_model().objects.get(username="ruth")
    ruth.groups.remove(Group.objects.get(name=RESEARCHERS))
    reply = notebook.get(STUDY)
    assert reply.status_code == HTTPStatus.FORBIDDEN
    assert "no researcher any more" in refusal(reply)
    ruth.groups.add(Group.objects.get(name=RESEARCHERS))
    get_user_model().objects.update(is_active=False)
    assert notebook.get(STUDY).status_code == HTTPStatus.FORBIDDEN


def test_it_needs_and_leaves_no_cookie_and_no_session(notebook: Notebook, study: Study) -> None:
    before = Session.objects.count()
    for address in ("/api/studies/", f"{STUDY}responses.csv", "/api/openapi.json", "/api/nothing/"):
        reply = notebook.get(address)
        assert not reply.cookies
        assert "Set-Cookie" not in reply.headers
    assert Session.objects.count() == before


def test_the_page_says_when_a_token_was_last_used(notebook: Notebook, researcher: Client, study: Study) -> None:
    assert "never used" in researcher.get("/account/tokens/").content.decode()
    notebook.get(STUDY)
    used = ApiToken.objects.get().last_used
    notebook.get(STUDY)  # nothing is written more often than once a minute
    assert ApiToken.objects.get().last_used == used
    ApiToken.objects.update(last_used=timezone.now() - timedelta(hours=1))
    notebook.get(STUDY)
    assert ApiToken.objects.get().last_used > used
    assert f"last used on {timezone.now():%Y-%m-%d %H}" in researcher.get("/account/tokens/").content.decode()


def test_fool_rates_are_the_stored_ones_as_proportions(notebook: Notebook, played: Study) -> None:
    answer = notebook.json(f"{STUDY}fool-rates/")
    assert (answer["study"], answer["design_hash"], answer["showing"]) == (played.slug, played.design_hash, "FINAL")
    stored = played.fool_rates.for_page()
    assert len(answer["fool_rates"]) == len(stored) > 0
    for told, rate in zip(answer["fool_rates"], stored, strict=True):
        for name in (
            "split",
            "simulated",
            "countable",
            "fooled",
            "rate",
            "low",
            "high",
            "method",
            "wilson_low",
            "amt_sd",
        ):
            assert told[name] == getattr(rate, name)
        assert told["rate"] == told["fooled"] / told["countable"]


def test_a_study_that_is_open_tells_no_bounds_but_those_that_hold_at_every_look(
    notebook: Notebook, study: Study
) -> None:
    play(study, fooled=9)
    services.compute_fool_rates(study=study)
    rates = study.fool_rates.of_people().order_by("split")
    arms = [
        {"algorithm": "grey", "split": rate.split, "asked_ms": None, "fooled": rate.fooled, "countable": rate.countable}
        for rate in rates
    ]
    wide, stale = {"low": 0.01, "high": 0.99}, {"low": 0.4, "high": 0.6}
    content = {"arms": [{**arms[0], "sequence": wide}, {**arms[1], "fooled": 0, "countable": 1, "sequence": stale}]}
    Report.objects.create(study=study, simulated=False, content=content, seconds=0, computed=timezone.now())
    told = [one for one in notebook.json(f"{STUDY}fool-rates/")["fool_rates"] if not one["simulated"]]
    assert [one["rate"] for one in told] == [rate.rate for rate in rates]
    assert [(one["low"], one["high"], one["wilson_low"], one["amt_sd"]) for one in told] == [
        (0.01, 0.99, None, None),
        (None, None, None, None),
    ]


def test_hidden_until_closed_is_hidden_here_too(notebook: Notebook, make_study: Any) -> None:
    study = make_study(interim="HIDDEN")
    play(study, fooled=9)
    services.compute_fool_rates(study=study)
    answer = notebook.json(f"{STUDY}fool-rates/")
    assert answer["showing"] == "HIDDEN"
    for told in answer["fool_rates"]:
        assert {told[name] for name in ("countable", "fooled", "rate", "low", "high", "method")} == {None}
    for ending in ("responses.csv", "responses.ndjson"):
        refused = notebook.get(f"{STUDY}{ending}")
        assert refused.status_code == 409
        assert "hides what people choose until it is closed" in refused.json()["error"]["message"]


def test_responses_are_the_bytes_of_the_tidy_table_streamed(notebook: Notebook, played: Study) -> None:
    reply = notebook.get(f"{STUDY}responses.csv")
    assert reply.streaming
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.getvalue() == b"".join(tidy_csv(played))


def test_responses_are_the_same_as_json_with_types(notebook: Notebook, played: Study) -> None:
    assert notebook.get(f"{STUDY}responses.ndjson").streaming
    text = notebook.text(f"{STUDY}responses.ndjson")
    lines = [json.loads(line, parse_float=str) for line in text.splitlines()]  # 16.70 is not 16.7 to a table
    rows = list(csv.DictReader(io.StringIO(notebook.text(f"{STUDY}responses.csv"), newline="")))
    assert len(lines) == len(rows) == 3 * played.counts.total
    for line, row in zip(lines, rows, strict=True):
        assert list(line) == list(row)
        assert {name: "" if value is None else str(value) for name, value in line.items()} == row
    assert {type(lines[0][name]) for name in ("fooled", "excluded", "simulated")} == {bool}
    assert isinstance(lines[0]["position"], int)


def test_a_name_that_json_must_escape_comes_through(notebook: Notebook, played: Study) -> None:
    name = 'a "b"\\c, é\t日本.jpg'
    played.photos().update(name=name)
    assert {json.loads(line)["photo"] for line in notebook.text(f"{STUDY}responses.ndjson").splitlines()} == {name}


def test_an_unknown_address_says_so_in_json(client: Client, db: None) -> None:
    for address in ("/api/", "/api/studies", "/api/nothing/at/all"):
        reply = client.get(address)
        assert reply.status_code == HTTPStatus.NOT_FOUND
        assert "/api/openapi.json" in refusal(reply)
