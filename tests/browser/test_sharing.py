"""A researcher shares results with somebody who has no account, and takes them back; and makes a token."""

import re

import pytest
from playwright.sync_api import Page

from colortest.analysis.services import compute_fool_rates
from colortest.analysis.services.reports import store_report
from colortest.analysis.shown import LEAST
from colortest.experiment.models import Study
from tests.analysis.test_fool_rates import play
from tests.browser.accounts import log_in
from tests.browser.conftest import Visitors
from tests.browser.test_small_screens import WIDTH, assert_narrow
from tests.cast import PASSWORD, MakeStudy

pytestmark = pytest.mark.usefixtures("researcher")


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    made = make_study(photos=14, practice_trials=1, test_trials=4)
    for fooled in range(LEAST):
        play(made, fooled=fooled % 4)
    compute_fool_rates(study=made)
    store_report(study=made)
    return made


def test_a_researcher_shares_results_and_takes_them_back(
    page: Page, visitors: Visitors, site: str, study: Study
) -> None:
    visitors.expect("404")
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}{study.get_absolute_url()}")
    page.get_by_role("link", name="Sharing").click()
    page.get_by_label("For whom").fill("Reviewers")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_text(f"{site}/shared/").inner_text()
    phone = visitors.new(width=WIDTH, height=844)
    phone.goto(link)
    phone.get_by_role("heading", name="Results of Sunday study").wait_for()
    assert phone.url == f"{site}{study.get_absolute_url()}results/"
    charts = phone.locator("img.chart")
    charts.first.wait_for()
    assert charts.count() > 3
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        assert chart.evaluate("(chart) => chart.decode().then(() => chart.naturalWidth)") > 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
    page.get_by_role("button", name="Revoke the link for Reviewers").click()
    page.get_by_text("The link for Reviewers opens nothing any more.").wait_for()
    phone.reload()
    phone.get_by_text("it was revoked, or a part of it is missing").wait_for()


def test_a_researcher_makes_a_token_and_revokes_it(page: Page, visitors: Visitors, site: str, study: Study) -> None:
    log_in(page, site, "ruth", PASSWORD)
    page.get_by_role("link", name="ruth").click()
    page.get_by_label("What for").fill("Notebook on my desk")
    page.get_by_role("button", name="Make a token").click()
    token = page.get_by_text(re.compile(r"^colortest_")).inner_text()
    assert page.request.get(f"{site}/api/studies/", headers={"Authorization": f"Bearer {token}"}).ok
    page.get_by_role("button", name="Revoke Notebook on my desk").click()
    page.get_by_text("revoked on").wait_for()
    assert not page.get_by_text(token).count()
    assert page.request.get(f"{site}/api/studies/", headers={"Authorization": f"Bearer {token}"}).status == 401


def test_the_pages_of_sharing_do_not_scroll_sideways_on_a_phone(visitors: Visitors, site: str, study: Study) -> None:
    phone = visitors.new(width=WIDTH, height=844)
    log_in(phone, site, "ruth", PASSWORD)
    phone.goto(f"{site}/studies/sunday-study/sharing/")
    phone.get_by_label("For whom").fill("The three reviewers of the paper, until it appears")
    phone.get_by_role("button", name="Make a link").click()
    phone.goto(f"{site}/account/tokens/")
    phone.get_by_label("What for").fill("The notebook on the machine under my desk")
    phone.get_by_role("button", name="Make a token").click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
    assert_narrow(phone, site, ["/studies/sunday-study/sharing/", "/account/tokens/"])
