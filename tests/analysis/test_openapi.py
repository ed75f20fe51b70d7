"""The description of the read interface tells the truth: every address answers, and refuses, as it says."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from jsonschema import Draft202012Validator

from colortest.access import COMMON_TEAM, RESEARCHERS
from colortest.analysis.api.endpoints import ENDPOINTS
from colortest.analysis.views import api
from colortest.experiment.models import Study
from colortest.experiment.services import copy_study
from tests.analysis.notebooks import Notebook, notebook, played

__all__ = ["notebook", "played"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def description(client: Client, db: None) -> dict[str, Any]:
    reply = client.get("/api/openapi.json")
    assert reply.status_code == HTTPStatus.OK
    return dict(reply.json())


def validator(description: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Of OpenAPI 3.1, whose schemas are JSON Schema 2020-12, with its components at hand."""
    whole = {**schema, "components": description["components"]}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address with the cast's study in it, operation)."""
    for path, methods in description["paths"].items():
        assert list(methods) == ["get"]
        yield path.replace("{slug}", "sunday-study"), methods["get"]


def test_the_description_names_every_address_and_every_column(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    assert description["servers"] == [{"url": "http://testserver"}]
    served = {str(one.pattern) for one in api.urlpatterns} - {"api/openapi.json", "^api/"}
    described = {path.lstrip("/").replace("{slug}", "<slug:slug>") for path in description["paths"]}
    assert described == served
    assert {operation["operationId"] for _, operation in operations(description)} == {one.name for one in ENDPOINTS}
    told = description["paths"]["/api/studies/{slug}/responses.csv"]["get"]["description"]
    assert "- `fooled`: Whether the fake was taken for the real photo" in told


def test_every_address_answers_as_the_description_says(
    notebook: Notebook, played: Study, description: dict[str, Any]
) -> None:
    for address, operation in operations(description):
        reply = notebook.get(address)
        assert reply.status_code == HTTPStatus.OK
        ((media_type, content),) = operation["responses"]["200"]["content"].items()
        assert reply.headers["Content-Type"].split(";")[0] == media_type
        answer = reply.json() if media_type == "application/json" else bytes(reply.getvalue()).decode()
        assert answer
        validator(description, content["schema"]).validate(answer)


def test_every_address_refuses_as_the_description_says(
    notebook: Notebook, researcher: Client, played: Study, description: dict[str, Any]
) -> None:
    bearer = {"Authorization": f"Bearer {notebook.token}"}
    hidden = copy_study(study=played, title="Hidden study")
    Study.objects.filter(pk=hidden.pk).update(interim="HIDDEN")
    for address, operation in operations(description):
        replies = {
            "401": Client().get(address),
            "404": notebook.get(address.replace("sunday", "monday")),
            "409": notebook.get(address.replace(played.slug, hidden.slug)),
            "405": Client(enforce_csrf_checks=True).post(address, headers=bearer),
        }
        expected = {status: replies[status] for status in operation["responses"] if status in replies}
        ruth = get_user_model().objects.get(username="ruth")
        ruth.groups.clear()
        expected["403"] = notebook.get(address)
        ruth.groups.add(Group.objects.get(name=RESEARCHERS), Group.objects.get(name=COMMON_TEAM))
        assert {*expected, "200"} == set(operation["responses"])
        for status, reply in expected.items():
            assert reply.status_code == int(status), address
            refused = description["components"]["responses"][status]["content"]["application/json"]["schema"]
            validator(description, refused).validate(reply.json())
        assert replies["405"].headers["Allow"] == "GET, HEAD"


def test_an_answer_that_is_not_as_described_would_be_found(notebook: Notebook, description: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/FoolRate"}
    names = description["components"]["schemas"]["FoolRate"]["required"]
    right = dict.fromkeys(names, 1) | {
        "algorithm": "best",
        "split": "test",
        "simulated": False,
        "method": "Wilson 95 %",
    }
    right["computed"] = "2026-11-23T10:00:00Z"
    assert validator(description, schema).is_valid(right)
    for wrong in ({"rate": 35.0}, {"rate": "0.35"}, {"countable": None, "simulated": None}, {"unknown": 1}):
        assert not validator(description, schema).is_valid({**right, **wrong})
