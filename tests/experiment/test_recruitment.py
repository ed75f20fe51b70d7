"""Who comes from where, once each, as long as there is room, and what is said at the end."""

import csv
import logging
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client

from colortest.experiment import recruiters, services
from colortest.experiment.models import Completion, OutsideId, Participant, Study
from colortest.experiment.passes import Pass, issue_pass
from colortest.experiment.recruiters import RECRUITERS, completion_url, outside_id, require_completion_url
from colortest.experiment.services.recruitment import digest
from colortest.stimuli.models import Algorithm
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


# Links


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


# Once per person


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


# Quota


def test_a_full_study_takes_nobody_new_and_stores_nothing(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=2)
    set_completion(study, "OVER_QUOTA", code="FULL7", text="Please return the submission.")
    play(study)
    services.admit_participant(study=study)
    for page in (client.get(LANDING), client.post(LANDING, {"agree": "on"})):
        assert "experiment/over_quota.html" in templates(page)
        said = page.content.decode()
        assert "FULL7" in said
        assert "Please return the submission." in said
    assert study.participants.count() == 2


def test_a_study_that_fills_while_the_form_is_read_says_so(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=1)
    assert "experiment/consent.html" in templates(client.get(LANDING))
    services.admit_participant(study=study)
    with pytest.raises(services.OverQuota):
        services.admit_participant(study=study)
    assert "experiment/over_quota.html" in templates(client.post(LANDING, {"agree": "on"}))


def test_who_has_a_place_in_a_full_study_keeps_it(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=1, recruiter="PANEL")
    run = agree(Client(), id="one")
    assert Client().get(LANDING, {"id": "one"}, follow=True).request["PATH_INFO"] == run
    assert services.admit_participant(study=study, outside_id="one").code == run.split("/")[2]


def test_only_people_who_count_take_places(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=2)
    play(study)
    Participant.objects.update(exclusion_reason="asked to")
    services.admit_participant(study=study, simulated=True)
    services.admit_participant(study=study, rehearsal=True)
    services.admit_participant(study=study)
    Participant.objects.filter(finished=None, simulated=False, rehearsal=False).update(last_seen="2020-01-01T00:00Z")
    assert not services.is_full(study)
    play(study)
    assert not services.is_full(study)
    play(study)
    assert services.is_full(study)


def test_where_each_person_sees_one_algorithm_the_quota_is_of_each(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=1, assignment="BETWEEN", open_it=False)
    grey = study.under_test().get()
    second = Algorithm.objects.create(slug="second", name="Second", kind=grey.kind, method=grey.method)
    for one in study.pairs().filter(algorithm=grey):
        one.pk, one.algorithm = None, second
        one.save()
    study.arms.create(algorithm=second)
    services.open_study(study=study)
    first = services.admit_participant(study=study)
    assert not services.is_full(study)
    other = services.admit_participant(study=study)
    assert {first.algorithm, other.algorithm} == {grey, second}
    assert services.is_full(study)


def test_without_a_quota_there_is_always_room(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=0)
    play(study)
    assert not services.is_full(study)


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once_however_many_come_at_once(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=3)

    def arrive(_: int) -> bool:
        try:
            services.admit_participant(study=study)
            return True
        except services.OverQuota:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        admitted = list(pool.map(arrive, range(10)))
    assert admitted.count(True) == study.participants.count() == 3


# Completion


