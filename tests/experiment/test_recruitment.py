"""Who comes from where, and once each."""

import csv
import logging
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client

from colortest.experiment import recruiters, services
from colortest.experiment.models import OutsideId, Participant, Study
from colortest.experiment.passes import Pass, issue_pass
from colortest.experiment.recruiters import RECRUITERS, outside_id
from colortest.experiment.services.recruitment import digest
from tests.cast import MakeStudy
from tests.experiment.test_ethics import SHORT, everything_stored, play

pytestmark = pytest.mark.django_db

LANDING = "/s/sunday-study/"
PERSON = "5f3a9c0de1b2a30017e4c0aa"
ARRIVALS = {
    "PROLIFIC": {"PROLIFIC_PID": PERSON, "STUDY_ID": "s1", "SESSION_ID": "x1"},
    "SONA": {"survey_code": "48213"},
    "CONNECT": {"participantId": PERSON, "assignmentId": "a1", "projectId": "p1"},
    "PANEL": {"id": "someone@panel"},
}


def agree(client: Client, **parameters: str) -> str:
    """From a recruiter's link to the address of the run."""
    page = client.get(LANDING, parameters, follow=True)
    reply = client.post(page.request["PATH_INFO"], {"agree": "on", "code": page.context["code"]})
    return reply.headers["Location"]


def templates(page: object) -> list[str]:
    return [template.name for template in page.templates]


def set_completion(study: Study, ending: str, **said: str) -> None:
    services.set_completions(study=study, completions={ending: {"code": "", "url": "", "text": "", **said}})


def test_the_link_of_each_recruiter_has_its_placeholders() -> None:
    links = {name: recruiters.link(recruiter, "https://x.org/s/a/") for name, recruiter in RECRUITERS.items()}
    assert links == {
        "PLAIN": "https://x.org/s/a/",
        "PROLIFIC": "https://x.org/s/a/?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}"
        "&SESSION_ID={{%SESSION_ID%}}",
        "SONA": "https://x.org/s/a/?survey_code=%SURVEY_CODE%",
        "CONNECT": "https://x.org/s/a/",
        "PANEL": "https://x.org/s/a/?id=[ID]",
    }


def test_every_recruiter_that_a_study_can_have_is_in_the_table() -> None:
    assert set(RECRUITERS) == set(Study.Recruiter.values)


@pytest.mark.parametrize("name", ARRIVALS)
def test_the_recruiters_parameter_tells_who_comes(name: str) -> None:
    said = ARRIVALS[name][RECRUITERS[name].parameter]
    assert outside_id(RECRUITERS[name], ARRIVALS[name]) == said
    assert outside_id(RECRUITERS["PLAIN"], ARRIVALS[name]) == ""


@pytest.mark.parametrize("nobody", ["", " ", "{{%PROLIFIC_PID%}}", "a\x00b", "x" * 201])
def test_what_is_no_id_is_nobody(nobody: str) -> None:
    assert outside_id(RECRUITERS["PROLIFIC"], {"PROLIFIC_PID": nobody}) == ""


def test_the_link_on_the_page_leads_to_consent_once_filled_in(researcher: Client, make_study: MakeStudy) -> None:
    for name, parameters in ARRIVALS.items():
        study = Study.objects.first() or make_study(**SHORT)
        researcher.post("/studies/sunday-study/recruiter/", {"recruiter": name})
        page = researcher.get("/studies/sunday-study/recruitment/")
        link = urlsplit(page.context["link"])
        assert set(dict(parse_qsl(link.query))) == set(RECRUITERS[name].placeholders)
        assert "experiment/consent.html" in templates(Client().get(link.path, parameters, follow=True))
        study.refresh_from_db()
        assert study.recruiter == name


def test_a_recruiter_that_there_is_not_is_refused(researcher: Client, study: Study) -> None:
    reply = researcher.post("/studies/sunday-study/recruiter/", {"recruiter": "MTURK"}, follow=True)
    assert "Please choose one of the places" in reply.content.decode()
    study.refresh_from_db()
    assert study.recruiter == "PLAIN"


