"""Coming by a recruiter's link, going back to it, and withdrawing, as a person does in the browser."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from colortest.access import COMMON_TEAM, RESEARCHERS
from colortest.experiment import services
from colortest.experiment.models import Participant, Response, Withdrawal
from tests.browser import playing
from tests.browser.accounts import log_in
from tests.browser.conftest import Visitors
from tests.cast import PASSWORD, MakeStudy
from tests.cast import log_in as make_account

SHORT = {"photos": 20, "practice_trials": 1, "test_trials": 3, "catch_share": 0.0, "exposures_ms": [100]}
PERSON = "5f3a9c0de1b2a30017e4c0aa"
BACK = "https://app.prolific.com/submissions/complete?cc={code}"


def come(page: Page, site: str, person: str = PERSON) -> None:
    """By Prolific's link, to the instructions."""
    playing.agree(page, f"{site}/s/sunday-study/?PROLIFIC_PID={person}&STUDY_ID=s1&SESSION_ID=x1")


def play(page: Page) -> None:
    """From the instructions to the last page."""
    playing.begin(page)
    playing.choose(page, "left")
    playing.go_on(page)
    playing.play_block(page, playing.hands(3))
    page.get_by_role("heading", name="Thank you").wait_for()


def test_a_person_of_a_recruiter_comes_takes_part_and_goes_back(
    page: Page, visitors: Visitors, site: str, make_study: MakeStudy
) -> None:
    study = make_study(**SHORT, recruiter="PROLIFIC")
    completion = {"code": "C7K2", "url": BACK, "text": "Your submission is complete."}
    services.set_completions(study=study, completions={"COMPLETED": completion})
    come(page, site)
    assert PERSON not in page.url
    play(page)
    assert PERSON not in page.content()
    back = page.get_by_role("link", name="Go back to that site")
    expect(back).to_have_attribute("href", BACK.format(code="C7K2"))
    expect(page.get_by_text("Your submission is complete.")).to_be_visible()
    elsewhere = visitors.new(width=390)
    elsewhere.goto(f"{site}/s/sunday-study/?PROLIFIC_PID={PERSON}")
    expect(elsewhere.get_by_role("heading", name="Thank you")).to_be_visible()
    assert study.participants.count() == 1


def test_the_site_that_one_goes_back_to_learns_no_address_of_the_run(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    study = make_study(**SHORT)
    completion = {"code": "C7K2", "url": "https://recruiter.example/back?cc={code}", "text": ""}
    services.set_completions(study=study, completions={"COMPLETED": completion})
    asked: list[dict[str, str]] = []
    page.route(
        "https://recruiter.example/**",
        lambda route: (asked.append(route.request.all_headers()), route.fulfill(body="welcome back"))[-1],
    )
    playing.agree(page, f"{site}/s/sunday-study/")
    play(page)
    page.get_by_role("link", name="Go back to that site").click()
    expect(page.get_by_text("welcome back")).to_be_visible()
    assert page.url == "https://recruiter.example/back?cc=C7K2"
    assert [headers.get("referer") for headers in asked] == [None]


def test_somebody_withdraws_between_trials_and_all_is_gone(
    page: Page, visitors: Visitors, site: str, make_study: MakeStudy
) -> None:
    visitors.expect("404")
    make_study(**SHORT)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    playing.choose(page, "left")
    playing.reach(page, "ready")
    run = page.url
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("link", name="No, go back").click()
    playing.reach(page, "ready")
    assert Response.objects.count() == 1
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw and erase").click()
    expect(page.get_by_role("heading", name="You have withdrawn")).to_be_visible()
    assert not Participant.objects.exists()
    assert Withdrawal.objects.get().step == "trials"
    page.goto(run)
    expect(page.get_by_text("it was withdrawn or erased")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="You have withdrawn")).to_be_visible()


def test_a_second_tab_of_a_run_that_withdrew_says_so_by_itself(
    page: Page, visitors: Visitors, site: str, make_study: MakeStudy
) -> None:
    visitors.expect("404|Refused")
    make_study(**SHORT)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    playing.reach(page, "choice")
    services.withdraw(participant=Participant.objects.get())
    playing.press(page, "left", "key")
    expect(page.get_by_text("it was withdrawn or erased")).to_be_visible()


def test_withdrawing_works_without_scripts(browser: Browser, site: str, make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    person = services.admit_participant(study=study)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/take/{person.code}/")
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw and erase").click()
    page.get_by_role("heading", name="You have withdrawn").wait_for()
    context.close()
    assert not Participant.objects.exists()


def test_a_researcher_sets_up_recruitment_and_tries_it(
    page: Page, visitors: Visitors, site: str, make_study: MakeStudy
) -> None:
    study = make_study(**SHORT)
    make_account("ruth", RESEARCHERS, COMMON_TEAM)
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/sunday-study/")
    page.get_by_role("link", name="Recruiter and completion codes").click()
    page.get_by_label("People come from").select_option("Prolific")
    page.get_by_role("button", name="Show the link for it").click()
    expect(page.get_by_text("?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}")).to_be_visible()
    completed = page.get_by_role("group", name="Who gave every response")
    completed.get_by_label("Code").fill("C7K2")
    completed.get_by_label("Link back").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save").click()
    expect(completed.get_by_text("A link begins with https://")).to_be_visible()
    expect(completed.get_by_label("Code")).to_have_value("C7K2")
    completed.get_by_label("Link back").fill(BACK)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: from now on this is what participants are told")).to_be_visible()
    page.goto(f"{site}/studies/sunday-study/")
    page.get_by_role("link", name="Try it: a test run").click()
    expect(page.get_by_text("Test run: not counted")).to_be_visible()
    playing.agree(page, page.url)
    expect(page.get_by_text("Test run: not counted")).to_be_visible()
    play(page)
    expect(page.get_by_role("link", name="Go back to that site")).to_be_visible()
    expect(page.get_by_text("Test run: not counted")).to_be_visible()
    assert [person.rehearsal for person in study.participants.all()] == [True]


def test_a_researcher_hands_out_and_erases_a_run(page: Page, site: str, make_study: MakeStudy, tmp_path: Path) -> None:
    person = services.admit_participant(study=make_study(**SHORT))
    make_account("ruth", RESEARCHERS, COMMON_TEAM)
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/")
    page.get_by_role("link", name="A participant’s data").click()
    page.get_by_label("Participant’s code").fill(person.code)
    page.get_by_role("button", name="Look").click()
    assert urlsplit(page.url).path == "/participants/"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download everything").click()
    download.value.save_as(tmp_path / "run.json")
    assert person.code in (tmp_path / "run.json").read_text()
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Erase this run").click()
    expect(page.get_by_text("is erased for good")).to_be_visible()
    assert not Participant.objects.exists()
