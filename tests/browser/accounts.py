"""Somebody with an account: logging in by the form, as they do."""

from playwright.sync_api import Page


def log_in(page: Page, site: str, name: str, password: str) -> None:
    page.goto(f"{site}/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


def stay(page: Page) -> None:
    """From here on the page must change by itself: `assert stayed(page)` fails after a reload."""
    page.evaluate("window.neverReloaded = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.neverReloaded === true"))
