"""An admin in a real browser: photos go up, and a real worker's colorizations appear."""

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from colortest.embedded.supervisor import Child
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet
from colortest.stimuli.services import register_checkpoint, register_method
from tests.browser.accounts import log_in, stay, stayed
from tests.cast import PASSWORD, photographs
from tests.running import wait_until

PHOTOS = 4
LOADED = "[...document.querySelectorAll('#test-set figure img')].filter((image) => image.naturalWidth === 256).length"


@pytest.fixture
def algorithms(db: None) -> int:
    """Those that come with the site, the trained one where its checkpoint is; returns how many."""
    kinds, methods = Algorithm.Kind, Algorithm.Method
    register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY)
    register_method(slug="random-colour", name="Random colour", kind=kinds.CATCH, method=methods.RANDOM_COLOUR)
    if (Path(settings.CHECKPOINT_DIR) / "best.safetensors").exists():
        register_checkpoint(slug="best", name="Generator", file_name="best.safetensors")
    return Algorithm.objects.count()


@pytest.fixture
def at_test_sets(page: Page, site: str, admin: object) -> Page:
    log_in(page, site, "ada", PASSWORD)
    page.get_by_role("navigation").get_by_role("link", name="Test sets").click()
    return page


def upload(page: Page, name: str, data: bytes) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    expect(page.get_by_label("Folder")).to_be_visible()  # once the script is there
    page.get_by_label("Zip").set_input_files({"name": "photos.zip", "mimeType": "application/zip", "buffer": data})
    page.get_by_role("button", name="Upload", exact=True).click()


def zip_of_photographs() -> bytes:
    """Real photographs in two splits, and a text file that says it is one."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for split, name, image in photographs(PHOTOS):
            picture = io.BytesIO()
            image.save(picture, "PNG")
            file.writestr(f"{split}/{name}", picture.getvalue())
        file.writestr("test/notes.jpg", "These are notes, not a photograph.")
    return archive.getvalue()


def test_photos_are_uploaded_reported_and_coloured_while_the_admin_looks_on(
    at_test_sets: Page, algorithms: int, worker: Child
) -> None:
    page = at_test_sets
    upload(page, "Holiday", zip_of_photographs())
    report = page.get_by_role("row").filter(has_text="notes.jpg")
    expect(report).to_contain_text("This is not a photo in a format that is accepted", timeout=240_000)
    assert not Colorization.objects.exists()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("link", name="1 file not kept")).to_be_visible()
    stay(page)
    expect(page.get_by_text(f"{PHOTOS * algorithms} of {PHOTOS * algorithms} made")).to_be_visible(timeout=240_000)
    assert Photo.objects.split_counts() == {"test": PHOTOS // 2, "train": PHOTOS // 2}
    assert Colorization.objects.ready().count() == PHOTOS * algorithms
    for image in page.locator("#test-set figure img").all():
        image.scroll_into_view_if_needed()
    wait_until(lambda: page.evaluate(LOADED) == PHOTOS * (1 + algorithms))
    assert stayed(page)


def test_a_zip_that_is_none_gets_a_sentence_and_leaves_nothing(at_test_sets: Page) -> None:
    page = at_test_sets
    upload(page, "Broken", b"PK\x03\x04 and then nothing of the kind")
    expect(page.get_by_text("photos.zip is not a zip archive, or is damaged. Please make it again.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Broken")
    expect(page.get_by_text("There is no test set yet.")).to_be_visible()
    assert not TestSet.objects.exists()


def test_a_zip_that_broke_on_its_way_names_what_was_lost(at_test_sets: Page, algorithms: int, worker: Child) -> None:
    """Its directory at the end is whole, some photo in it is not: only that one is missing."""
    page = at_test_sets
    whole = zip_of_photographs()
    middle = len(whole) // 3
    upload(page, "Half", whole[:middle] + bytes(1000) + whole[middle + 1000 :])
    expect(page.get_by_role("link", name="rejected 2")).to_be_visible(timeout=240_000)
    assert Photo.objects.count() == PHOTOS - 1
