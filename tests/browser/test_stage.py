"""The trial page of every presentation: nothing coloured in view, a sentence where the stimuli do not fit, any hand."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from colortest.experiment.models import Response
from tests.browser import playing
from tests.browser.conftest import Visitors
from tests.cast import MakeStudy

PRESENTATIONS: dict[str, dict[str, Any]] = {
    "side by side": {},
    "one after the other": {"presentation": "SEQUENTIAL", "question": "FAKE", "gap_ms": 200},
    "single": {"presentation": "SINGLE", "question": "EITHER", "masks": 2, "mask_ms": 50},
    "until the choice": {"presentation": "SINGLE", "question": "EITHER", "exposures_ms": [0]},
}
QUICK = {"photos": 14, "practice_trials": 1, "test_trials": 2, "catch_share": 0.0, "exposures_ms": [300]}
# Every colour that is set on what is visible and is not a grey, with the element that has it.
COLOURED = """() => {
  const properties = ["color", "backgroundColor", "borderTopColor", "borderLeftColor", "outlineColor", "boxShadow",
    "caretColor", "textDecorationColor", "fill", "stroke", "accentColor", "backgroundImage"];
  const isGrey = (colour) => [...colour.matchAll(/rgba?\\((\\d+), (\\d+), (\\d+)(?:, ([\\d.]+))?\\)/g)]
    .every(([, r, g, b, alpha]) => (r === g && g === b) || alpha === "0");
  const isNamed = (colour) => /#|hsl|lab|lch|color\\(|gradient|url/.test(colour);
  return [...document.querySelectorAll("html, body, body *")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .flatMap((one) => properties.map((name) => [one.outerHTML.slice(0, 80), name, getComputedStyle(one)[name]]))
    .filter(([, , colour]) => colour && (!isGrey(colour) || isNamed(colour)));
}"""


@pytest.fixture(params=PRESENTATIONS)
def presentation(request: pytest.FixtureRequest, make_study: MakeStudy) -> str:
    make_study(**{**QUICK, **PRESENTATIONS[request.param]})
    return str(request.param)


def choose(page: Page) -> None:
    playing.reach(page, "choice")
    with page.expect_response(lambda reply: reply.request.method == "POST" and "/trials/" in reply.url):
        page.keyboard.press("ArrowLeft")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_coloured_is_in_view_from_the_first_panel_to_the_last_choice(
    page: Page, site: str, presentation: str, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    playing.agree(page, f"{site}/s/sunday-study/")
    assert page.evaluate(COLOURED), "the test sees colours where there are some"
    page.get_by_role("button", name="Start").click()
    for phase in ("ready", "blank", "choice"):
        playing.reach(page, phase)
        assert page.evaluate(COLOURED) == [], phase
        if phase == "ready":
            page.keyboard.press("Space")
    choose(page)
    playing.reach(page, "feedback")
    assert page.evaluate(COLOURED) == []
    page.reload()
    playing.reach(page, "ready")
    page.keyboard.press("Tab")
    assert page.evaluate(COLOURED) == [], "nor around what has the focus"


def test_a_phone_held_upright_gets_a_sentence_and_goes_on_when_it_is_turned(
    visitors: Visitors, site: str, presentation: str
) -> None:
    phone = visitors.new(width=844, height=390)
    playing.agree(phone, f"{site}/s/sunday-study/")
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.get_by_role("button", name="Start").click()
    sentence = phone.get_by_text("Turn your phone sideways")
    expect(sentence).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.set_viewport_size({"width": 844, "height": 390})
    expect(sentence).to_be_hidden()
    playing.go_on(phone)
    playing.reach(phone, "choice")
    _assert_all_in_view(phone)
    choose(phone)
    assert Response.objects.count() == 1


def test_a_finger_is_enough(visitors: Visitors, site: str, presentation: str) -> None:
    phone = visitors.new(width=844, height=390, touch=True)
    playing.agree(phone, f"{site}/s/sunday-study/")
    phone.get_by_role("button", name="Start").tap()
    playing.reach(phone, "ready")
    phone.get_by_role("button", name="(Space)").tap()
    playing.reach(phone, "choice")
    phone.locator("[data-choice]").last.tap()
    playing.reach(phone, "feedback")
    assert Response.objects.get().chosen_side == "RIGHT"


def _assert_all_in_view(page: Page) -> None:
    """Stimuli at their real size, the question and the choices, without scrolling and without one over the other."""
    boxes = [part.bounding_box() for part in page.locator("[data-side], [data-choice], .stage-line").all()]
    seen = [box for number, box in enumerate(boxes) if box and box not in boxes[:number]]
    for box in seen:
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 844
        assert 0 <= box["y"] <= box["y"] + box["height"] <= 390
    for side in page.locator("[data-side]").all():
        box = side.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (256, 256)
    for number, one in enumerate(seen):
        for other in seen[:number]:
            apart = (one["x"] >= other["x"] + other["width"], other["x"] >= one["x"] + one["width"])
            above = (one["y"] >= other["y"] + other["height"], other["y"] >= one["y"] + one["height"])
            assert any((*apart, *above)), (one, other)
