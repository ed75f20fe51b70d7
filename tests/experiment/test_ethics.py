"""What becomes of a run: withdrawn, handed out, erased when somebody asks or when its time is up."""

import json
from datetime import datetime, timedelta

import pgtrigger
import pytest
from django.db import InternalError, connection, transaction
from django.test import Client
from django.utils import timezone

from colortest.analysis import services as analysis
from colortest.analysis.models import FoolRate
from colortest.analysis.services import reports
from colortest.experiment import services
from colortest.experiment.exposure import Exposure
from colortest.experiment.models import OutsideId, Participant, Response, Study, StudyEvent, Trial, Withdrawal
from colortest.refusal import Refused
from tests.cast import MakeStudy
from worker import tasks

pytestmark = pytest.mark.django_db

SHOWN = Exposure(500, 1000, 500, 1000, 60, 17, 16.7, False, False, 0, 0)
SHORT = {"practice_trials": 0, "test_trials": 4, "catch_share": 0.0}


def play(study: Study, *, until: int | None = None, **admission: str) -> Participant:
    """Somebody who takes the left side for real in all trials, or in the first few."""
    person = services.admit_participant(study=study, **admission)
    services.begin(participant=person)
    for trial in list(person.trials.order_by("position"))[:until]:
        services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=SHOWN)
    person.refresh_from_db()
    return person


def long_ago(person: Participant, days: float) -> None:
    """As if the run, responses included, had been so many days ago."""
    past = timezone.now() - timedelta(days=days)
    Participant.objects.filter(pk=person.pk).update(
        consented=past - timedelta(minutes=9), finished=past if person.finished else None
    )
    with pgtrigger.ignore("experiment.Response:response_written_once"):
        Response.objects.filter(trial__participant=person).update(received=past)


def countable(study: Study) -> int:
    return sum(rate.countable for rate in FoolRate.objects.of_people().filter(study=study))


def everything_stored() -> str:
    """Every row of every table, as text."""
    tables = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{name}" t')  # noqa: S608 (names of our own tables)
            tables.append("\n".join(row for (row,) in cursor.fetchall()))
    return "\n".join(tables)


def test_who_withdraws_leaves_a_count_and_nothing_else(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PANEL")
    person = play(study, until=2, outside_id="somebody")
    digest, code = person.outside_id.digest, person.code
    tokens = list(person.trials.values_list("token", flat=True))
    page = client.post(f"/take/{code}/withdraw/", follow=True)
    assert "experiment/withdrawn.html" in [template.name for template in page.templates]
    assert not Participant.objects.exists()
    assert not Trial.objects.exists()
    assert not Response.objects.exists()
    assert not OutsideId.objects.exists()
    left = Withdrawal.objects.get()
    assert (left.study, left.step, left.simulated) == (study, "trials", False)
    stored = everything_stored()
    assert [word for word in (code, digest, *tokens) if word in stored] == []


def test_withdrawing_twice_in_a_double_click_ends_on_the_same_page(client: Client, make_study: MakeStudy) -> None:
    person = services.admit_participant(study=make_study(**SHORT))
    address = f"/take/{person.code}/withdraw/"
    form = {"after": client.get(address).context["after"]}
    for _ in range(2):
        reply = client.post(address, form, follow=True)
        assert "experiment/withdrawn.html" in [template.name for template in reply.templates]
    for elsewhere in ("//evil.example/s/sunday-study/withdrawn/", "https://evil.example/", "/studies/", ""):
        assert client.post(address, {"after": elsewhere}).status_code == 404


def test_withdrawing_asks_once_and_needs_no_script(client: Client, make_study: MakeStudy) -> None:
    person = play(make_study(**SHORT), until=2)
    asked = client.get(f"/take/{person.code}/withdraw/").content.decode()
    assert "Withdraw and erase" in asked
    assert "<script" not in asked.split("<main")[1].split("</main")[0]
    assert Response.objects.count() == 2
    client.post(f"/take/{person.code}/withdraw/")
    assert Response.objects.count() == 0


@pytest.mark.parametrize("until", [0, 4])
def test_the_pages_of_a_run_lead_to_withdrawing(client: Client, make_study: MakeStudy, until: int) -> None:
    person = play(make_study(**SHORT), until=until)
    assert f'href="/take/{person.code}/withdraw/"' in client.get(f"/take/{person.code}/").content.decode()


def test_after_withdrawing_every_address_of_the_run_says_that_it_is_gone(client: Client, make_study: MakeStudy) -> None:
    person = play(make_study(**SHORT), until=1)
    token = person.trials.all()[1].token
    run = f"/take/{person.code}/"
    client.post(f"{run}withdraw/")
    for reply in (client.get(run), client.get(f"{run}withdraw/"), client.post(f"{run}withdraw/")):
        assert reply.status_code == 404
        assert "it was withdrawn or erased" in reply.content.decode()
    for address in (f"{run}trials/", f"{run}stimuli/{token}/1/"):
        assert client.get(address).status_code == 404
    for address in (f"{run}trials/{token}/", f"{run}begin/", f"{run}heartbeat/"):
        assert client.post(address, {}, content_type="application/json").status_code == 404


def test_a_response_on_its_way_to_a_run_that_withdrew_is_refused_in_words(make_study: MakeStudy) -> None:
    person = play(make_study(**SHORT), until=1)
    trial = person.trials.order_by("position")[1]
    services.withdraw(participant=person)
    with pytest.raises(Refused, match="withdrawn or erased"):
        services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=SHOWN)
    services.withdraw(participant=person)
    assert Withdrawal.objects.count() == 1


