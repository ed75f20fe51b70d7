"""A participant in a real browser: from consent to thanks."""

from playwright.sync_api import Page, expect

from colortest.experiment.models import Participant, Response, Trial
from colortest.experiment.simulation import digits
from tests.browser import playing
from tests.cast import MakeStudy

PRACTICE, TEST = 3, 10
QUICK = {"practice_trials": PRACTICE, "test_trials": TEST, "exposures_ms": [300], "blank_ms": 100}
TOLD = {True: "Right: that was the real photo.", False: "No: the other one was the real photo."}


def test_a_session_from_consent_to_thanks_with_keys_and_pointer_is_stored_as_it_was_chosen(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=24, colour_vision="RECORD", **QUICK)
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/", digits)
    playing.begin(page)
    chosen = playing.play_block(page, playing.hands(PRACTICE))
    playing.go_on(page)
    chosen |= playing.play_block(page, playing.hands(TEST - 1))
    playing.reach(page, "choice")
    said = playing.observed(page)["said"]
    chosen |= playing.play_block(page, playing.hands(1))

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert {response.trial.token: response.chosen_side for response in Response.objects.all()} == chosen
    trials = Trial.objects.select_related("response").order_by("position")
    right = [trial.response.chosen_side == trial.real_side for trial in trials]
    assert [text for text in said if text in TOLD.values()] == [TOLD[answer] for answer in right[:PRACTICE]]
    counted = [answer for answer, trial in zip(right, trials, strict=True) if trial.kind != "PRACTICE"]
    expect(page.get_by_text(f"{sum(counted)} / {len(counted)}", exact=True)).to_be_visible()
    assert len(counted) == TEST
    person = Participant.objects.get()
    assert person.finished
    assert (person.vision, person.window_width, person.language) == ("TYPICAL", 1280, "en")


def test_the_keyboard_alone_leads_from_consent_to_the_first_response(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=12, practice_trials=1, test_trials=2, exposures_ms=[300], blank_ms=100)
    page.goto(f"{site}/s/sunday-study/")
    _tab_to(page, "[name=agree]")
    page.keyboard.press("Space")
    _tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How it works").wait_for()
    _tab_to(page, "main button")
    page.keyboard.press("Enter")
    playing.reach(page, "ready")
    page.keyboard.press("Space")
    token = playing.choose(page, "right")
    assert [(one.trial.token, one.chosen_side) for one in Response.objects.all()] == [(token, "RIGHT")]


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")
