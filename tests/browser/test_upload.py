"""A thousand photos go up from a real browser, are interrupted, and go on where they stopped."""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page, Route, expect

from colortest.embedded.supervisor import Child
from colortest.stimuli import services
from colortest.stimuli.models import Chunk, Colorization, ImportedFile, TestSet, Upload
from tests.browser.accounts import log_in
from tests.browser.conftest import Visitors
from tests.browser.test_accessibility import _problems as problems
from tests.cast import PASSWORD, make_test_set, photographs
from tests.running import wait_until
from tests.stimuli.fakes import fakes

PHOTOS, FAKES = 1000, 40
SIDE, STEP = 200, 8
CHUNK = 2**20
BEFORE = 5  # chunks that arrive before the connection is cut
WORK_MS = 240_000  # for the worker, on a busy machine


def variants(count: int) -> Iterator[tuple[str, Image.Image]]:
    """(path, picture): windows of real photographs and their mirror images, no two alike."""
    originals = photographs(100)
    for number in range(count):
        split, name, image = originals[number % len(originals)]
        turn = number // len(originals)
        shift = STEP * (turn // 2)
        cut = image.crop((shift, shift, shift + SIDE, shift + SIDE))
        yield f"{split}/{turn}-{Path(name).stem}.jpg", ImageOps.mirror(cut) if turn % 2 else cut


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("photos") / "holiday"
    for path, image in variants(PHOTOS):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        image.save(place / path, quality=85)
    (place / "test" / "notes.jpg").write_text("These are notes, not a photograph.")
    return place


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colortest.stimuli.services.uploads.CHUNK_BYTES", CHUNK)


@pytest.fixture
def at_test_sets(page: Page, site: str, admin: object) -> Page:
    log_in(page, site, "ada", PASSWORD)
    page.get_by_role("navigation").get_by_role("link", name="Test sets").click()
    return page


@pytest.fixture
def no_worker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent stays as it came: the worker of the tests before would be at it."""
    monkeypatch.setattr("colortest.jobs.import_test_set", lambda *_, **__: None)


def choose(page: Page, what: Path | dict[str, object], *, button: str = "Upload") -> None:
    expect(page.get_by_label("Folder")).to_be_visible()  # once the script is there
    label = "Folder" if isinstance(what, Path) else "Zip"
    page.get_by_label(label).set_input_files(what)
    page.get_by_role("button", name=button, exact=True).click()


def begin(page: Page, what: Path | dict[str, object]) -> None:
    page.get_by_label("Name", exact=True).fill("Holiday")
    choose(page, what)


def cut_after(page: Page, chunks: int) -> None:
    """From so many chunks on, nothing reaches the site."""
    left = [chunks]

    def handle(route: Route) -> None:
        left[0] -= 1
        route.continue_() if left[0] >= 0 else route.abort()

    page.route("**/chunks/**", handle)


def sent_from_now(page: Page) -> list[int]:
    positions: list[int] = []
    page.on("request", lambda request: positions.extend(map(int, re.findall(r"/chunks/(\d+)/$", request.url))))
    return positions


def test_a_thousand_photos_are_interrupted_and_go_on_after_a_reload_without_being_sent_again(
    at_test_sets: Page, folder: Path, worker: Child, visitors: Visitors
) -> None:
    page = at_test_sets
    visitors.expect("ERR_FAILED")
    cut_after(page, BEFORE)
    begin(page, folder)
    expect(page.get_by_text("The connection is lost, or the site is busy.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Choose the same file or folder again to go on")).to_be_visible()
    upload = Upload.objects.get()
    arrived = set(upload.chunks.values_list("position", flat=True))
    assert len(arrived) == BEFORE < upload.chunk_count
    page.unroute("**/chunks/**")
    positions = sent_from_now(page)
    choose(page, folder, button="Go on")
    expect(page.get_by_text(f"{PHOTOS:,} photos can be used".replace(",", ""))).to_be_visible(timeout=WORK_MS)
    assert set(positions) == set(range(upload.chunk_count)) - arrived
    assert len(positions) == len(set(positions))
    expect(page.get_by_role("link", name="rejected 1")).to_be_visible()
    assert not TestSet.objects.ready().exists()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("1 file not kept")).to_be_visible()
    assert TestSet.objects.ready().get().photos.split_counts() == {"test": PHOTOS // 2, "train": PHOTOS // 2}
    assert ImportedFile.objects.count() == PHOTOS + 1
    assert not Chunk.objects.exists()


def test_a_folder_of_fakes_goes_on_after_a_reload_is_read_about_and_stored(
    at_test_sets: Page, site: str, tmp_path: Path, worker: Child, visitors: Visitors
) -> None:
    page = at_test_sets
    visitors.expect("ERR_FAILED")
    make_test_set(FAKES)
    theirs = services.register_external(name="Theirs")
    for path, picture in fakes(FAKES, folder="results/").items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(picture)
    (tmp_path / "results" / "moon.png").write_bytes(picture)
    page.goto(f"{site}{theirs.get_absolute_url()}")
    cut_after(page, 2)
    choose(page, tmp_path / "results")
    expect(page.get_by_text("The connection is lost, or the site is busy.")).to_be_visible()
    page.reload()
    page.unroute("**/chunks/**")
    positions = sent_from_now(page)
    choose(page, tmp_path / "results", button="Go on")
    expect(page.get_by_text(f"{FAKES} files can be stored.")).to_be_visible(timeout=WORK_MS)
    assert min(positions) == 2
    expect(page.get_by_role("cell", name="No photo of the test set has this name.")).to_be_visible()
    assert problems(page) == []
    assert not Colorization.objects.exists()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text(f"{FAKES} colorizations stored.")).to_be_visible(timeout=WORK_MS)
    assert Colorization.objects.ready().count() == FAKES
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("no_worker_is_told")
def test_a_connection_that_comes_back_is_enough(at_test_sets: Page, folder: Path, visitors: Visitors) -> None:
    page = at_test_sets
    visitors.expect("ERR_FAILED")
    cut_after(page, 2)
    begin(page, folder / "test")
    expect(page.get_by_text("The connection is lost, or the site is busy.")).to_be_visible()
    page.unroute("**/chunks/**")
    expect(page.get_by_text("The photos are being checked and rendered.")).to_be_visible()
    assert Upload.objects.get().is_complete


def test_another_folder_is_refused_in_a_sentence_and_the_begun_one_stays(
    at_test_sets: Page, folder: Path, visitors: Visitors
) -> None:
    page = at_test_sets
    visitors.expect("ERR_FAILED")
    cut_after(page, 2)
    begin(page, folder / "test")
    expect(page.get_by_text("The connection is lost, or the site is busy.")).to_be_visible()
    page.reload()
    page.unroute("**/chunks/**")
    choose(page, folder / "train", button="Go on")
    expect(page.get_by_text("This is another file or folder than the one that was begun")).to_be_visible()
    assert Chunk.objects.count() == 2
    page.get_by_text("Throw it away").click()
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("“Holiday” is deleted.")).to_be_visible()
    assert not TestSet.objects.exists()
    assert not Chunk.objects.exists()


@pytest.mark.usefixtures("no_worker_is_told")
def test_the_zip_that_a_browser_makes_of_a_folder_is_one_that_others_read(at_test_sets: Page, folder: Path) -> None:
    begin(at_test_sets, folder)
    wait_until(lambda: TestSet.objects.filter(status="UPLOADED").exists())
    whole = b"".join(chunk.file.read() for chunk in Upload.objects.get().chunks.all())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names)
        assert len(names) == PHOTOS + 1
        assert archive.read("holiday/test/notes.jpg") == (folder / "test" / "notes.jpg").read_bytes()


def test_a_folder_that_is_dropped_comes_with_all_that_is_in_it(
    at_test_sets: Page, folder: Path, worker: Child, tmp_path: Path
) -> None:
    """In several folders, of which one has more than the hundred files that a browser hands out at a time."""
    page = at_test_sets
    page.get_by_label("Name", exact=True).fill("Dropped")
    for split, count in (("test", 105), ("train", 5)):
        (tmp_path / "street" / split).mkdir(parents=True)
        for photo in sorted((folder / split).glob("*-*.jpg"))[:count]:
            shutil.copy(photo, tmp_path / "street" / split)
    drop(page, tmp_path / "street")
    expect(page.get_by_text(re.compile(r"^street, [\d.]+ [kM]B$"))).to_be_visible()
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("110 photos can be used")).to_be_visible(timeout=WORK_MS)
    found = ImportedFile.objects.order_by("position").values_list("name", "photo__split")
    names = [str(path.relative_to(tmp_path)) for path in sorted((tmp_path / "street").glob("*/*"))]
    assert list(found) == [(name, name.split("/")[1]) for name in names]


def test_whatever_is_dropped_on_the_page_is_taken_and_the_keyboard_is_enough(
    at_test_sets: Page, folder: Path, tmp_path: Path
) -> None:
    """A zip is dropped; the form is then sent with the keyboard alone."""
    page = at_test_sets
    page.get_by_label("Name", exact=True).fill("Dropped")
    expect(page.get_by_label("Folder")).to_be_visible()
    with zipfile.ZipFile(tmp_path / "dropped.zip", "w") as file:
        for photo in sorted((folder / "test").iterdir())[:3]:
            file.write(photo, photo.name)
    drop(page, tmp_path / "dropped.zip")
    expect(page.get_by_text(re.compile(r"^dropped.zip, [\d.]+ kB$"))).to_be_visible()
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dropped")).to_be_visible()


def drop(page: Page, path: Path) -> None:
    """A file or folder of this machine, as a hand drags it over the page and lets it go."""
    target = page.locator("[data-drop]")
    expect(target).to_be_visible()
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    dragged = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    chromium = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        chromium.send("Input.dispatchDragEvent", {"type": kind, **at, "data": dragged})


@pytest.mark.usefixtures("no_worker_is_told")
def test_no_page_of_an_upload_violates_a_rule(at_test_sets: Page, site: str) -> None:
    page = at_test_sets
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for path, image in variants(3):
            picture = io.BytesIO()
            image.save(picture, "PNG")
            file.writestr(path, picture.getvalue())
        file.writestr("test/notes.jpg", "no photo")
    data = archive.getvalue()
    test_set = services.begin_test_set(name="Street", file_name="street.zip", byte_count=len(data))
    page.goto(f"{site}{test_set.get_absolute_url()}")
    found = {"on its way": problems(page)}
    assert test_set.upload
    services.receive_chunk(upload=test_set.upload, position=0, data=data)
    page.reload()
    expect(page.get_by_text("The photos are being checked")).to_be_visible()
    found["being checked"] = problems(page)
    services.import_uploaded(test_set_id=test_set.pk)
    expect(page.get_by_role("heading", name="Every file")).to_be_visible()  # the page goes there by itself
    found["report"] = problems(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