def test_who_withdrew_on_this_device_may_come_again(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    client.post("/s/sunday-study/", {"agree": "on"})
    client.post(f"/take/{study.participants.get().code}/withdraw/")
    assert f"run-{study.pk}" not in {name for name, morsel in client.cookies.items() if morsel.value}
    assert client.get("/s/sunday-study/").status_code == 200


def test_fool_rates_are_counted_anew_without_who_withdrew(make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    stays, goes = play(study), play(study)
    analysis.compute_fool_rates(study=study)
    assert countable(study) == 8
    FoolRate.objects.update(computed=timezone.now() + timedelta(hours=1))
    assert study not in analysis.stale()
    FoolRate.objects.update(computed=timezone.now())
    services.withdraw(participant=goes)
    Participant.objects.filter(pk=stays.pk).update(finished=timezone.now() - timedelta(days=1))
    assert study in analysis.stale()  # also where the message that rings for it is lost
    tasks.compute_fool_rates(study.pk)
    assert countable(study) == 4


def test_withdrawing_a_rehearsal_is_not_counted_as_a_persons(make_study: MakeStudy) -> None:
    person = services.admit_participant(study=make_study(**SHORT), rehearsal=True)
    services.withdraw(participant=person)
    assert not Participant.objects.exists()
    assert not Withdrawal.objects.exists()


def test_responses_can_be_erased_and_still_not_changed(make_study: MakeStudy) -> None:
    person = play(make_study(**SHORT), until=2)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Response.objects.update(chosen_side="RIGHT")
    services.withdraw(participant=person)
    assert not Response.objects.exists()


def test_the_number_of_who_withdrew_is_given_to_nobody_else(make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    services.withdraw(participant=services.admit_participant(study=study))
    assert services.admit_participant(study=study).number == 2


def test_a_researcher_hands_out_everything_stored_under_a_code(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PANEL")
    person = play(study, outside_id="somebody")
    page = researcher.post("/participants/", {"code": person.code})
    assert page.context["found"] == person
    reply = researcher.post("/participants/download/", {"code": person.code})
    assert reply.headers["Content-Disposition"] == 'attachment; filename="sunday-study-participant-1.json"'
    handed = json.loads(reply.content)
    assert handed["participant"]["code"] == person.code
    assert set(handed["participant"]) == {field.attname for field in Participant._meta.concrete_fields}
    assert handed["outside_id"]["digest"] == person.outside_id.digest
    assert handed["consent_text"] == study.consent_text_in("en")
    assert [trial["response"]["chosen_side"] for trial in handed["trials"]] == ["LEFT"] * 4
    assert set(handed["trials"][0]["response"]) == {field.attname for field in Response._meta.concrete_fields}


@pytest.mark.parametrize("code", ["", "short", "x" * 22])
def test_a_code_without_a_run_is_said_to_be_none(researcher: Client, code: str) -> None:
    page = researcher.post("/participants/", {"code": code})
    assert page.context["form"].errors["code"]
    for address in ("/participants/download/", "/participants/erase/"):
        reply = researcher.post(address, {"code": code, "sure": "on"}, follow=True)
        assert "Nothing is stored under this code" in reply.content.decode()


def test_a_researcher_erases_a_run_once_sure_and_it_is_logged(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    person = play(study)
    reply = researcher.post("/participants/erase/", {"code": person.code}, follow=True)
    assert "please tick that you are sure" in reply.content.decode()
    assert Participant.objects.count() == 1
    researcher.post("/participants/erase/", {"code": person.code, "sure": "on"})
    assert not Participant.objects.exists()
    assert not Response.objects.exists()
    event = study.events.get(what=StudyEvent.What.ERASED)
    assert event.by is not None
    assert event.by.username == "ruth"
    assert person.code not in everything_stored()
    with pytest.raises(Refused, match="gone already"):
        services.erase_run(participant=person, by=event.by)


def test_runs_are_erased_when_their_time_is_up_and_not_before(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, retention_days=30)
    late, left, fresh = play(study), play(study, until=2), play(study)
    long_ago(late, 30.01)
    long_ago(left, 30.01)
    long_ago(fresh, 29.99)
    for _ in range(2):
        tasks.erase_expired(study.pk)
        assert list(study.participants.all()) == [fresh]
        assert Response.objects.count() == 4


def test_a_run_that_was_left_is_kept_from_its_last_response_on(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, retention_days=30)
    person = play(study, until=1)
    long_ago(person, 31)
    trial = person.trials.order_by("position")[1]
    services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=SHOWN)
    assert reports.erase_expired(study=study) == 0


def test_a_study_without_a_time_keeps_everything(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, retention_days=0)
    long_ago(play(study), 10_000)
    assert reports.erase_expired(study=study) == 0
    assert Response.objects.count() == 4


def test_simulated_participants_are_nobody_whose_time_could_be_up(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, retention_days=1)
    person = services.admit_participant(study=study, simulated=True)
    long_ago(person, 100)
    assert reports.erase_expired(study=study) == 0


def test_fool_rates_outlive_the_responses_behind_them(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, retention_days=30)
    long_ago(play(study), 31)
    play(study)
    tasks.erase_expired(study.pk)
    assert countable(study) == 8
    tasks.compute_fool_rates(study.pk)
    assert countable(study) == 8
    FoolRate.objects.update(computed=datetime(2020, 1, 1, tzinfo=timezone.get_current_timezone()))
    assert study not in analysis.stale()


def test_a_study_that_begins_to_erase_takes_nobody_new(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, retention_days=30)
    long_ago(play(study), 31)
    tasks.erase_expired(study.pk)
    study.refresh_from_db()
    assert study.status == Study.Status.CLOSED
    with pytest.raises(Refused, match="time of its first responses was up"):
        services.open_study(study=study)


def test_the_clock_rings_for_runs_whose_time_is_up(make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study(**SHORT, retention_days=30)
    rung: list[int] = []
    monkeypatch.setattr("colortest.jobs.erase_expired", lambda study_id, **_: rung.append(study_id))
    person = play(study)
    tasks.ring_again()
    assert rung == []
    long_ago(person, 31)
    tasks.ring_again()
    assert rung == [study.pk]
