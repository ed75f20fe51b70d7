"""One photo, coloured while the admin looks on, by a real worker."""

import time
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from colortest.embedded.supervisor import Child
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from colortest.stimuli.services import register_checkpoint, register_method
from tests.browser.accounts import log_in, stay, stayed
from tests.browser.conftest import Visitors
from tests.cast import PASSWORD, make_test_set
from tests.running import wait_until

ARRIVES_MS = 240_000


@pytest.fixture
def slow_one(db: None) -> Algorithm:
    """The trained network where its checkpoint is, else one without learning."""
    if (Path(settings.CHECKPOINT_DIR) / "best.safetensors").exists():
        return register_checkpoint(slug="best", name="Generator", file_name="best.safetensors")
    return register_method(slug="grey", name="Generator", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.GREY)


@pytest.fixture
def at_photos(page: Page, site: str, admin: object, slow_one: Algorithm) -> Page:
    make_test_set(4)
    log_in(page, site, "ada", PASSWORD)
    page.goto(f"{site}/test-sets/photographs/")
    return page


def test_a_photo_is_coloured_at_the_press_of_a_button(at_photos: Page, slow_one: Algorithm, worker: Child) -> None:
    """By a worker that has loaded the network already, as it does by itself; the times are printed."""
    page = at_photos
    if slow_one.kind == Algorithm.Kind.MODEL:
        wait_until(lambda: f"algorithm={slow_one.pk} warm" in worker.log.read_text(), ARRIVES_MS / 1000)
    stay(page)
    buttons = page.get_by_role("button", name="Colour with Generator")
    expect(buttons).to_have_count(4)
    for made, which in enumerate(("first", "second", "third"), start=1):
        began = time.perf_counter()
        buttons.first.click()
        shown = page.locator("figure img[alt$='by Generator']")
        expect(shown).to_have_count(made, timeout=ARRIVES_MS)
        last = shown.nth(made - 1)
        last.scroll_into_view_if_needed()
        expect(last).to_have_js_property("naturalWidth", 256, timeout=ARRIVES_MS)
        print(f"\nThe {which} photo appeared {time.perf_counter() - began:.2f} s after the press")
    assert Colorization.objects.ready().count() == 3
    assert stayed(page)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.wait_for_timeout(1200)
    assert requests == []  # nothing is asked once everything is there


def test_why_there_is_none_is_said_without_reloading(
    at_photos: Page, slow_one: Algorithm, worker: Child, visitors: Visitors
) -> None:
    """A catch colorization takes the colours of another photo; pictures of those that go may still be on their way."""
    visitors.expect("404.*/image/")
    page = at_photos
    TestSet.objects.get().photos.exclude(pk=TestSet.objects.get().photos.first().pk).delete()
    register_method(slug="catch", name="Catch", kind=Algorithm.Kind.CATCH, method=Algorithm.Method.RANDOM_COLOUR)
    page.reload()
    stay(page)
    page.get_by_role("button", name="Colour with Catch").click()
    expect(page.locator("figure").filter(has_text="there is none")).to_be_visible(timeout=ARRIVES_MS)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert stayed(page)
