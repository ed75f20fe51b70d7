"""A picture of every page, for the README: docs/screenshots/*.png.

    make screenshots

It starts a site of its own with the demo, on a free port and with its data in a temporary folder, lets some more
participants play, and photographs the pages in Chromium. Your own site and its data are not touched.
"""

import io
import json
import sys
from pathlib import Path

import httpx
import numpy as np
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tqdm import tqdm

from colortest.experiment.bot import ParticipantBot
from tests.browser import playing
from tests.browser.accounts import log_in
from tests.browser.chromium import chromium
from tests.running import passing_site, real_sides, wait_until

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
START_SECONDS = 600
PEOPLE = 12
LONG: ViewportSize = {"width": 1280, "height": 1500}
PAIRS = 4
COUNTED_PER_PERSON = 36  # test trials of the demo
LARGEST = 250_000  # bytes
UNSEEN = 4  # levels of 255
# Images below the screen are fetched when somebody scrolls to them.
LOADED = "[...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight)"

OPEN_TO_ALL = {"home": "/", "about": "/about/", "login": "/login/", "not-found": "/s/no-such-study/"}
OF_RESEARCHERS = {
    "studies": "/studies/",
    "new-study": "/studies/new/",
    "import": "/studies/import/",
    "study": "/studies/demo/",
    "live": "/studies/demo/live/",
    "recruitment": "/studies/demo/recruitment/",
    "sharing": "/studies/demo/sharing/",
    "methods": "/studies/demo/methods/",
    "participant-data": "/participants/",
    "tokens": "/account/tokens/",
    "power": "/power/?people=40&photos=50&trials=36",
}
OF_ADMINS = {"test-sets": "/test-sets/", "algorithms": "/algorithms/", "workers": "/workers/"}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    print("Starting a site with the demo: a minute or two…")
    with passing_site(demo=True) as site, chromium() as browser:
        url = site.url
        passwords = json.loads((site.home / "demo-accounts.json").read_text())
        finished = _let_people_play(url, site.home)
        _photograph_participants(_visitor(browser), url, finished)
        _photograph_accounts(_visitor(browser), url, passwords)
        _photograph_phones(_visitor(browser, width=390, height=844), url, passwords)
        _photograph_refusals(_visitor(browser), url, passwords)


def _let_people_play(url: str, home: Path) -> str:
    """Whole sessions that the site takes for people's, so that the results show both kinds. The last one's code."""
    code = ""
    with real_sides(home) as real_side:
        for number in tqdm(range(PEOPLE), desc="Participants", unit="run", leave=False):
            with httpx.Client(base_url=url, timeout=60) as client:
                bot = ParticipantBot(client, real_side, 0.3 + 0.03 * number, catch_rate=1, seed=number)
                code = bot.play("demo")
    return code


def _visitor(browser: Browser, *, width: int = 1280, height: int = 800) -> Page:
    return browser.new_context(viewport={"width": width, "height": height}, color_scheme="light").new_page()


def _photograph_participants(page: Page, url: str, finished: str) -> None:
    for name, path in OPEN_TO_ALL.items():
        _photograph(page, name, url + path)
    _photograph(page, "consent", f"{url}/s/demo/")
    playing.consent(page, f"{url}/s/demo/")
    page.locator("[data-plates]").wait_for()
    _photograph(page, "vision")
    playing.look_at_plates(page)
    _photograph(page, "instructions")
    page.get_by_role("link", name="Withdraw").click()
    _photograph(page, "withdraw")
    page.go_back()
    playing.begin(page)
    _photograph_exposure(page)
    playing.reach(page, "choice")
    _photograph(page, "trial-choice")
    _photograph(page, "thanks", f"{url}/take/{finished}/")


def _photograph_exposure(page: Page) -> None:
    """The first few pairs while they are shown, of which the one with most in it that is not too large is kept."""
    pictures = []
    for _ in range(PAIRS):
        page.locator(".stage[data-visible=yes]").wait_for()
        picture = page.screenshot()
        if page.locator(".stage").get_attribute("data-visible") == "yes":
            pictures.append(_small(picture))
        playing.choose(page, "left")
    if not pictures:
        sys.exit("This machine is too busy to photograph a pair within the second for which it is shown: try again.")
    fitting = [picture for picture in pictures if len(picture) <= LARGEST]
    _file("trial-exposure").write_bytes(max(fitting, key=len) if fitting else min(pictures, key=len))


