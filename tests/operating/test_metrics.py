"""The numbers of the page, for Prometheus, and for nobody without the token."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from colortest.stimuli import services
from colortest.stimuli.models import Colorization
from tests.operating.staging import rows, worker

pytestmark = pytest.mark.django_db
TOKEN, ROOM = "prometheus-knows-this", "123 GB"


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


def told(number: float) -> str:
    """As the page writes it."""
    return f"{number:,.0f}"


def test_page_command_and_metrics_tell_the_same(
    client: Client,
    admin: Client,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr("colortest.operating.overview.free_bytes", lambda: 123 * 10**9)
    rows(1205)
    rows(2, "FAILED", first=1205, error="too dark")
    Colorization.objects.update(created=timezone.now() - timedelta(hours=3))
    worker(photos_per_minute=30.0, photos=40)
    worker(photos_per_minute=61.0, process=8, photos=2)
    data = b"no zip"
    upload = services.begin_test_set(name="Street", file_name="street.zip", byte_count=len(data)).upload
    assert upload
    services.receive_chunk(upload=upload, position=0, data=data)
    found = numbers(client)
    page = re.sub(r"<[^>]+>|\s+", " ", admin.get("/workers/").content.decode())
    page = re.sub(r"\s+", " ", page)
    call_command("workers")
    said = capsys.readouterr().out
    pending, failed = (found[(f"colortest_colorizations_{one}", "grey")] for one in ("pending", "failed"))
    assert (pending, failed) == (1205, 2)
    assert f"{told(pending)} colorizations waiting" in page
    assert f"{told(failed)} failed" in page
    assert f"Grey: {told(pending)} waiting, the oldest for 3 h, {told(failed)} failed" in said
    assert found[("colortest_colorizations_oldest_pending_seconds", "grey")] // 3600 == 3
    assert "3 h since the oldest of them" in page
    rate, alive = found[("colortest_photos_per_minute", "")], found[("colortest_workers_alive", "CPU, 2 threads")]
    assert f"{told(alive)} workers alive {told(rate)} photos a minute" in page
    assert f"{told(alive)} workers at work, {told(pending)} colorizations to make" in said
    assert f"at {told(rate)} a minute" in said
    assert found[("colortest_work_pending", "import")] == 1
    assert "Test sets to import 1 0 s" in page
    assert "Test sets to import: 1 waiting, the oldest for 0 s" in said
    assert found[("colortest_work_oldest_seconds", "import")] < 60
    assert found[("colortest_free_bytes", "")] == 123 * 10**9
    assert f"{ROOM} free on the disk" in page
    assert f"{ROOM} free on the disk" in said


def test_trouble_is_a_number_to_be_woken_by(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    rows(1)
    assert numbers(client)[("colortest_trouble", "")] == 1
