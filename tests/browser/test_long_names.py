"""Whoever looks at a report sees the reasons, however long a name in it is."""

import pytest
from playwright.sync_api import Page

from colortest.stimuli import services
from colortest.stimuli.models import FakeFile, FakesUpload, ImportedFile, TestSet
from tests.browser.accounts import log_in
from tests.cast import PASSWORD

LONG = "n" * 254 + "…"
REASON = "Its name has more than 255 characters with its folders: shorten it."


@pytest.mark.parametrize("width", [1280, 700])
def test_a_long_name_breaks_and_leaves_room_for_the_reason(page: Page, site: str, admin: object, width: int) -> None:
    test_set = TestSet.objects.create(slug="long", name="n" * 200, status="CHECKED")
    ImportedFile.objects.create(test_set=test_set, position=0, name=LONG, outcome="REJECTED", reason=REASON)
    of = {"algorithm": services.register_external(name="Theirs"), "test_set": test_set, "file_name": LONG}
    fakes = FakesUpload.objects.create(**of, status="CHECKED")
    FakeFile.objects.create(fakes=fakes, position=0, name=LONG, outcome="REFUSED", reason=REASON)
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, site, "ada", PASSWORD)
    for address in (test_set.report_url, fakes.get_absolute_url(), "/algorithms/theirs/", "/test-sets/"):
        page.goto(f"{site}{address}")
        tables = page.locator(".scroll").evaluate_all("(all) => all.map((one) => one.scrollWidth - one.clientWidth)")
        assert tables, address
        assert max(tables) <= 1, address
