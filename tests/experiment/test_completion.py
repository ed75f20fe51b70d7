"""What is said at the end of a run, and where it leads back to."""

import pytest
from django.test import Client

from colortest.experiment import services
from colortest.experiment.models import Completion, Participant, Study
from colortest.experiment.passes import Pass, issue_pass
from colortest.experiment.recruiters import RECRUITERS, completion_url, require_completion_url
from tests.cast import MakeStudy
from tests.experiment.test_ethics import SHORT, everything_stored, play
from tests.experiment.test_recruitment import LANDING, set_completion

pytestmark = pytest.mark.django_db


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
    elsewhere = Client()
    stranger = elsewhere.get(f"/take/{person.code}/").content.decode()
    assert "sona-systems" not in stranger
    assert "open this study once more from the site that sent you here" in stranger
    again = elsewhere.get(LANDING, {"survey_code": "48213"}, follow=True).content.decode()
    assert "survey_code=48213" in again
    assert "once more" not in again
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