def test_the_same_person_goes_on_with_the_same_run_on_any_device(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PROLIFIC")
    run = agree(Client(), **ARRIVALS["PROLIFIC"])
    elsewhere = Client()
    assert elsewhere.get(LANDING, ARRIVALS["PROLIFIC"], follow=True).request["PATH_INFO"] == run
    other_session = {**ARRIVALS["PROLIFIC"], "SESSION_ID": "x2"}
    assert Client().get(LANDING, other_session, follow=True).request["PATH_INFO"] == run
    assert study.participants.count() == 1


def test_two_people_on_one_device_have_two_runs(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PANEL")
    shared = Client()
    runs = {agree(shared, id="one"), agree(shared, id="two")}
    assert len(runs) == study.participants.count() == 2
    assert shared.get(LANDING, {"id": "one"}, follow=True).request["PATH_INFO"] in runs


def test_who_finished_does_not_take_part_again(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PANEL")
    person = play(study, outside_id="one")
    page = Client().get(LANDING, {"id": "one"}, follow=True)
    assert page.request["PATH_INFO"] == f"/take/{person.code}/"
    assert "experiment/thanks.html" in templates(page)


def test_who_comes_without_an_id_is_told_how_to_come(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PROLIFIC")
    for parameters in ({}, {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"}):
        page = Client().get(LANDING, parameters)
        assert "Please come by the link of the site that invites you" in page.content.decode()
        assert "experiment/unknown_person.html" in templates(Client().post(LANDING, {"agree": "on", **parameters}))
    assert not study.participants.exists()


def test_nobody_comes_as_somebody_else_by_writing_a_cookie(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PANEL")
    agree(Client(), id="one")
    thief = Client()
    thief.cookies[f"person-{study.pk}"] = "one"
    assert "experiment/unknown_person.html" in templates(thief.get(LANDING))


def test_studies_with_a_recruiter_are_not_offered_to_everybody(client: Client, make_study: MakeStudy) -> None:
    make_study(**SHORT, recruiter="PANEL")
    assert "sunday-study" not in client.get("/").content.decode()


def test_an_id_is_kept_as_a_hash_that_is_of_no_use_elsewhere(make_study: MakeStudy, settings: object) -> None:
    study = make_study(**SHORT, recruiter="PANEL")
    kept = digest(study, "one")
    assert len(kept) == 64
    other = services.copy_study(study=study)
    other.recruiter = "PANEL"
    assert digest(other, "one") != kept
    settings.SECRET_KEY = "another key"
    assert digest(study, "one") != kept


def test_the_id_is_in_no_row_no_address_and_no_log(make_study: MakeStudy, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    study = make_study(**SHORT, recruiter="PROLIFIC")
    set_completion(study, "COMPLETED", code="C1", url="https://app.prolific.com/submissions/complete?cc={code}")
    client = Client()
    page = client.get(LANDING, ARRIVALS["PROLIFIC"], follow=True)
    assert page.request["QUERY_STRING"] == ""
    assert PERSON not in page.content.decode()
    run = client.post(LANDING, {"agree": "on"}, follow=True)
    assert PERSON not in run.request["PATH_INFO"] + run.request["QUERY_STRING"] + run.content.decode()
    assert OutsideId.objects.filter(participant=study.participants.get()).exists()
    assert PERSON not in everything_stored()
    assert PERSON not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_arrivals_at_once_make_one_run(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PANEL")

    def arrive(_: int) -> str:
        try:
            return services.admit_participant(study=study, outside_id="one").code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = set(pool.map(arrive, range(8)))
    assert len(codes) == study.participants.count() == OutsideId.objects.count() == 1


def test_a_test_link_makes_a_run_that_is_marked_and_never_counted(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PROLIFIC", quota=1)
    link = urlsplit(researcher.get("/studies/sunday-study/").context["test_link"])
    play(study)
    assert services.is_full(study)
    runs = []
    for _ in range(2):
        page = researcher.get(f"{link.path}?{link.query}")
        assert "Test run: not counted" in page.content.decode()
        reply = researcher.post(f"{link.path}?{link.query}", {"agree": "on", "code": page.context["code"]})
        runs.append(reply.headers["Location"])
        assert "Test run: not counted" in researcher.get(runs[-1]).content.decode()
    assert len(set(runs)) == 2
    assert study.participants.filter(rehearsal=True).count() == 2
    assert Study.objects.with_progress().get().started_count == 1


@pytest.mark.parametrize("made_up", ["", "1", "1:made-up"])
def test_nobody_makes_a_test_link_but_the_site(client: Client, make_study: MakeStudy, made_up: str) -> None:
    study = make_study(**SHORT)
    other = issue_pass(study, Pass.SIMULATION)
    for value in (made_up, other):
        assert client.get(LANDING, {"test": value}).status_code == 404
        reply = Client().post(f"{LANDING}?test={value}", {"agree": "on"})
        assert (reply.status_code, "no longer good" in reply.content.decode()) == (404, True)
    assert not study.participants.exists(), "who was to be a test must not become a person who counts"


def test_simulated_participants_need_no_recruiter(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="PROLIFIC", quota=1)
    play(study, outside_id="one")
    address = f"{LANDING}?simulation={issue_pass(study, Pass.SIMULATION)}"
    Client().post(address, {"agree": "on"})
    assert study.participants.filter(simulated=True).count() == 1


def test_a_test_run_is_exported_only_when_asked_for(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    play(study)
    rehearsal = play(study)
    Participant.objects.filter(pk=rehearsal.pk).update(rehearsal=True)
    previewed = play(study)
    Participant.objects.filter(pk=previewed.pk).update(rehearsal=True, preview=True)
    for address, marks in (("results.csv", ["False"] * 4), ("results.csv?rehearsals", ["False"] * 4 + ["True"] * 4)):
        lines = b"".join(researcher.get(f"/studies/sunday-study/{address}").streaming_content).decode().splitlines()
        assert [row["rehearsal"] for row in csv.DictReader(lines)] == marks
