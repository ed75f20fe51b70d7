"""What a browser holds before it responds does not tell which side is real, nor which trials are catch trials."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import APIResponse, Page, Response, Route

from colortest.experiment.models import Trial
from tests.browser import playing
from tests.cast import MakeStudy

TOKEN = r"[\w-]{22}"
SHAPE = {
    "block": r"test-1",
    "first": r"left",
    "responseUrl": rf"/take/{TOKEN}/trials/{TOKEN}/",
    "stimuli": rf"/take/{TOKEN}/stimuli/{TOKEN}/1/ /take/{TOKEN}/stimuli/{TOKEN}/2/",
}
# Everything a script of the page can get at.
HELD = """() => JSON.stringify({
  dom: document.documentElement.outerHTML,
  stored: [{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, name],
  resources: performance.getEntries().map((entry) => entry.name),
  sizes: performance.getEntriesByType("resource").map((one) => [one.name, one.encodedBodySize, one.decodedBodySize]),
})"""


def test_nothing_that_the_browser_holds_before_a_response_tells_the_answer(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=16, practice_trials=0, test_trials=4, catch_share=0.5, exposures_ms=[200], blank_ms=100)
    told: list[Response] = []
    stimuli = _record_stimuli(page)
    playing.agree(page, f"{site}/s/sunday-study/")
    # From here on the page stays: what it was told before is gone with the page of the screen check.
    page.on("response", lambda reply: told.append(reply) if _is_told(reply) else None)
    held = [page.content()]
    playing.begin(page)
    for side, by in playing.hands(4):
        playing.reach(page, "choice")
        page.wait_for_load_state("networkidle")
        held += [page.evaluate(HELD), *_read(told)]
        playing.choose(page, side, by)

    held += [f"{reply.url} {reply.headers} {reply.body().decode('latin-1')}" for reply in stimuli]
    everything = "\n".join(held)
    assert len(stimuli) == 8
    assert everything.count("responseUrl") > 4
    assert Trial.objects.filter(kind="CATCH").count() == 2
    for secret in _secrets():
        assert secret not in everything, secret


def test_the_two_stimuli_of_a_pair_differ_in_nothing_but_their_pixels(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=16, practice_trials=0, test_trials=4, catch_share=0.25, exposures_ms=[200], blank_ms=100)
    stimuli = _record_stimuli(page)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    playing.reach(page, "choice")
    page.wait_for_load_state("networkidle")
    assert len(stimuli) == 8
    by_address = sorted(stimuli, key=lambda reply: reply.url)
    for left, right in zip(by_address[0::2], by_address[1::2], strict=True):
        assert _headers(left) == _headers(right)
        assert len(left.body()) == len(right.body()) == int(left.headers["content-length"])
        assert left.body() != right.body()
    sizes = dict(page.evaluate("performance.getEntriesByType('resource').map((one) => [one.name, one.transferSize])"))
    for left, right in zip(by_address[0::2], by_address[1::2], strict=True):
        assert sizes[left.url] == sizes[right.url]


def test_trials_of_every_kind_look_alike_to_the_browser(page: Page, site: str, make_study: MakeStudy) -> None:
    make_study(photos=16, practice_trials=0, test_trials=4, catch_share=0.5, exposures_ms=[200], blank_ms=100)
    playing.agree(page, f"{site}/s/sunday-study/")
    with page.expect_response("**/trials/") as reply:
        playing.begin(page)
    upcoming = reply.value.json()["upcoming"]
    assert set(Trial.objects.values_list("kind", flat=True)) == {"TEST", "CATCH"}
    assert len(upcoming) == 4
    for trial in upcoming:
        assert trial.keys() == SHAPE.keys()
        for name, shape in SHAPE.items():
            assert re.fullmatch(shape, _as_text(trial[name])), trial


def _record_stimuli(page: Page) -> list[APIResponse]:
    """Every stimulus on its way from the server to the page; the browser drops their bytes once it has decoded them."""
    passed: list[APIResponse] = []

    def pass_on(route: Route) -> None:
        passed.append(route.fetch())
        route.fulfill(response=passed[-1])

    page.route("**/stimuli/**", pass_on)
    return passed


def _is_told(reply: Response) -> bool:
    """What is said of trials; not what is the same for everybody, nor the page, of which the document is read."""
    return reply.status == 200 and "/trials/" in reply.url


def _read(told: list[Response]) -> list[str]:
    """Addresses, headers and bodies of what came since the last time."""
    fresh = list(told)
    told.clear()
    return [json.dumps([one.url, one.all_headers(), one.request.headers, one.text()]) for one in fresh]


def _secrets() -> set[str]:
    """Names that only the server knows: of files, photos and algorithms, and its own words for the answer."""
    secrets = {"CATCH", "real_side", "realSide", "real-side", "fooled"}
    for trial in Trial.objects.select_related("colorization__photo", "colorization__algorithm"):
        fake, photo = trial.colorization, trial.colorization.photo
        files = (Path(str(file)) for file in (fake.file, photo.file, photo.name))
        secrets |= {name for file in files for name in (file.name, file.stem)} | {photo.sha256}
    return secrets


def _headers(reply: APIResponse) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name != "date"}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(value)
