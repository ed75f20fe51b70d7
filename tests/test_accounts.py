"""Accounts: how an admin gives them roles and teams, and what the admin site and the log-in refuse."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

from colortest.access import RESEARCHERS as RESEARCHERS_GROUP
from colortest.experiment.models import Participant, Study
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


def of_admin_site() -> list[str]:
    """Every address of Django's admin site, with 1 where a row is named."""
    _, resolver = get_resolver().namespace_dict["admin"]
    return [
        "/admin/" + template % dict.fromkeys(names, "1")
        for name in resolver.reverse_dict
        if isinstance(name, str)
        for possibility in resolver.reverse_dict.getlist(name)
        for template, names in possibility[0]
    ]


def test_every_address_of_the_admin_site_is_for_staff_only(
    researcher: Client, stranger: Client, admin: Client, client: Client
) -> None:
    addresses = [address for address in of_admin_site() if address != "/admin/login/"]
    assert len(addresses) > 30
    for visitor in (client, stranger, researcher, admin):
        for address in addresses:
            reply = visitor.get(address)
            assert reply.status_code == 302, address
            assert reply.headers["Location"].startswith(("/admin/login/", "/admin/")), address
            assert "/admin/login/" in visitor.get(address, follow=True).redirect_chain[-1][0], address


def test_an_admin_makes_a_team_in_the_admin_site(admin: Client, researcher: Client, study: Study) -> None:
    get_user_model().objects.filter(username="ada").update(is_staff=True, is_superuser=True)
    assert admin.post("/admin/auth/group/add/", {"name": "laboratory"}).status_code == 302
    team = Group.objects.get(name="laboratory")
    ruth = get_user_model().objects.get(username="ruth")
    roles = list(ruth.groups.filter(name=RESEARCHERS_GROUP).values_list("pk", flat=True))
    page = {"username": "ruth", "is_active": "on", "groups": [*roles, team.pk]}
    page |= {"date_joined_0": "2026-11-23", "date_joined_1": "10:00:00", "_save": "Save"}
    assert admin.post(f"/admin/auth/user/{ruth.pk}/change/", page).status_code == 302
    assert researcher.get("/studies/sunday-study/").status_code == 404
    admin.post("/studies/sunday-study/sharing/team/", {"team": team.pk})
    assert researcher.get("/studies/sunday-study/").status_code == 200
