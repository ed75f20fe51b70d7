"""On a line of 5 Mbit/s and 100 ms nobody waits after the first trial; without a line, the page waits by itself."""

from statistics import median
from typing import Any

from playwright.sync_api import Page, expect

from colortest.experiment.models import Response, Study
from tests.browser import playing
from tests.browser.conftest import Visitors
from tests.cast import MakeStudy
from tests.running import wait_until

TRIALS = 12
BLANK_MS = 500


def test_on_a_slow_line_the_next_pair_is_there_when_the_blank_ends(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=20, practice_trials=0, test_trials=TRIALS, exposures_ms=[300], blank_ms=BLANK_MS)
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/")
    _slow_down(page)
    playing.begin(page)
    chosen_at = _choose(page, TRIALS - 1)
    playing.reach(page, "choice")
    seen: dict[str, Any] = playing.observed(page)

    frame = median(seen["frames"])
    # But for frames that a busy machine did not draw just then.
    onsets = [pair["at"] - max(0.0, pair["late"] - frame) for pair in seen["pairs"][0::2]]
    waits = [onset - chosen - BLANK_MS for onset, chosen in zip(onsets[1:], chosen_at, strict=True)]
    assert median(waits) <= 2 * frame, "the line's latency is spent in the blank"
    _assert_nobody_waited(seen)


def test_on_a_slow_line_nobody_waits_where_practice_or_a_block_ends(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    numbers = {"practice_trials": 2, "test_trials": 6, "blocks": 2, "catch_share": 0.0}
    make_study(photos=20, exposures_ms=[300], blank_ms=BLANK_MS, **numbers)
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/")
    _slow_down(page)
    page.get_by_role("button", name="Start practice").click()
    for trials in (2, 3, 2):
        playing.go_on(page)
        _choose(page, trials)
    playing.reach(page, "choice")
    _assert_nobody_waited(playing.observed(page))


def _choose(page: Page, trials: int) -> list[float]:
    """When each choice was made, by the page's clock in ms."""
    chosen_at = []
    for _ in range(trials):
        playing.reach(page, "choice")
        page.wait_for_timeout(150)
        page.keyboard.press("ArrowLeft")
        chosen_at.append(page.evaluate("performance.now()"))
        page.locator('.stage:not([data-phase="choice"])').wait_for()
    return chosen_at


def _assert_nobody_waited(seen: dict[str, Any]) -> None:
    names = [phase["name"] for phase in seen["phases"]]
    assert "loading" not in names[names.index("exposure") :], "only the first pair is waited for"
    for pair in seen["pairs"][0::2]:
        assert all(side["complete"] and side["naturalWidth"] == 256 for side in pair["sides"]), "never half decoded"


def test_a_lost_connection_holds_the_page_between_two_trials_and_it_goes_on_by_itself(
    visitors: Visitors, page: Page, site: str, make_study: MakeStudy
) -> None:
    study: Study = make_study(photos=20, practice_trials=0, test_trials=TRIALS, exposures_ms=[300], blank_ms=100)
    visitors.expect("net::ERR_INTERNET_DISCONNECTED")
    playing.agree(page, f"{site}/s/{study.slug}/")
    playing.begin(page)
    playing.play_block(page, playing.hands(1))
    playing.reach(page, "choice")
    page.context.set_offline(True)
    playing.press(page, "right", "key")
    expect(page.get_by_text("No connection. Nothing is lost")).to_be_visible()
    playing.reach(page, "sending")
    page.context.set_offline(False)
    playing.reach(page, "choice")
    wait_until(lambda: Response.objects.count() == 2)
    assert not Response.objects.filter(flags__contains=["REPEATED"]).exists(), "nothing was shown twice"


def _slow_down(page: Page) -> None:
    """5 Mbit/s both ways and 100 ms latency, from the browser on."""
    line = {"offline": False, "latency": 100, "downloadThroughput": 5e6 / 8, "uploadThroughput": 5e6 / 8}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
