"""Researchers know of the studies of their teams, admins of all."""

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import ProtectedError
from django.test import Client

from colortest.access import ADMINS, COMMON_TEAM, RESEARCHERS, common_team, team_for
from colortest.demo.accounts import ensure_accounts
from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from colortest.stimuli.models import Algorithm, TestSet
from tests.cast import MakeStudy, log_in

pytestmark = pytest.mark.django_db


def sent(title: str, **more: object) -> dict[str, object]:
    """The form of a new study, on the cast's stage."""
    wanted = {"title": title, "preset": "thesis-2020", "test_set": TestSet.objects.get().pk, "splits": ["test"]}
    return {**wanted, "algorithms": [Algorithm.objects.get(slug="grey").pk], **more}


def account(name: str) -> User:
    return get_user_model().objects.get(username=name)


def test_researchers_list_the_studies_of_their_teams_and_admins_all(
    researcher: Client, other_researcher: Client, admin: Client, study: Study
) -> None:
    for client, listed in ((researcher, True), (other_researcher, False), (admin, True)):
        assert ("Sunday study" in client.get("/studies/").content.decode()) == listed


def test_no_list_and_no_choice_tells_of_a_study_of_others(
    researcher: Client, other_researcher: Client, study: Study
) -> None:
    for address in ("/studies/?search=Sunday", "/compare/", "/compare/?study=sunday-study"):
        assert "Sunday study" in researcher.get(address).content.decode()
        assert "Sunday study" not in other_researcher.get(address).content.decode()


def test_a_researcher_without_a_team_gets_one_with_the_first_study(study: Study) -> None:
    nina = log_in("nina", RESEARCHERS)
    for title in ("First", "Second"):
        assert nina.post("/studies/new/", sent(title)).status_code == 302
    assert {made.team.name for made in Study.objects.exclude(pk=study.pk)} == {"nina"}
    assert list(account("nina").groups.order_by("name").values_list("name", flat=True)) == ["nina", RESEARCHERS]
    assert "First" in nina.get("/studies/").content.decode()


def test_nobody_gets_into_the_team_of_others_by_bearing_its_name(study: Study) -> None:
    for name in (COMMON_TEAM, ADMINS):
        log_in(name, RESEARCHERS)
        assert team_for(account(name)).name == f"{name} (2)"


def test_who_is_in_several_teams_chooses_whose_a_study_is(researcher: Client, study: Study) -> None:
    second, foreign = Group.objects.create(name="second"), Group.objects.create(name="foreign")
    assert 'name="team"' not in researcher.get("/studies/new/").content.decode()
    account("ruth").groups.add(second)
    assert 'name="team"' in researcher.get("/studies/new/").content.decode()
    researcher.post("/studies/new/", sent("Of the second", team=second.pk))
    assert Study.objects.get(title="Of the second").team == second
    refused = researcher.post("/studies/new/", sent("Of others", team=foreign.pk))
    assert "Select a valid choice" in refused.content.decode()
    assert not Study.objects.filter(title="Of others").exists()


def test_another_team_may_use_the_same_title_and_learns_nothing_by_it(
    researcher: Client, other_researcher: Client, study: Study
) -> None:
    assert "needs a title of its own" in researcher.post("/studies/new/", sent("Sunday study")).content.decode()
    assert other_researcher.post("/studies/new/", sent("Sunday study")).status_code == 302
    assert Study.objects.get(team__name="other laboratory").slug == "sunday-study-2"
    again = other_researcher.post("/studies/new/", sent("Sunday study"))
    assert "needs a title of its own" in again.content.decode()


def test_a_copy_is_of_the_same_team(admin: Client, make_study: MakeStudy) -> None:
    study = make_study(photos=12, open_it=False)
    services.hand_over(study=study, team=Group.objects.create(name="second"))
    admin.post("/studies/sunday-study/copy/")
    assert {copied.team.name for copied in Study.objects.all()} == {"second"}