def test_the_completion_of_a_run_is_there_only_once_all_has_arrived(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    set_completion(study, "COMPLETED", code="C8 &<", url="https://app.prolific.com/submissions/complete?cc={code}")
    person = play(study, until=3)
    assert services.completion_for(person) is None
    assert "prolific" not in client.get(f"/take/{person.code}/").content.decode()
    person = play(study)
    page = client.get(f"/take/{person.code}/").content.decode()
    assert 'href="https://app.prolific.com/submissions/complete?cc=C8%20%26%3C"' in page
    assert "C8 &amp;&lt;" in page


def test_each_ending_has_a_completion_of_its_own(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    for ending in Completion.Ending.values:
        set_completion(study, ending, code=f"CODE-{ending}")
    attentive, inattentive, screened = (play(study, until=until) for until in (4, 4, 0))
    Participant.objects.filter(pk=inattentive.pk).update(ending="FAILED_ATTENTION", exclusion_reason="too fast")
    Participant.objects.filter(pk=screened.pk).update(ending="SCREENED_OUT")
    for person, ending in ((attentive, "COMPLETED"), (inattentive, "FAILED_ATTENTION"), (screened, "SCREENED_OUT")):
        page = client.get(f"/take/{person.code}/").content.decode()
        assert [said for said in Completion.Ending.values if f"CODE-{said}<" in page] == [ending]
    page = client.post(f"/take/{attentive.code}/withdraw/", follow=True).content.decode()
    assert [said for said in Completion.Ending.values if f"CODE-{said}<" in page] == ["WITHDRAWN"]


def test_without_a_completion_people_are_thanked_and_that_is_all(client: Client, make_study: MakeStudy) -> None:
    person = play(make_study(**SHORT))
    page = client.get(f"/take/{person.code}/").content.decode()
    assert "Thank you" in page
    assert "You can close this page now." in page


def test_nobody_gets_the_code_of_withdrawing_who_did_not(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    set_completion(study, "WITHDRAWN", code="GONE5")
    for value in ("", "1", issue_pass(study, Pass.REHEARSAL)):
        reply = client.get(f"{LANDING}withdrawn/", {"withdrawn": value})
        assert reply.status_code == 404
        assert "GONE5" not in reply.content.decode()


def test_a_link_back_can_name_the_person_and_only_their_browser_knows_it(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, recruiter="SONA")
    set_completion(study, "COMPLETED", url="https://u.sona-systems.com/credit?experiment_id=1&survey_code={id}")
    person = play(study, outside_id="48213")
    client = Client()
    page = client.get(LANDING, {"survey_code": "48213"}, follow=True).content.decode()
    assert 'href="https://u.sona-systems.com/credit?experiment_id=1&amp;survey_code=48213"' in page
    stranger = Client().get(f"/take/{person.code}/").content.decode()
    assert "sona-systems" not in stranger
    assert "48213" not in everything_stored()


def test_what_a_link_back_lacks_leaves_it_out() -> None:
    assert completion_url("https://x.org/?c={code}", code="", outside_id="") == ""
    assert completion_url("https://x.org/?c={code}&p={id}", code="1", outside_id="") == ""
    assert completion_url("https://x.org/?c={code}&p={id}", code="{id}", outside_id="a/b?") == (
        "https://x.org/?c=%7Bid%7D&p=a%2Fb%3F"
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.org/",
        "//x.org/",
        "/studies/",
        "x.org/complete",
        "https://",
        "https:///x",
        'https://x.org/"onclick="x',
        "https://x.org/<script>",
        "https://x.org/a b",
        "https://x.org\\@evil.org/",
        "https://prolific.com@evil.org/",
        "https://{code}.org/",
        "https://{id}/",
        "https://x.org/{name}",
        "https://x.org/\n",
        "https://[x/",
        "\x00https://x.org/",
    ],
)
def test_a_link_back_that_could_lead_astray_is_refused(researcher: Client, study: Study, url: str) -> None:
    with pytest.raises(ValueError, match="link"):
        require_completion_url(url)
    reply = researcher.post("/studies/sunday-study/recruitment/", {"COMPLETED-code": "C1", "COMPLETED-url": url})
    if url != url.strip():
        return  # a form takes blanks off the ends
    assert reply.status_code == 200
    assert not study.completions.exists()


@pytest.mark.parametrize(
    "url", ["https://app.prolific.com/submissions/complete?cc={code}", "http://localhost:8001/x?id={id}"]
)
def test_a_link_back_to_a_site_is_taken(url: str) -> None:
    require_completion_url(url)


def test_completions_are_set_changed_and_taken_away_on_the_studys_page(researcher: Client, study: Study) -> None:
    address = "/studies/sunday-study/recruitment/"
    services.set_recruiter(study=study, recruiter="PROLIFIC")
    forms = dict(researcher.get(address).context["endings"])
    assert {form.initial["url"] for form in forms.values()} == {RECRUITERS["PROLIFIC"].completion_url}
    filled = {f"{ending}-url": RECRUITERS["PROLIFIC"].completion_url for ending in Completion.Ending.values}
    researcher.post(address, {**filled, "COMPLETED-code": "C1", "SCREENED_OUT-text": "Thank you all the same."})
    assert dict(study.completions.values_list("ending", "code")) == {"COMPLETED": "C1", "SCREENED_OUT": ""}
    researcher.post(address, {**filled, "COMPLETED-code": "C2"})
    assert dict(study.completions.values_list("ending", "code")) == {"COMPLETED": "C2"}
    assert services.completion_of(study, "COMPLETED").url == "https://app.prolific.com/submissions/complete?cc=C2"


# Test links


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
        code = client.get(LANDING, {"test": value}).context["code"]
        Client().post(f"{LANDING}?test={value}", {"agree": "on", "code": code})
    assert study.participants.count() == 2
    assert not study.participants.filter(rehearsal=True).exists()


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
