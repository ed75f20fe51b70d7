"""A link lets whoever has it read the results of one study, and nothing else, until it is revoked."""

import html
import re
from dataclasses import dataclass

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from colortest.analysis import services
from colortest.analysis.models import ViewerLink
from colortest.experiment.models import Participant, Study
from tests.analysis.test_fool_rates import play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db


@dataclass
class Shared:
    """A study and the link to it."""

    study: Study
    link: ViewerLink


@pytest.fixture
def rob(db: None) -> User:
    return get_user_model().objects.create_user("rob")


@pytest.fixture
def shared(make_study: MakeStudy, rob: User) -> Shared:
    study = make_study(photos=12, open_it=False)
    return Shared(study, services.make_link(study=study, note="Reviewers of the paper", by=rob))


def results_of(study: Study) -> str:
    return f"/studies/{study.slug}/results/"


def test_a_link_made_on_the_page_opens_the_results_to_who_has_no_account(
    researcher: Client, make_study: MakeStudy
) -> None:
    study = make_study(photos=12, open_it=False)
    researcher.post("/studies/sunday-study/sharing/", {"note": "Reviewers"})
    link = study.viewer_links.get()
    page = researcher.get("/studies/sunday-study/sharing/").content.decode()
    assert f"http://testserver/shared/{link.key}/" in page
    assert f"Made on {link.made:%Y-%m-%d %H:%M} UTC by ruth" in page
    viewer = Client()
    reply = viewer.get(link.get_absolute_url(), follow=True)
    assert reply.redirect_chain == [(results_of(study), 302)]
    assert reply.status_code == 200
    assert "no codes" in reply.content.decode()


def test_a_link_for_nobody_in_particular_is_not_made(researcher: Client, shared: Shared) -> None:
    page = researcher.post("/studies/sunday-study/sharing/", {"note": " "}).content.decode()
    assert "Say for whom it is" in page
    assert shared.study.viewer_links.count() == 1


def test_the_key_stays_with_the_addresses_of_that_one_study(shared: Shared) -> None:
    viewer = Client()
    reply = viewer.get(shared.link.get_absolute_url())
    cookie = reply.cookies["viewer-sunday-study"]
    assert cookie["path"] == "/studies/sunday-study/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert shared.link.key not in reply.headers["Location"]


def test_what_a_viewer_reads_is_nothing_personal(participant: Participant, rob: User) -> None:
    link = services.make_link(study=participant.study, note="Reviewers of the paper", by=rob)
    viewer = Client()
    page = viewer.get(link.get_absolute_url(), follow=True).content.decode()
    for private in (participant.code, "Reviewers of the paper", "rob", "results.csv", "/sharing/", link.key):
        assert private not in page
    assert not any(address in page for address in ("/live/", "/participants/", "/recruitment/", "?rehearsals"))


def test_everything_that_a_viewers_page_leads_to_opens_for_them(make_study: MakeStudy, rob: User) -> None:
    study = make_study(photos=14, practice_trials=1, test_trials=4)
    for simulated in (False, True):
        play(study, fooled=2, simulated=simulated)
    services.compute_fool_rates(study=study)
    viewer = Client()
    link = services.make_link(study=study, note="Reviewers", by=rob)
    page = viewer.get(link.get_absolute_url(), follow=True).content.decode()
    named = {html.unescape(found) for found in re.findall(r'(?:href|src|srcset|hx-get)="(/[^"#]*)', page)}
    addresses = {address for address in named if not address.startswith(("/static/", "/login/"))}
    assert len(addresses) > 2
    assert {address: viewer.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_a_viewer_of_one_study_reads_no_other(shared: Shared, make_study: MakeStudy) -> None:
    other = Study.objects.get(pk=shared.study.pk)
    other.pk, other.slug = None, "other"
    other.save()
    viewer = Client()
    viewer.get(shared.link.get_absolute_url())
    viewer.cookies["viewer-other"] = shared.link.key
    assert viewer.get(results_of(other)).headers["Location"].startswith("/login/")


def test_a_revoked_link_opens_nothing_at_once_and_says_so_in_words(researcher: Client, shared: Shared) -> None:
    viewer = Client()
    assert viewer.get(shared.link.get_absolute_url(), follow=True).status_code == 200
    researcher.post(f"/studies/sunday-study/sharing/{shared.link.pk}/revoke/")
    for address in (results_of(shared.study), shared.link.get_absolute_url()):
        reply = viewer.get(address)
        assert reply.status_code == 404
        assert "it was revoked, or a part of it is missing" in reply.content.decode()
    page = researcher.get("/studies/sunday-study/sharing/").content.decode()
    assert "UTC by ruth" in page
    assert shared.link.key not in page


def test_who_revoked_a_link_first_is_who_revoked_it(shared: Shared, rob: User) -> None:
    services.revoke_link(link=shared.link, by=rob)
    services.revoke_link(link=shared.link, by=get_user_model().objects.create_user("rita"))
    shared.link.refresh_from_db()
    assert shared.link.revoked_by == rob


def test_a_link_that_never_was_is_told_apart_from_a_revoked_one_by_nothing(client: Client, shared: Shared) -> None:
    services.revoke_link(link=shared.link, by=User.objects.get(username="rob"))
    pages = {client.get(address).content for address in (shared.link.get_absolute_url(), f"/shared/{'x' * 22}/")}
    assert len(pages) == 1


def test_a_link_cannot_be_revoked_by_somebody_and_never(shared: Shared, rob: User) -> None:
    with pytest.raises(IntegrityError, match="viewer_link_revoked_by_somebody_somewhen"):
        ViewerLink.objects.update(revoked_by=rob)


def test_a_researcher_of_the_team_reads_as_one_whatever_their_browser_remembers(
    researcher: Client, shared: Shared
) -> None:
    researcher.get(shared.link.get_absolute_url())
    assert "You read this by a link" not in researcher.get(results_of(shared.study)).content.decode()
    ViewerLink.objects.update(revoked=timezone.now())
    assert researcher.get(results_of(shared.study)).status_code == 200


def test_a_researcher_of_another_team_reads_by_a_link_and_no_more(other_researcher: Client, shared: Shared) -> None:
    assert other_researcher.get(results_of(shared.study)).status_code == 404
    assert (
        "You read this by a link" in other_researcher.get(shared.link.get_absolute_url(), follow=True).content.decode()
    )
    assert other_researcher.get("/studies/sunday-study/").status_code == 404


def test_a_study_is_given_to_another_of_ones_teams(
    researcher: Client, other_researcher: Client, shared: Shared
) -> None:
    theirs = Group.objects.get(name="other laboratory")
    page = researcher.post("/studies/sunday-study/sharing/team/", {"team": theirs.pk}, follow=True).content.decode()
    assert "Please choose one of your teams." in page
    get_user_model().objects.get(username="ruth").groups.add(theirs)
    researcher.post("/studies/sunday-study/sharing/team/", {"team": theirs.pk})
    assert other_researcher.get("/studies/sunday-study/").status_code == 200