def test_who_hands_a_study_over_from_whom_to_whom_is_in_its_log(
    researcher: Client, admin: Client, study: Study
) -> None:
    second = Group.objects.create(name="second")
    admin.post("/studies/sunday-study/sharing/team/", {"team": second.pk})
    admin.post("/studies/sunday-study/sharing/team/", {"team": second.pk})
    told = "Handed over from the team “everyone” to the team “second”"
    for address in ("/studies/sunday-study/", "/studies/sunday-study/live/"):
        page = admin.get(address).content.decode()
        assert page.count(told) == 1
        assert "by ada" in page.split(told)[1].split("</li>")[0]
    Group.objects.filter(pk=second.pk).update(name="renamed")
    assert told in admin.get("/studies/sunday-study/").content.decode()
    assert researcher.get("/studies/sunday-study/").status_code == 404


def test_the_log_names_teams_where_a_study_was_handed_over_and_nowhere_else(study: Study) -> None:
    for wrong in ({"what": "HANDED"}, {"what": "HANDED", "to_team": "second"}, {"what": "CLOSED", "to_team": "second"}):
        with pytest.raises(IntegrityError, match="handed_from_team_to_team"), transaction.atomic():
            study.events.create(**wrong)


def test_a_code_of_a_study_of_others_is_one_of_nobody(
    researcher: Client, other_researcher: Client, participant: Participant
) -> None:
    code = {"code": participant.code, "sure": "on"}
    for address in ("/participants/", "/participants/download/", "/participants/erase/"):
        page = other_researcher.post(address, code, follow=True).content.decode()
        assert "Nothing is stored under this code" in page
        assert "Sunday study" not in page
    assert Participant.objects.filter(pk=participant.pk).exists()
    assert "Sunday study" in researcher.post("/participants/", code).content.decode()


def test_a_role_is_not_a_team(make_study: MakeStudy) -> None:
    study = make_study(photos=12, open_it=False)
    for role in (RESEARCHERS, ADMINS):
        with pytest.raises(IntegrityError, match="a role is not a team"), transaction.atomic():
            services.hand_over(study=study, team=Group.objects.get_or_create(name=role)[0])


def test_a_team_with_studies_cannot_be_deleted(make_study: MakeStudy) -> None:
    make_study(photos=12, open_it=False)
    with pytest.raises(ProtectedError):
        common_team().delete()


def test_the_researcher_of_the_demo_sees_the_demo_study(make_study: MakeStudy, tmp_path: Path) -> None:
    make_study(photos=12, open_it=False)
    ensure_accounts(tmp_path)
    client = Client()
    client.force_login(account("researcher"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/studies/sunday-study/").status_code == 200


def test_nobody_loses_sight_of_a_study_that_was_there_before_teams_were() -> None:
    """From the schema before, with rows in it, to the one of today; all within the test's transaction."""
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    before = [
        ("experiment", "0005_longer_exclusion_reasons"),
        ("analysis", "0001_initial"),
        ("stimuli", "0003_quality"),
    ]
    executor.migrate(before)
    old = executor.loader.project_state(before).apps
    for name, role in (("olivia", RESEARCHERS), ("oscar", ADMINS), ("otto", "")):
        one = get_user_model().objects.create_user(name)
        one.groups.set([Group.objects.get_or_create(name=role)[0]] if role else [])
    test_set = old.get_model("stimuli", "TestSet").objects.create(slug="photographs", name="photographs")
    protocol = {"presentation": "SIDE_BY_SIDE", "question": "REAL", "exposures_ms": [1000], "test_trials": 4}
    zeros = (
        "first_blank_ms",
        "blank_ms",
        "gap_ms",
        "delay_ms",
        "masks",
        "mask_ms",
        "staircase_up_ms",
        "practice_trials",
    )
    zeros += (
        "staircase_down_ms",
        "shortest_ms",
        "longest_ms",
        "qualification",
        "reserve_share",
        "catch_share",
        "quota",
    )
    zeros += ("min_catch_accuracy", "max_fast_share", "max_same_side_share", "max_flagged_share")
    old.get_model("experiment", "Study").objects.create(
        slug="old", title="Old", test_set=test_set, splits=["test"], preset="thesis-2020", feedback=True, blocks=1,
        status="OPEN", design_hash="0" * 64, **protocol, **dict.fromkeys(zeros, 0),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    executor.migrate(latest)
    study = Study.objects.get()
    for name, sees in (("olivia", True), ("oscar", True), ("otto", False)):
        assert Study.objects.visible_to(account(name)).filter(pk=study.pk).exists() == sees
