"""What every other test here relies on: no complaint of a page goes unheard."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visitors

INLINE_SCRIPT = "document.body.append(Object.assign(document.createElement('script'), {textContent: 'let a = 1'}))"


@pytest.mark.parametrize(
    ("mistake", "complaint"),
    [
        (INLINE_SCRIPT, "Content Security Policy"),
        ("setTimeout(() => { throw new Error('thrown by a script') })", "thrown by a script"),
        ("console.error('said on the console')", "said on the console"),
        ("fetch('/no-such-page/')", "404"),
    ],
)
def test_a_mistake_of_a_page_is_heard(visitors: Visitors, page: Page, site: str, mistake: str, complaint: str) -> None:
    page.goto(site)
    assert visitors.complaints() == []
    page.evaluate(mistake)
    page.wait_for_timeout(200)
    assert [complaint in said for said in visitors.complaints()] == [True]
    visitors.expect(complaint)
