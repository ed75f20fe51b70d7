"""Guessing passwords is stopped, and nobody's network address is written down for it."""

from hashlib import sha256

import pytest
from axes.helpers import make_cache_key_list
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, RequestFactory

from colortest.access import hashed_address
from tests.cast import PASSWORD

LIMIT = 10
ADDRESS = "203.0.113.7"


def log_in(name: str, password: str, address: str = ADDRESS) -> int:
    return int(Client(REMOTE_ADDR=address).post("/login/", {"username": name, "password": password}).status_code)


@pytest.mark.django_db
def test_who_guesses_too_often_waits_and_everybody_else_does_not(researcher: Client) -> None:
    name = User.objects.get().username
    assert [log_in(name, f"guess {number}") for number in range(LIMIT)][:-1] == [200] * (LIMIT - 1)
    assert log_in(name, PASSWORD) == 429
    assert log_in(name, PASSWORD, address="203.0.113.8") == 302


@pytest.mark.django_db
def test_failed_logins_are_counted_under_a_key_that_no_list_of_addresses_finds(researcher: Client) -> None:
    name = User.objects.get().username
    log_in(name, "guess")
    hashed = hashed_address(RequestFactory().get("/login/", REMOTE_ADDR=ADDRESS))
    found = [cache.get(key) for key in make_cache_key_list([{"username": name, "ip_address": hashed}])]
    assert any(found)
    plain = [cache.get(key) for key in make_cache_key_list([{"username": name, "ip_address": ADDRESS}])]
    assert not any(plain)
    assert hashed != sha256(ADDRESS.encode()).hexdigest()
