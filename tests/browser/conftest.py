"""Real browsers. Whatever a page complains about on its console fails the test, and a failure leaves a screenshot."""

import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, WebError, expect

from tests.browser.chromium import PROGRAM, chromium

Report = Generator[None, pytest.TestReport, pytest.TestReport]

PATIENCE_MS = 60_000  # what is waited for comes, on a busy machine later
expect.set_options(timeout=PATIENCE_MS)
FAILURES = Path("/tmp/colortest-browser-failures")  # noqa: S108 - a fixed place, so that one knows where to look


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module's tests; they share nothing else."""
    if not PROGRAM.exists():
        missing = f"There is no {PROGRAM}: as root, apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with pytest.MonkeyPatch.context() as patch, chromium() as running:
        # Playwright keeps an event loop in this thread, which Django would take for an asynchronous view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield running


class Visitors:
    """The people of one test: each has a browser window with cookies of its own, and every window is listened to."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._expected: list[str] = []
        self._complaints: list[str] = []

    def new(self, *, width: int = 1280, height: int = 800, touch: bool = False) -> Page:
        """Somebody new in front of a screen of this size, CSS pixels."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, has_touch=touch)
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._hear_console)
        context.on("weberror", self._hear_error)
        context.on("response", self._hear_response)
        self._contexts.append(context)
        return context.new_page()

    def expect(self, complaint: str) -> None:
        """Something that this test provokes: a regular expression found in what the page says about it."""
        self._expected.append(complaint)

    def complaints(self) -> list[str]:
        """What pages complained about, a violation of the content security policy included, and nobody expected."""
        return [said for said in self._complaints if not any(re.search(known, said) for known in self._expected)]

    def pages(self) -> list[Page]:
        return [page for context in self._contexts for page in context.pages]

    def leave(self) -> None:
        for context in self._contexts:
            context.close()

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complaints.append(f"{message.text} ({message.location.get('url')})")

    def _hear_error(self, error: WebError) -> None:
        self._complaints.append(str(error.error))

    def _hear_response(self, response: Response) -> None:
        if response.status >= 500:
            self._complaints.append(f"{response.status} {response.url}")


@pytest.fixture
def visitors(browser: Browser, site: str) -> Iterator[Visitors]:
    """They leave before the database is emptied, so that no page asks the site for what is gone."""
    present = Visitors(browser)
    yield present
    present.leave()


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """Somebody at a desktop computer."""
    return visitors.new()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield
    visitors = getattr(item, "funcargs", {}).get("visitors")
    if visitors:
        assert visitors.complaints() == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Report:
    report = yield
    visitors = getattr(item, "funcargs", {}).get("visitors")
    if visitors and call.when == "call" and report.failed:
        report.sections.append(("What the browser showed", "\n".join(_pictures(item.name, visitors))))
    return report


def _pictures(test: str, visitors: Visitors) -> Iterator[str]:
    FAILURES.mkdir(exist_ok=True)
    for number, page in enumerate(visitors.pages(), start=1):
        file = FAILURES / f"{re.sub(r'[^a-zA-Z0-9_-]+', '-', test)}-{number}.png"
        page.screenshot(path=file)
        yield f"{file} ({page.url})"
