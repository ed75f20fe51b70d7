"""A researcher who plans a study and watches it run."""

import pytest
from playwright.sync_api import Page, expect

from colortest.experiment import services
from colortest.experiment.models import Study
from tests.analysis.test_live import answered
from tests.browser.accounts import log_in, stay, stayed
from tests.cast import PASSWORD, MakeStudy

pytestmark = pytest.mark.usefixtures("researcher")


def number(page: Page, label: str) -> str:
    """The number above these words."""
    return page.locator(".number").filter(has_text=label).locator("dd").inner_text()


def test_power_answers_as_one_types(page: Page, site: str) -> None:
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/power/")
    wide = float(number(page, "points wide"))
    stay(page)
    page.get_by_role("spinbutton", name="Photos").fill("50")
    expect(page.locator("#power")).to_contain_text("50 photos are few")
    assert float(number(page, "points wide")) > wide
    chart = page.locator("#power img.chart")
    expect(chart).to_be_visible()
    assert chart.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    page.get_by_role("spinbutton", name="Photos").fill("")
    expect(page.locator("#power")).to_contain_text("Photos: This field is required.")
    page.get_by_role("spinbutton", name="Photos").fill("1000")
    expect(page.locator("#power")).not_to_contain_text("required")
    assert float(number(page, "points wide")) == wide
    assert stayed(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_beside_a_draft_power_begins_with_its_numbers_and_leaves_its_form_alone(
    page: Page, site: str, make_study: MakeStudy, width: int
) -> None:
    study = make_study(open_it=False, quota=23)
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/{study.slug}/design/")
    expect(page.get_by_role("spinbutton", name="People", exact=True)).to_have_value("23")
    words = page.locator("#words").inner_text()
    page.get_by_role("spinbutton", name="Photos").fill("1000")
    expect(page.locator("#power")).to_contain_text("A difference of 5 points takes")
    assert page.locator("#words").inner_text() == words
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Save the design").click()
    page.get_by_role("link", name="Change the design").wait_for()
    study.refresh_from_db()
    assert study.quota == 23


@pytest.mark.parametrize("width", [390, 1280])
def test_the_live_page_follows_the_study_by_itself(page: Page, site: str, make_study: MakeStudy, width: int) -> None:
    study = make_study()
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/{study.slug}/")
    page.get_by_role("link", name="Live").click()
    stay(page)
    assert number(page, "under way now") == "0"
    answered(study, 12)
    page.get_by_text("participant 1: trial 3 of 40").wait_for()
    assert number(page, "under way now") == "1"
    assert stayed(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_study_is_paused_where_it_is_watched_and_others_see_it(page: Page, site: str, make_study: MakeStudy) -> None:
    study = make_study()
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/{study.slug}/live/")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").wait_for()
    assert Study.objects.get().status == Study.Status.PAUSED
    services.open_study(study=study)  # by somebody else
    page.get_by_role("button", name="Pause").wait_for()
