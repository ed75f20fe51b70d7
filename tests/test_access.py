"""Who may see what: every address of the site, as each of the cast, against one table."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from colortest.access import RESEARCHERS as RESEARCHERS_GROUP
from colortest.experiment.models import Participant
from colortest.experiment.passes import Pass, issue_pass
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

ANYONE, RESEARCHERS, ADMINS = "anyone", "researchers", "admins"

# Name of the address → (who may, method, arguments). A new address must be added here.
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
    "study": (RESEARCHERS, "get", "/studies/sunday-study/"),
    "design": (RESEARCHERS, "get", "/studies/sunday-study/design/"),
    "fill_in": (RESEARCHERS, "post", "/studies/sunday-study/design/fill-in/"),
    "words": (RESEARCHERS, "post", "/studies/sunday-study/design/words/"),
    "preview": (RESEARCHERS, "get", "/studies/sunday-study/preview/"),
    "copy_study": (RESEARCHERS, "post", "/studies/sunday-study/copy/"),
    "delete_draft": (RESEARCHERS, "post", "/studies/sunday-study/delete/"),
    "request_missing": (RESEARCHERS, "post", "/studies/sunday-study/missing/"),
    "open_study": (RESEARCHERS, "post", "/studies/sunday-study/open/"),
    "close_study": (RESEARCHERS, "post", "/studies/sunday-study/close/"),
    "recruitment": (RESEARCHERS, "get", "/studies/sunday-study/recruitment/"),
    "set_recruiter": (RESEARCHERS, "post", "/studies/sunday-study/recruiter/"),
    "live": (RESEARCHERS, "get", "/studies/sunday-study/live/"),
    "definitions": (ANYONE, "get", "/definitions/"),
    "power": (RESEARCHERS, "get", "/power/"),
    "power_chart": (RESEARCHERS, "get", "/power.svg"),
    "results": (RESEARCHERS, "get", "/studies/sunday-study/results/"),
    "results_chart": (RESEARCHERS, "get", "/studies/sunday-study/results/people.svg"),
    "tidy_csv": (RESEARCHERS, "get", "/studies/sunday-study/results.csv"),
    "machine_csv": (RESEARCHERS, "get", "/studies/sunday-study/machine-fool-rates.csv"),
    "test_sets": (ADMINS, "get", "/test-sets/"),
    "test_set": (ADMINS, "get", "/test-sets/photographs/"),
    "algorithms": (ADMINS, "get", "/algorithms/"),
    "retry": (ADMINS, "post", "/algorithms/grey/retry/"),
    "observe": (ADMINS, "post", "/algorithms/grey/observe/"),
    "photo_image": (RESEARCHERS, "get", "/photos/{photo}/image/"),
    "colorization_image": (RESEARCHERS, "get", "/colorizations/{colorization}/image/"),
}

NOT_NOW = {"plate"}  # this participant is not at them


def named(patterns: list[URLPattern | URLResolver]) -> set[str]:
    """The names of all addresses of ours."""
    names: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            names |= named(pattern.url_patterns) if pattern.app_name != "admin" else set()
        elif pattern.name:
            names.add(pattern.name)
    return names


def test_the_table_names_every_address() -> None:
    assert named(get_resolver().url_patterns) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_only_those_may_who_may(
    name: str, participant: Participant, admin: Client, researcher: Client, stranger: Client
) -> None:
    who, method, address = TABLE[name]
    trial = participant.trials.first()
    path = address.format(
        code=participant.code,
        withdrawn=issue_pass(participant.study, Pass.WITHDRAWN),
        token=trial.token,
        photo=trial.colorization.photo_id,
        colorization=trial.colorization_id,
    )
    allowed = {
        "nobody": who == ANYONE,
        "stranger": who == ANYONE,
        "researcher": who in {ANYONE, RESEARCHERS},
        "admin": True,
    }
    clients = {"nobody": Client(), "stranger": stranger, "researcher": researcher, "admin": admin}
    for person, client in clients.items():
        reply = getattr(client, method)(path)
        sent_to_login = reply.status_code == 302 and reply.headers["Location"].startswith("/login/")
        if allowed[person]:
            expected = {404} if name in NOT_NOW else {200, 204, 301, 302, 400}
            assert reply.status_code in expected, (person, reply.status_code)
            assert not sent_to_login
        elif person == "nobody":
            assert sent_to_login
        else:
            assert reply.status_code == 403, person
            assert "templates" not in reply.content.decode()


def test_what_changes_something_refuses_get(client: Client, admin: Client, participant: Participant) -> None:
    for name in ("open_study", "close_study", "copy_study", "request_missing", "fill_in", "words", "retry", "observe"):
        assert admin.get(TABLE[name][2]).status_code == 405
    assert client.get(f"/take/{participant.code}/begin/").status_code == 405


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
