"""What load balancers ask: does it live, and is all that it needs there?"""

from pathlib import Path

import pytest
from celery import Celery
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from pytest_django import Settings

from colortest.operating import health

ALL_WELL = {"database": "ok", "migrations": "ok", "queue": "ok", "storage": "ok"}


def test_it_lives_without_any_database(client: Client) -> None:
    reply = client.get("/health/live")
    assert reply.json() == {"process": "ok"}
    assert "no-store" in reply.headers["Cache-Control"]


@pytest.mark.django_db(transaction=True)
class TestReady:
    """Checks ask from threads and connections of their own, which see what is committed."""

    def test_with_all_that_it_needs(self, client: Client) -> None:
        reply = client.get("/health/ready")
        assert (reply.status_code, reply.json()) == (200, ALL_WELL)
        assert "no-store" in reply.headers["Cache-Control"]

    def test_a_missing_migration_is_named(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        known = health._on_disk()
        monkeypatch.setattr(health, "_on_disk", lambda: known | {("stimuli", "9999_of_tomorrow")})
        reply = client.get("/health/ready")
        assert reply.status_code == 503
        assert reply.json() == ALL_WELL | {"migrations": "Migrations are missing: run “manage.py migrate”."}

    def test_a_dead_queue_is_named(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("colortest.operating.broker.app", Celery(broker="redis://127.0.0.1:1/0"))
        reply = client.get("/health/ready")
        assert reply.status_code == 503
        assert reply.json() == ALL_WELL | {"queue": "The queue (Redis) does not answer."}

    def test_a_folder_that_is_no_folder_is_named(self, client: Client, settings: Settings, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = str(tmp_path / "file")
        Path(settings.MEDIA_ROOT).write_text("in the way")
        reply = client.get("/health/ready")
        assert reply.status_code == 503
        assert reply.json() == ALL_WELL | {"storage": "Files cannot be stored."}

    def test_it_leaves_no_file_behind(self, client: Client) -> None:
        client.get("/health/ready")
        folder = Path(default_storage.path("health_check_storage_test"))
        assert list(folder.iterdir()) == []

    def test_a_database_that_is_away_is_named_and_no_host_is_told(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setitem(connection.settings_dict, "HOST", "/nowhere/secret-host")
            reply = client.get("/health/ready")
        assert reply.status_code == 503
        assert reply.json()["database"] == "The database does not answer."
        assert b"secret-host" not in reply.content
