"""How far an upload is can be seen: while it is sent, and while it is checked and rendered."""

from collections.abc import Callable

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from colortest.stimuli import services
from colortest.stimuli.models import TestSet
from colortest.stimuli.services import importing, uploads
from tests.browser.accounts import log_in, stay, stayed
from tests.browser.conftest import Visitors
from tests.browser.test_upload import cut_after
from tests.cast import PASSWORD
from tests.running import wait_until
from tests.stimuli.test_imports import PHOTOS, zip_of

CHUNK, BATCH, ARRIVE = 2**16, 4, 2


@pytest.fixture
def one_batch(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Does what a worker does in one turn, and no worker is told."""
    monkeypatch.setattr("colortest.jobs.import_test_set", lambda *_, **__: None)
    monkeypatch.setattr(uploads, "CHUNK_BYTES", CHUNK)
    monkeypatch.setattr(importing, "BATCH", BATCH)

    def done() -> None:
        with override_settings(TASK_SECONDS=0):
            services.import_uploaded(test_set_id=TestSet.objects.get().pk)

    return done


def test_bars_tell_how_much_is_sent_and_how_many_files_are_done(
    page: Page, site: str, admin: object, visitors: Visitors, one_batch: Callable[[], None]
) -> None:
    visitors.expect("ERR_FAILED")
    log_in(page, site, "ada", PASSWORD)
    page.goto(f"{site}/test-sets/")
    cut_after(page, ARRIVE)
    data = zip_of()
    page.get_by_label("Name", exact=True).fill("Street")
    expect(page.get_by_label("Folder")).to_be_visible()
    page.get_by_label("Zip").set_input_files({"name": "street.zip", "mimeType": "application/zip", "buffer": data})
    page.get_by_role("button", name="Upload", exact=True).click()
    sent = page.get_by_role("progressbar", name="Sent")
    expect(sent).to_have_js_property("max", len(data))
    expect(page.get_by_text("The connection is lost, or the site is busy.")).to_be_visible()
    expect(sent).to_have_js_property("value", ARRIVE * CHUNK)
    page.unroute("**/chunks/**")
    rendered = page.get_by_role("progressbar", name="Checking and rendering")
    expect(rendered).to_be_visible()
    wait_until(lambda: TestSet.objects.filter(status="UPLOADED").exists())
    stay(page)
    for done in (BATCH, 2 * BATCH):
        one_batch()
        expect(rendered).to_have_js_property("value", done)
        expect(rendered).to_have_js_property("max", PHOTOS)
        expect(page.get_by_text(f"{done} of {PHOTOS} files")).to_be_visible()
    assert stayed(page)
    one_batch()
    expect(page.get_by_text(f"{PHOTOS} photos can be used.")).to_be_visible()
