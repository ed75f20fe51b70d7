"""Pages of the whole site, those that nobody wants to see included."""

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from colortest.demo.photos import SOURCES
from colortest.experiment.models import Study
from colortest.experiment.views.pages import telling
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db
WORDMARK = 'class="wordmark"'


def test_the_start_page_leads_to_open_studies_and_says_so_when_there_are_none(client: Client) -> None:
    assert "No study takes participants at the moment" in client.get("/").content.decode()


def test_an_open_study_is_on_the_start_page(client: Client, study: Study) -> None:
    page = client.get("/").content.decode()
    assert study.title in page
    assert 'href="/s/sunday-study/"' in page


def test_the_start_page_says_how_long_a_study_takes(client: Client, make_study: MakeStudy) -> None:
    study = make_study(photos=12, practice_trials=0, test_trials=2)
    minutes = telling(study).minutes
    assert minutes < 5, "other than the usual one"
    assert f"It takes about {minutes} minute" in client.get("/").content.decode()


def test_the_about_page_names_every_photograph_with_author_and_licence(client: Client) -> None:
    page = client.get("/about/").content.decode()
    for source in SOURCES:
        assert source.title in page
        assert source.licence in page


def test_refusals_belong_to_the_site(client: Client, stranger: Client) -> None:
    for reply, status in ((client.get("/nowhere/"), 404), (stranger.get("/studies/"), 403)):
        assert reply.status_code == status
        assert WORDMARK in reply.content.decode()
    strict = Client(enforce_csrf_checks=True)
    reply = strict.post("/s/x/", {"agree": "on"})
    assert reply.status_code == 403
    assert WORDMARK in reply.content.decode()


def test_bytes_that_no_database_takes_are_no_error_of_ours(client: Client, researcher: Client, study: Study) -> None:
    for address in ("/power/?study=%00", "/studies/?words=a%00b", "/photos/?page=%00"):
        reply = researcher.get(address)
        assert reply.status_code == 404
        assert WORDMARK in reply.content.decode()
    assert client.get(f"/s/{study.slug}/?PROLIFIC_PID=%00").status_code == 404
    researcher.post(f"/studies/{study.slug}/copy/", {"title": "Another\0 one"})
    assert Study.objects.filter(title="Another one").exists()


def test_an_error_of_ours_shows_a_page_of_ours_and_no_details(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("colortest.views.render", broken)
    client.raise_request_exception = False
    reply = client.get("/about/")
    page = reply.content.decode()
    assert reply.status_code == 500
    assert "colortest" in page
    assert "secret reason" not in page


def test_the_icon_is_found_at_the_address_of_old(client: Client) -> None:
    reply = client.get("/favicon.ico")
    assert reply.status_code == 301
    assert finders.find(reply.headers["Location"].removeprefix(settings.STATIC_URL))


def test_the_site_says_that_it_lives(client: Client) -> None:
    assert client.get("/health/").content == b"ok"
