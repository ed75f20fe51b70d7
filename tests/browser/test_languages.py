"""The language of a participant's pages: the browser's at first, then what the person chose."""

import pytest
from playwright.sync_api import Page, expect

from colortest.experiment.models import Participant
from tests.browser import playing
from tests.cast import MakeStudy

LANDING = "/s/sunday-study/"


def language_of(page: Page) -> str | None:
    return page.locator("html").get_attribute("lang")


@pytest.fixture
def spaniard(page: Page) -> Page:
    page.set_extra_http_headers({"Accept-Language": "es-ES,es;q=0.9,en;q=0.5"})
    return page


def test_the_browsers_language_comes_first_and_consent_records_it(
    spaniard: Page, site: str, make_study: MakeStudy
) -> None:
    study = make_study(photos=12, practice_trials=0, test_trials=2)
    spaniard.goto(f"{site}{LANDING}")
    assert language_of(spaniard) == "es"
    expect(spaniard.get_by_text(study.consent_text_in("es").split("\n")[0])).to_be_visible()
    spaniard.locator("[name=agree]").check()
    spaniard.locator("main button[type=submit]").click()
    spaniard.locator(".drawing").wait_for()
    assert language_of(spaniard) == "es"
    assert Participant.objects.get().language == "es"


def test_the_switch_changes_the_language_of_this_page_and_of_those_after_it(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    study = make_study(photos=12, practice_trials=0, test_trials=2)
    page.goto(f"{site}{LANDING}")
    assert language_of(page) == "en"
    page.get_by_role("button", name="Español").click()
    page.locator("html[lang=es]").wait_for()
    assert page.url == f"{site}{LANDING}"
    expect(page.get_by_text(study.consent_text_in("es").split("\n")[0])).to_be_visible()
    assert page.get_by_role("button", name="Español").count() == 0, "it is spoken already"
    page.reload()
    assert language_of(page) == "es"
    page.locator("[name=agree]").check()
    page.locator("main button[type=submit]").click()
    page.locator(".drawing").wait_for()
    assert Participant.objects.get().language == "es"
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="How it works").wait_for()
    assert language_of(page) == "en"


def test_who_speaks_no_language_of_the_study_is_spoken_to_in_one_that_it_has(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    study = make_study(photos=12, practice_trials=0, test_trials=2, languages=["es"])
    page.goto(f"{site}{LANDING}")
    assert language_of(page) == "es"
    expect(page.get_by_text(study.consent_text_in("es").split("\n")[0])).to_be_visible()
    assert page.get_by_role("button", name="English").count() == 0, "there is nothing to switch to"


def test_answers_that_a_form_refused_do_not_lead_the_switch_astray(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, colour_vision="RECORD")
    playing.consent(page, f"{site}{LANDING}")
    page.locator("[data-plates]").wait_for()
    page.evaluate("document.querySelector('[data-plates]').submit()")
    page.locator(".errorlist").first.wait_for()
    assert page.url.endswith("/vision/")
    page.get_by_role("button", name="Español").click()
    page.locator("html[lang=es]").wait_for()
    page.locator("[data-plates]").wait_for()
