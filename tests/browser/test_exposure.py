"""What is on the screen, and for how long, as an observer sees it who is independent of the site's own script."""

import io
from statistics import median
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from colortest.experiment.models import Response
from tests.browser import playing
from tests.cast import MakeStudy

GREY = 0x77
ROUNDING_MS = 0.5


@pytest.mark.parametrize(("exposure_ms", "trials"), [(300, 7), (1000, 3)])
def test_pairs_are_decoded_before_they_are_shown_and_stay_as_long_as_the_study_asks(
    page: Page, site: str, make_study: MakeStudy, exposure_ms: int, trials: int
) -> None:
    make_study(photos=14, practice_trials=0, test_trials=trials + 1, exposures_ms=[exposure_ms], blank_ms=100)
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    chosen = playing.play_block(page, playing.hands(trials))
    playing.reach(page, "choice")
    seen = playing.observed(page)

    shown, hidden = seen["pairs"][0::2], seen["pairs"][1::2]
    assert len(shown) == trials + 1
    for pair in shown:
        assert pair["sides"] == [_full_size()] * 2, "both appear in the same frame, decoded"
    for pair in hidden:
        assert pair["sides"] == [None, None], "both disappear in the same frame"
    frame = median(seen["frames"])
    exposures = list(zip(shown, hidden, strict=True))
    assert median(playing.missed(on, off, exposure_ms, frame) for on, off in exposures) <= frame
    stored = [Response.objects.get(trial__token=token).left_exposure_ms for token in chosen]
    told = zip(exposures, stored, strict=False)  # the last is not chosen yet
    assert median(playing.missed(on, off, said, frame) for (on, off), said in told) <= frame, "stored is what was seen"


def test_around_the_stimuli_everything_is_grey_and_while_somebody_chooses_nothing_else_is_there(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, exposures_ms=[2000], blank_ms=100)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    playing.reach(page, "exposure")
    page.locator(".stage[data-visible=yes]").wait_for()
    boxes = [image.bounding_box() for image in page.locator("[data-side] img").all()]
    exposure = _screen(page)
    for box in boxes:
        assert box is not None
        left, top = round(box["x"]), round(box["y"])
        stimulus = exposure[top : top + 256, left : left + 256]
        assert stimulus.std() > ROUNDING_MS, "a picture is there"
        exposure[top : top + 256, left : left + 256] = GREY
    _assert_grey(exposure)
    playing.reach(page, "choice")
    _assert_grey(_screen(page))


def _full_size() -> dict[str, Any]:
    return {"complete": True, "naturalWidth": 256, "naturalHeight": 256, "width": 256, "height": 256}


def _screen(page: Page) -> NDArray[np.int16]:
    """(H, W, 3) of what is on the screen."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), dtype=np.int16).copy()


def _assert_grey(screen: NDArray[np.int16]) -> None:
    """No pixel has a colour, and nearly all of them are the grey of the surround."""
    assert int((screen.max(axis=2) - screen.min(axis=2)).max()) == 0
    assert float((screen[..., 0] == GREY).mean()) > 0.9
