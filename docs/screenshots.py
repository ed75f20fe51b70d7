"""A picture of every page, for the README: docs/screenshots/*.png.

    make screenshots

It starts a site of its own with the demo, on a free port and with its data in a temporary folder, lets some more
participants play, and photographs the pages in Chromium. Your own site and its data are not touched.
"""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import numpy as np
import psycopg2
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect
from tqdm import tqdm

from colortest import embedded
from colortest.experiment.bot import ParticipantBot
from tests.browser import playing
from tests.browser.accounts import log_in
from tests.browser.chromium import chromium
from tests.running import free_port, new_folder, wait_until

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
START_SECONDS = 600
PEOPLE = 6
PAIRS = 4
COUNTED_PER_PERSON = 36  # test trials of the demo
LARGEST = 250_000  # bytes
UNSEEN = 4  # levels of 255
# Images below the screen are fetched when somebody scrolls to them.
LOADED = "[...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight)"

OPEN_TO_ALL = {"home": "/", "about": "/about/", "login": "/login/", "not-found": "/s/no-such-study/"}
OF_RESEARCHERS = {"studies": "/studies/", "new-study": "/studies/new/", "study": "/studies/demo/"}
OF_ADMINS = {"test-sets": "/test-sets/", "algorithms": "/algorithms/"}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with _site() as (url, home), chromium() as browser:
        passwords = json.loads((home / "demo-accounts.json").read_text())
        finished = _let_people_play(url, home)
        _photograph_participants(_visitor(browser), url, finished)
        _photograph_accounts(_visitor(browser), url, passwords)
        _photograph_phones(_visitor(browser, width=390, height=844), url, passwords)


@contextmanager
def _site() -> Iterator[tuple[str, Path]]:
    """(address, data folder) of `manage.py up` with its demo loaded; both are gone after the block."""
    folder = new_folder()
    home, port = folder / "var", free_port()
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    log = folder / "up.log"
    with log.open("wb") as output:
        argv = [sys.executable, "manage.py", "up", f"--port={port}"]
        environ = {**kept, "COLORTEST_VAR": str(home)}
        process = subprocess.Popen(argv, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT)
    try:
        print("Starting a site with the demo: a minute or two…")
        wait_until(lambda: "Ctrl-C stops everything" in log.read_text() or process.poll() is not None, START_SECONDS)
        if process.poll() is not None:
            sys.exit(log.read_text())
        yield f"http://127.0.0.1:{port}", home
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        shutil.rmtree(folder)


def _let_people_play(url: str, home: Path) -> str:
    """Whole sessions that the site takes for people's, so that the results show both kinds. The last one's code."""
    code = ""
    for number in tqdm(range(PEOPLE), desc="Participants", unit="run", leave=False):
        with httpx.Client(base_url=url, timeout=60) as client:
            bot = ParticipantBot(client, partial(_real_side, home), 0.3 + 0.03 * number, catch_rate=1, seed=number)
            code = bot.play("demo")
    return code


def _real_side(home: Path, token: str) -> tuple[str, bool]:
    """From the database itself: the site tells nobody."""
    where = {"host": str(embedded.sockets(home)), "user": embedded.SUPERUSER, "dbname": embedded.DATABASE}
    with psycopg2.connect(**where) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT real_side, kind = 'CATCH' FROM experiment_trial WHERE token = %s", [token])
        side, catch = cursor.fetchone()
    return side, catch


def _visitor(browser: Browser, *, width: int = 1280, height: int = 800) -> Page:
    return browser.new_context(viewport={"width": width, "height": height}, color_scheme="light").new_page()


def _photograph_participants(page: Page, url: str, finished: str) -> None:
    for name, path in OPEN_TO_ALL.items():
        _photograph(page, name, url + path)
    _photograph(page, "consent", f"{url}/s/demo/")
    playing.agree(page, f"{url}/s/demo/")
    _photograph(page, "instructions")
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
    for name, path in OF_RESEARCHERS.items():
        _photograph(page, name, url + path)
    _photograph_results(page, url, "results")
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


def _photograph_results(page: Page, url: str, name: str) -> None:
    """Once everybody is counted."""
    page.goto(f"{url}/studies/demo/results/")
    countable = page.locator(".number").filter(has_text="countable").locator("dd")
    expect(countable).to_have_text(str(PEOPLE * COUNTED_PER_PERSON), timeout=60_000)
    _photograph(page, name)


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
