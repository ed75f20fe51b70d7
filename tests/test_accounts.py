"""Accounts: how an admin gives them roles and teams, and what the admin site and the log-in refuse."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client

from colortest.access import RESEARCHERS as RESEARCHERS_GROUP
from colortest.experiment.models import Participant
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def test_an_admin_makes_a_researcher_in_the_admin_site(admin: Client) -> None:
    account = get_user_model().objects.get(username="ada")
    account.is_staff = account.is_superuser = True
    account.save()
    group = Group.objects.get_or_create(name=RESEARCHERS_GROUP)[0]
    password = "a long enough sentence"
    added = {"username": "rita", "password1": password, "password2": password, "usable_password": "true"}
    reply = admin.post("/admin/auth/user/add/", added)
    rita = get_user_model().objects.get(username="rita")
    page = {"username": "rita", "is_active": "on", "groups": [group.pk]}
    page |= {"date_joined_0": "2026-11-23", "date_joined_1": "10:00:00", "_save": "Save"}
    reply = admin.post(f"/admin/auth/user/{rita.pk}/change/", page)
    assert reply.status_code == 302, reply.content.decode()
    visitor = Client()
    visitor.force_login(rita, backend="django.contrib.auth.backends.ModelBackend")
    assert visitor.get("/studies/").status_code == 200


def test_rows_of_a_study_can_be_read_and_not_changed_in_the_admin_site(admin: Client, participant: Participant) -> None:
    get_user_model().objects.filter(username="ada").update(is_staff=True, is_superuser=True)
    for address in ("experiment/participant", "experiment/study", "stimuli/testset", "stimuli/algorithm"):
        assert admin.get(f"/admin/{address}/").status_code == 200
        assert admin.get(f"/admin/{address}/add/").status_code == 403
    assert admin.post(f"/admin/experiment/participant/{participant.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Participant.objects.filter(pk=participant.pk).exists()


def test_the_admin_site_is_for_staff_only(researcher: Client, client: Client) -> None:
    for visitor in (client, researcher):
        assert visitor.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_every_page_forbids_scripts_that_are_not_ours(client: Client, db: None) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    """Failed logins are counted in Redis, which no test's transaction takes back."""
    cache.clear()
    yield
    cache.clear()


def test_ten_wrong_passwords_lock_the_account(client: Client, admin: Client, fresh_cache: None) -> None:
    assert client.post("/login/", {"username": "ada", "password": PASSWORD}).status_code == 302
    client.logout()
    for _ in range(10):
        reply = client.post("/login/", {"username": "ada", "password": "wrong"})
    assert reply.status_code == 429
    assert client.post("/login/", {"username": "ada", "password": PASSWORD}).status_code == 429
