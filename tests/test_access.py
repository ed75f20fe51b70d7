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
from colortest.analysis.models import ApiToken, Report, ViewerLink
from colortest.experiment.models import Participant
from colortest.experiment.passes import Pass, issue_pass
from tests.analysis.contents import content
from tests.cast import log_in

pytestmark = pytest.mark.django_db

CAST = ("nobody", "participant", "viewer", "stranger", "researcher", "other researcher", "admin")
ANYONE, READERS, TEAM, RESEARCHERS, OWNER, ADMINS, TOKENS, TOKENS_OF_TEAM = (
    "anyone",
    "who reads results of the study",
    "researchers of the study",
    "researchers",
    "the researcher whose it is",
    "admins",
    "programs of researchers",
    "programs of researchers of the study",
)
MAY = {
    ANYONE: set(CAST),
    READERS: {"viewer", "researcher", "admin"},
    TEAM: {"researcher", "admin"},
    RESEARCHERS: {"researcher", "other researcher", "admin"},
    OWNER: {"researcher"},
    ADMINS: {"admin"},
    TOKENS: {"researcher", "other researcher", "admin"},
    TOKENS_OF_TEAM: {"researcher", "admin"},
}
LOGIN = 302

# Name of the address, and what is asked of it → (who may, method, address). A new address must be added here.
TABLE = {
    "home": (ANYONE, "get", "/"),
    "about": (ANYONE, "get", "/about/"),
    "favicon": (ANYONE, "get", "/favicon.ico"),
    "health": (ANYONE, "get", "/health/"),
    "login": (ANYONE, "get", "/login/"),
    "logout": (ANYONE, "post", "/logout/"),
    "take_part": (ANYONE, "get", "/s/sunday-study/"),
    "withdrawn": (ANYONE, "get", "/s/sunday-study/withdrawn/?withdrawn={withdrawn}"),
    "set_language": (ANYONE, "post", "/language/"),
    "take": (ANYONE, "get", "/take/{code}/"),
    "screen": (ANYONE, "post", "/take/{code}/screen/"),
    "no_room": (ANYONE, "post", "/take/{code}/no-room/"),
    "vision": (ANYONE, "post", "/take/{code}/vision/"),
    "plate": (ANYONE, "get", "/take/{code}/plates/1/"),
    "begin": (ANYONE, "post", "/take/{code}/begin/"),
    "trials": (ANYONE, "get", "/take/{code}/trials/"),
    "respond": (ANYONE, "post", "/take/{code}/trials/{token}/"),
    "stimulus": (ANYONE, "get", "/take/{code}/stimuli/{token}/1/"),
    "heartbeat": (ANYONE, "post", "/take/{code}/heartbeat/"),
    "withdraw": (ANYONE, "get", "/take/{code}/withdraw/"),
    "participants": (RESEARCHERS, "get", "/participants/"),
    "download_run": (RESEARCHERS, "post", "/participants/download/"),
    "erase_run": (RESEARCHERS, "post", "/participants/erase/"),
    "studies": (RESEARCHERS, "get", "/studies/"),
    "new_study": (RESEARCHERS, "get", "/studies/new/"),
    "study": (TEAM, "get", "/studies/sunday-study/"),
    "design": (TEAM, "get", "/studies/sunday-study/design/"),
    "fill_in": (TEAM, "post", "/studies/sunday-study/design/fill-in/"),
    "words": (TEAM, "post", "/studies/sunday-study/design/words/"),
    "preview": (TEAM, "get", "/studies/sunday-study/preview/"),
    "copy_study": (TEAM, "post", "/studies/sunday-study/copy/"),
    "delete_draft": (TEAM, "post", "/studies/sunday-study/delete/"),
    "request_missing": (TEAM, "post", "/studies/sunday-study/missing/"),
    "open_study": (TEAM, "post", "/studies/sunday-study/open/"),
    "close_study": (TEAM, "post", "/studies/sunday-study/close/"),
    "recruitment": (TEAM, "get", "/studies/sunday-study/recruitment/"),
    "set_recruiter": (TEAM, "post", "/studies/sunday-study/recruiter/"),
    "live": (TEAM, "get", "/studies/sunday-study/live/"),
    "compare": (RESEARCHERS, "get", "/compare/"),
    "compare_chart": (TEAM, "get", "/compare/sunday-study/sunday-study.json"),
    "definitions": (ANYONE, "get", "/definitions/"),
    "power": (RESEARCHERS, "get", "/power/"),
    "power of a study": (TEAM, "get", "/power/?study=sunday-study"),
    "power_chart": (RESEARCHERS, "get", "/power.svg"),
    "results": (READERS, "get", "/studies/sunday-study/results/"),
    "chart": (READERS, "get", "/studies/sunday-study/charts/over-time.svg"),
    "photo_rates": (TEAM, "get", "/studies/sunday-study/photos/"),
    "tidy_csv": (TEAM, "get", "/studies/sunday-study/results.csv"),
    "export": (TEAM, "get", "/studies/sunday-study/export/psych-ds/"),
    "methods": (TEAM, "get", "/studies/sunday-study/methods/"),
    "machine_csv": (TEAM, "get", "/studies/sunday-study/machine-fool-rates.csv"),
    "sharing": (TEAM, "get", "/studies/sunday-study/sharing/"),
    "hand_over": (TEAM, "post", "/studies/sunday-study/sharing/team/"),
    "revoke_link": (TEAM, "post", "/studies/sunday-study/sharing/{link}/revoke/"),
    "shared": (ANYONE, "get", "/shared/{key}/"),
    "tokens": (RESEARCHERS, "get", "/account/tokens/"),
    "revoke_token": (OWNER, "post", "/account/tokens/{api_token}/revoke/"),
    "api_studies": (TOKENS, "get", "/api/studies/"),
    "api_study": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/"),
    "api_fool_rates": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/fool-rates/"),
    "api_csv": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/responses.csv"),
    "api_ndjson": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/responses.ndjson"),
    "api_description": (ANYONE, "get", "/api/openapi.json"),
    "api_unknown": (ANYONE, "get", "/api/nothing/"),
    "test_sets": (ADMINS, "get", "/test-sets/"),
    "test_set": (ADMINS, "get", "/test-sets/photographs/"),
    "algorithms": (ADMINS, "get", "/algorithms/"),
    "retry": (ADMINS, "post", "/algorithms/grey/retry/"),
    "observe": (ADMINS, "post", "/algorithms/grey/observe/"),
    "photo_image": (RESEARCHERS, "get", "/photos/{photo}/image/"),
    "colorization_image": (RESEARCHERS, "get", "/colorizations/{colorization}/image/"),
}

NOT_NOW = {"plate": 404, "api_unknown": 404}  # this participant is not at plates; nothing is at an unknown address


def refused(who: str, person: str) -> int:
    """The status for who may not: asked to log in, refused, or told nothing of what is not theirs."""
    has_account = person not in ("nobody", "participant", "viewer")
    if who in (TOKENS, TOKENS_OF_TEAM):
        return 404 if person == "other researcher" else 401
    if person == "stranger" or who == ADMINS and has_account:
        return 403
    return 404 if has_account else LOGIN


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
    values = {
        "code": participant.code,
        "withdrawn": issue_pass(participant.study, Pass.WITHDRAWN),
        "token": trial.token,
        "photo": trial.colorization.photo_id,
        "colorization": trial.colorization_id,
        "key": link.key,
        "link": link.pk,
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
    for name in ("open_study", "close_study", "copy_study", "request_missing", "fill_in", "words", "retry", "observe"):
        assert admin.get(TABLE[name][2]).status_code == 405
    assert client.get(f"/take/{participant.code}/begin/").status_code == 405