def _photograph_accounts(page: Page, url: str, passwords: dict[str, str]) -> None:
    log_in(page, url, "researcher", passwords["researcher"])
    _photograph_results(page, url, "results")
    for name, path in OF_RESEARCHERS.items():
        _photograph(page, name, url + path)
    page.set_viewport_size(LONG)
    _photograph(page, "photos", f"{url}/studies/demo/photos/", full_page=False)
    _photograph(page, "definitions", f"{url}/definitions/", full_page=False)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{url}/studies/demo/")
    page.get_by_text("Copy this study").click()
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("This is a draft of the same design").wait_for()
    _photograph(page, "design", f"{page.url}design/")
    page.context.clear_cookies()
    log_in(page, url, "admin", passwords["admin"])
    for name, path in OF_ADMINS.items():
        _photograph(page, name, url + path)
    page.set_viewport_size({"width": 1280, "height": 590})  # the page is long, and full of photographs
    _photograph(page, "test-set", f"{url}/test-sets/demo/", full_page=False)


def _photograph_phones(page: Page, url: str, passwords: dict[str, str]) -> None:
    _photograph(page, "home-phone", url)
    _photograph(page, "consent-phone", f"{url}/s/demo/")
    log_in(page, url, "researcher", passwords["researcher"])
    _photograph_results(page, url, "results-phone")


def _photograph_refusals(page: Page, url: str, passwords: dict[str, str]) -> None:
    """What people see who may not, who come too late, and whom the site fails. Last: it closes the study."""
    log_in(page, url, "researcher", passwords["researcher"])
    _photograph(page, "forbidden", f"{url}/test-sets/")
    page.goto(f"{url}/studies/demo/")
    page.get_by_role("link", name="Close").click()
    _photograph(page, "close")
    page.get_by_role("button", name="Close the study").click()
    _photograph(page, "closed", f"{url}/s/demo/")
    page.set_viewport_size(LONG)
    _photograph(page, "compare", f"{url}/compare/?study=demo", full_page=False)
    page.set_viewport_size({"width": 1280, "height": 800})
    _photograph(page, "participant-rates", f"{url}/studies/demo/participants/?order=most")
    page.route(f"{url}/broken/", lambda route: route.fulfill(status=500, content_type="text/html", body=_broken()))
    _photograph(page, "server-error", f"{url}/broken/")


def _broken() -> str:
    """The page of an error, which is a file without anything to fill in; a sound site does not show it by itself."""
    return (ROOT / "templates" / "500.html").read_text().split("{% endcomment %}", 1)[1]


def _photograph_results(page: Page, url: str, name: str) -> None:
    """Once everybody is counted; the page is long, and its beginning says most."""
    page.goto(f"{url}/studies/demo/results/")
    countable = page.locator(".number").filter(has_text="countable").locator("dd")
    expect(countable).to_have_text(str(PEOPLE * COUNTED_PER_PERSON), timeout=60_000)
    before = page.viewport_size or LONG
    page.set_viewport_size({**before, "height": LONG["height"]})
    _photograph(page, name, full_page=False)
    page.set_viewport_size(before)


def _photograph(page: Page, name: str, url: str = "", *, full_page: bool = True) -> None:
    """What is on the page now, or at `url` once it is loaded."""
    if url:
        page.goto(url)
    wait_until(lambda: page.evaluate(LOADED), seconds=30)
    _file(name).write_bytes(_small(page.screenshot(full_page=full_page)))


def _file(name: str) -> Path:
    return PICTURES / f"{name}.png"


def _small(screenshot: bytes) -> bytes:
    """The same picture, with a palette where nobody sees the difference."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    reduced = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE)
    difference = ImageChops.difference(picture, reduced.convert("RGB"))
    faithful = np.asarray(difference).max() <= UNSEEN
    written = io.BytesIO()
    (reduced if faithful else picture).save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
