"""Who may see what: every address of the site, as each of the cast, against one table."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from colortest.access import ADMINS as ADMINS_GROUP
from colortest.access import COMMON_TEAM
from colortest.access import RESEARCHERS as RESEARCHERS_GROUP
from colortest.analysis import services
from colortest.analysis.models import ApiToken, Report, ResponseImport, ViewerLink
from colortest.experiment.models import Participant
from colortest.experiment.passes import Pass, issue_pass
from tests.addresses import CAST, LOGIN, MAY, NOT_NOW, READERS, TABLE, TEAM, refused
from tests.analysis.contents import content
from tests.cast import log_in

pytestmark = pytest.mark.django_db


def ours(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """All addresses but those of Django's admin site."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.app_name != "admin":
            yield from ours(pattern.url_patterns)


def test_the_table_names_every_address() -> None:
    addresses = list(ours(get_resolver().url_patterns))
    assert [str(one.pattern) for one in addresses if not one.name] == []
    assert {one.name for one in addresses} == {name.split()[0] for name in TABLE}


@dataclass
class Visitor:
    """One of the cast, with the token that their programs send."""

    client: Client
    token: str = ""

    def open(self, method: str, address: str) -> HttpResponseBase:
        """The reply; what it changed is taken back."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        cookies = deepcopy(self.client.cookies)
        with transaction.atomic():
            reply: HttpResponseBase = getattr(self.client, method)(address, headers=headers)
            getattr(reply, "getvalue", lambda: b"")()  # a download is read to its end
            transaction.set_rollback(True)
        self.client.cookies = cookies
        return reply


@pytest.fixture
def link(participant: Participant) -> ViewerLink:
    return services.make_link(
        study=participant.study, note="reviewers", by=get_user_model().objects.create(username="rob")
    )


@pytest.fixture
def cast_as(participant: Participant, link: ViewerLink) -> Callable[[str], Visitor]:
    """Makes one of them; the researcher is always there, for what is theirs."""
    researcher = log_in("ruth", RESEARCHERS_GROUP, COMMON_TEAM)
    numbers = {"content": content(), "seconds": 1.0, "computed": timezone.now()}
    Report.objects.create(study=participant.study, simulated=False, **numbers)

    def make(person: str) -> Visitor:
        client = Client()
        match person:
            case "participant":
                client.post("/s/sunday-study/", {"agree": "on"})
            case "viewer":
                client.get(link.get_absolute_url())
            case "stranger":
                return Visitor(log_in("stan"))
            case "researcher":
                return Visitor(researcher, token_of("ruth"))
            case "other researcher":
                return Visitor(log_in("olga", RESEARCHERS_GROUP, "other laboratory"), token_of("olga"))
            case "admin":
                return Visitor(log_in("ada", ADMINS_GROUP), token_of("ada"))
        return Visitor(client)

    return make


def token_of(name: str) -> str:
    return services.make_token(account=get_user_model().objects.get(username=name), name="notebook")


@pytest.fixture
def addresses(participant: Participant, link: ViewerLink, cast_as: object) -> dict[str, str]:
    """The table's, filled in."""
    trial = participant.trials.select_related("colorization").order_by("position").first()
    assert trial is not None
    token_of("ruth")
    ruth, team = get_user_model().objects.get(username="ruth"), participant.study.team
    told = {"status": "REFUSED", "problems": ["It is empty."], "test_set": participant.study.test_set}
    values = {
        "code": participant.code,
        "withdrawn": issue_pass(participant.study, Pass.WITHDRAWN),
        "token": trial.token,
        "photo": trial.colorization.photo_id,
        "colorization": trial.colorization_id,
        "key": link.key,
        "link": link.pk,
        "response_import": ResponseImport.objects.create(account=ruth, team=team, **told).pk,
        "api_token": ApiToken.objects.get(account__username="ruth").pk,
    }
    return {name: address.format(**values) for name, (_, _, address) in TABLE.items()}


@pytest.mark.parametrize("person", CAST)
def test_each_of_the_cast_may_what_the_table_says(
    person: str, cast_as: Callable[[str], Visitor], addresses: dict[str, str]
) -> None:
    visitor = cast_as(person)
    wrong = {}
    for name, (who, method, _) in TABLE.items():
        reply = visitor.open(method, addresses[name])
        sent_to_login = reply.headers.get("Location", "").startswith("/login/")
        if person in MAY[who]:
            expected = {NOT_NOW[name]} if name in NOT_NOW else {200, 204, 301, 302, 400}
            as_told = reply.status_code in expected and not sent_to_login
        else:
            status = refused(who, person)
            as_told = reply.status_code == status and sent_to_login == (status == LOGIN)
        if not as_told:
            wrong[name] = (who, reply.status_code, reply.headers.get("Location"))
    assert wrong == {}


def test_a_study_of_others_is_told_apart_from_none_by_nothing(
    other_researcher: Client, addresses: dict[str, str]
) -> None:
    for name, (who, method, _) in TABLE.items():
        if who in (TEAM, READERS):
            replies = [
                getattr(other_researcher, method)(address)
                for address in (addresses[name], addresses[name].replace("sunday-study", "monday-study"))
            ]
            theirs, none = (re.sub(rb'value="\w{64}"', b"", reply.content) for reply in replies)
            assert theirs == none, name
            assert b"sunday" not in theirs


def test_what_changes_something_refuses_get(client: Client, admin: Client, participant: Participant) -> None:
    actions = ("open_study", "pause_study", "copy_study", "request_missing", "fill_in", "words", "retry")
    for name in (*actions, "observe"):
        assert admin.get(TABLE[name][2]).status_code == 405
    assert client.get(f"/take/{participant.code}/begin/").status_code == 405
