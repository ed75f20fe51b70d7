"""A researcher who looks at results in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from colortest.experiment import services
from colortest.experiment.models import Study
from tests.analysis.contents import content
from tests.analysis.test_results_page import report
from tests.browser.accounts import log_in, stay, stayed
from tests.cast import PASSWORD
from tests.running import wait_until

pytestmark = pytest.mark.usefixtures("researcher")

# Looks at every frame whether a chart that has been drawn once is gone or empty, or the page has become shorter.
WATCH = """() => {
  window.flashes = [];
  const drawn = (image) => image.complete && image.naturalWidth > 0;
  const tall = document.getElementById('results').offsetHeight;
  const look = () => {
    const image = document.querySelector('img.chart');
    if (!image || !drawn(image)) window.flashes.push('a chart is gone');
    if (document.getElementById('results').offsetHeight < tall - 5) window.flashes.push('the page is shorter');
    window.frames_seen = (window.frames_seen || 0) + 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def open_results(page: Page, site: str, width: int = 1280) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/sunday-study/results/")
    wait_until(lambda: page.evaluate("document.querySelector('img.chart').naturalWidth > 0"))


@pytest.mark.parametrize("width", [390, 1280])
def test_new_numbers_appear_by_themselves_without_a_flash(page: Page, site: str, study: Study, width: int) -> None:
    report(study)
    open_results(page, site, width)
    page.locator("#fool-rates-numbers").click()
    page.locator("#over-time-json").focus()
    page.evaluate("[...document.images].forEach(image => image.loading = 'eager')")
    wait_until(lambda: page.evaluate("[...document.images].every(image => image.complete)"))
    before = page.locator("img.chart").first.get_attribute("src")
    stay(page)
    page.evaluate(WATCH)
    report(study, counts={**content()["counts"], "finished": 45})
    expect(page.locator(".number").filter(has_text="people finished").locator("dd")).to_have_text("45")
    assert page.locator("img.chart").first.get_attribute("src") != before
    expect(page.locator("#fool-rates-table")).to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.id") == "over-time-json"
    report(study, counts={**content()["counts"], "finished": 46})
    expect(page.locator(".number").filter(has_text="people finished").locator("dd")).to_have_text("46")
    assert page.evaluate("window.frames_seen") > 30
    assert page.evaluate("window.flashes") == []
    assert stayed(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_when_the_study_closes_its_intervals_appear_by_themselves(page: Page, site: str, study: Study) -> None:
    report(study)
    open_results(page, site)
    expect(page.get_by_role("heading", name="Differences")).to_be_hidden()
    stay(page)
    services.close_study(study=study)
    expect(page.get_by_role("heading", name="Differences")).to_be_visible()
    assert stayed(page)


def test_a_chart_is_downloaded_in_three_forms(page: Page, site: str, study: Study) -> None:
    report(study)
    open_results(page, site)
    for form in ("SVG", "PNG at print size", "Vega-Lite"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Fool rates as {form}", exact=True).first.click()
        ending = {"SVG": "svg", "Vega-Lite": "json"}.get(form, "png")
        assert download.value.suggested_filename == f"sunday-study-fool-rates.{ending}"


def test_a_number_leads_to_its_definition(page: Page, site: str, study: Study) -> None:
    report(study)
    open_results(page, site)
    page.get_by_role("link", name="Fooled", exact=True).first.click()
    expect(page.locator("#fooled")).to_be_in_viewport()
    expect(page.locator("#fooled")).to_contain_text("whichever way the question was put")
