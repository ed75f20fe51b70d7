"""The numbers of the page, for Prometheus, and for nobody without the token."""

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from tests.operating.staging import rows, worker

pytestmark = pytest.mark.django_db
TOKEN = "prometheus-knows-this"


def numbers(client: Client) -> dict[tuple[str, str], float]:
    """(name, label) → value."""
    reply = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert reply.status_code == 200
    samples = [sample for family in text_string_to_metric_families(reply.content.decode()) for sample in family.samples]
    return {(sample.name, "".join(sample.labels.values())): sample.value for sample in samples}


def test_without_a_token_of_the_site_there_is_no_such_address(client: Client, admin: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert admin.get("/metrics").status_code == 404


def test_another_token_opens_nothing(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    for given in ("", "Bearer", f"Bearer {TOKEN}x", TOKEN, "Bearer ü"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


def test_the_numbers_are_those_of_the_page(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    rows(5)
    rows(2, "FAILED", first=5, error="too dark")
    worker(photos_per_minute=30.0, device="NVIDIA H100")
    worker(photos_per_minute=60.0, device="NVIDIA H100", process=8)
    worker(process=9, silent=60)
    found = numbers(client)
    assert found[("colortest_colorizations_pending", "grey")] == 5
    assert found[("colortest_colorizations_failed", "grey")] == 2
    assert found[("colortest_colorizations_oldest_pending_seconds", "grey")] < 60
    assert found[("colortest_workers_alive", "NVIDIA H100")] == 2
    assert found[("colortest_photos_per_minute", "")] == 90
    assert found[("colortest_queue_up", "")] == 1
    assert found[("colortest_trouble", "")] == 0
    assert found[("colortest_work_pending", "import")] == 0


def test_trouble_is_a_number_to_be_woken_by(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    rows(1)
    assert numbers(client)[("colortest_trouble", "")] == 1
