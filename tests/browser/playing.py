"""A participant's hands: what somebody does in the browser to take part."""

import re
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response, expect

from colortest.experiment.bot import PlateOracle, no_digits
from tests.running import wait_until

OBSERVER = Path(__file__).with_name("observer.js")

SEEN = "[data-plate]:visible:not([disabled])"  # the plate that is shown, once its picture is

# Every combination of hand and side, over and over.
HANDS = (("left", "key"), ("right", "pointer"), ("right", "key"), ("left", "pointer"))


def hands(count: int) -> list[tuple[str, str]]:
    return list(islice(cycle(HANDS), count))


def agree(page: Page, landing: str, digits: PlateOracle = no_digits) -> None:
    """From the landing page to the instructions, past the plates where the study has some."""
    consent(page, landing)
    look_at_plates(page, digits)


def look_at_plates(page: Page, digits: PlateOracle = no_digits) -> None:
    """From wherever the consent led to the instructions."""
    instructions, plates = page.get_by_role("heading", name="How it works"), page.locator("[data-plates]")
    instructions.or_(plates).wait_for()
    while plates.is_visible():
        read_plates(page, digits)
        instructions.or_(page.get_by_text("Please look once more")).wait_for()
    instructions.wait_for()


def consent(page: Page, landing: str) -> None:
    page.goto(landing)
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Take part").click()


def reach_plates(page: Page) -> None:
    """Until the script of the plates has run, which stand below each other without it."""
    expect(page.locator("[data-plate]:not([hidden])")).to_have_count(1)


def read_plates(page: Page, digits: PlateOracle) -> None:
    """Choose for each plate what `digits` says of this run, with the pointer."""
    reach_plates(page)
    said = digits(urlsplit(page.url).path.split("/")[2])
    for digit in said:
        page.locator(f'{SEEN} label:has([value="{digit}"])').click()


def begin(page: Page) -> None:
    """From the instructions past the panel before the first trial."""
    page.get_by_role("button", name=re.compile("^Start ")).click()
    go_on(page)


def go_on(page: Page) -> None:
    """Read the panel that covers the stage, and go on."""
    reach(page, "ready")
    page.get_by_role("button", name="(Space)").click()


def reach(page: Page, phase: str) -> None:
    page.locator(f'.stage[data-phase="{phase}"]').wait_for()


def choose(page: Page, side: str, by: str = "key") -> str:
    """Choose as soon as the choice is offered; returns the trial's token once the server has the response."""
    reach(page, "choice")
    with page.expect_response(_is_reply) as reply:
        press(page, side, by)
    return token_of(reply.value)


def press(page: Page, side: str, by: str) -> None:
    if by == "key":
        page.keyboard.press(f"Arrow{side.title()}")
    else:
        page.locator(f'[data-side="{side}"]').click()


def play_block(page: Page, choices: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One choice in each trial: {token: side in capitals}, as the database should know it."""
    return {choose(page, side, by): side.upper() for side, by in choices}


def token_of(reply: Response) -> str:
    return reply.url.rstrip("/").rsplit("/", 1)[1]


def observed(page: Page) -> dict[str, Any]:
    """What `observer.js` wrote down, once the stimuli are off the screen."""
    wait_until(lambda: page.evaluate("observed.pairs.length % 2 === 0"))
    return dict(page.evaluate("observed"))


def missed(on: dict[str, Any], off: dict[str, Any], asked: float, frame: float) -> float:
    """By how many milliseconds what the observer saw between two changes missed what was asked, without the frames that
    a busy machine did not draw just then: no script can change a screen between two frames."""
    skipped = max(on["late"], off["late"]) - frame
    return max(0.0, abs(off["at"] - on["at"] - asked) - max(0.0, skipped))


def _is_reply(response: Response) -> bool:
    return response.request.method == "POST" and "/trials/" in response.url
