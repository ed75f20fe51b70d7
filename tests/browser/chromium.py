"""Debian's Chromium, driven by Playwright: for these tests, and for the screenshots of the documentation."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PROGRAM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",  # the sandbox refuses to run as root, as continuous integration does
    "--disable-gpu",
    "--no-first-run",
    # Nothing here needs a network, and a browser that looks for one on a closed machine waits for it.
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
