"""The checks before the test in a real browser: the screen measures itself, plates are read with hand and key."""

from statistics import median
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from colortest.experiment.models import Participant, Study
from colortest.experiment.simulation import digits
from tests.browser import playing
from tests.browser.accounts import stay, stayed
from tests.browser.conftest import Visitors
from tests.cast import MakeStudy

FRAMES = """new Promise((resolve) => {
  const times = [];
  const frame = (time) => (times.push(time) < 61 ? requestAnimationFrame(frame) : resolve(times));
  requestAnimationFrame(frame);
})"""
GAMUT = "['rec2020', 'p3', 'srgb'].find((name) => matchMedia(`(color-gamut: ${name})`).matches) ?? ''"
UPRIGHT, SIDEWAYS = {"width": 390, "height": 844}, {"width": 844, "height": 390}


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    return make_study(photos=12, practice_trials=0, test_trials=2, exposures_ms=[200])


def shown(page: Page) -> str:
    return page.locator("[data-plate]:visible legend").inner_text()


def read_next(page: Page) -> str:
    """The digit on the plate that is shown."""
    number = int(shown(page).split()[1])
    return digits(page.url.rstrip("/").rsplit("/", 1)[1])[number - 1]


def test_the_screen_is_measured_and_the_page_goes_on_by_itself(page: Page, site: str, study: Study) -> None:
    playing.consent(page, f"{site}/s/{study.slug}/")
    page.get_by_role("heading", name="How it works").wait_for()
    person = Participant.objects.get()
    assert (person.window_width, person.window_height) == (1280, 800)
    assert person.pixel_ratio == page.evaluate("devicePixelRatio")
    assert person.gamut == page.evaluate(GAMUT)
    times = page.evaluate(FRAMES)
    seen = median(late - early for early, late in zip(times, times[1:], strict=False))
    assert person.refresh_ms is not None
    assert abs(person.refresh_ms - seen) < seen / 4, "the same screen, measured by the test"


def test_a_phone_held_upright_is_told_what_to_do_and_goes_on_once_it_is_turned(
    visitors: Visitors, site: str, study: Study
) -> None:
    phone = visitors.new(**UPRIGHT)
    playing.consent(phone, f"{site}/s/{study.slug}/")
    expect(phone.get_by_text("This window is too small for the pictures.")).to_be_visible()
    expect(phone.get_by_text("On a phone: turn it sideways.")).to_be_visible()
    expect(phone.get_by_text("It has 390 × 844 pixels and needs 560 × 320.")).to_be_visible()
    phone.set_viewport_size({"width": 500, "height": 600})
    expect(phone.get_by_text("It has 500 × 600 pixels")).to_be_visible()
    assert Participant.objects.get().window_width is None
    phone.set_viewport_size(SIDEWAYS)
    phone.get_by_role("heading", name="How it works").wait_for()
    assert Participant.objects.get().window_width == SIDEWAYS["width"]


def test_who_has_no_larger_window_may_end_and_learns_why(visitors: Visitors, site: str, study: Study) -> None:
    phone = visitors.new(**UPRIGHT)
    playing.consent(phone, f"{site}/s/{study.slug}/")
    phone.get_by_role("button", name="I cannot make it fit").click()
    expect(phone.get_by_role("heading", name="Thank you for coming")).to_be_visible()
    expect(phone.get_by_text("needs a larger window than this device has")).to_be_visible()
    assert Participant.objects.get().ending == "SCREENED_OUT"


def test_a_large_window_is_not_asked_whether_it_fits(page: Page, site: str, study: Study) -> None:
    page.route("**/screen/", lambda route: None)  # the answer never comes
    playing.consent(page, f"{site}/s/{study.slug}/")
    expect(page.get_by_text("are measured")).to_be_visible()
    expect(page.get_by_text("too small")).to_be_hidden()
    expect(page.get_by_role("button", name="I cannot make it fit")).to_be_hidden()


def test_a_lost_line_holds_the_screen_check_and_it_goes_on_by_itself(
    visitors: Visitors, page: Page, site: str, study: Study
) -> None:
    visitors.expect("net::ERR_FAILED")
    page.route("**/screen/", lambda route: route.abort())
    playing.consent(page, f"{site}/s/{study.slug}/")
    expect(page.get_by_text("No connection. Nothing is lost")).to_be_visible()
    page.unroute("**/screen/")
    page.get_by_role("heading", name="How it works").wait_for()
    assert Participant.objects.get().window_width == 1280


def test_plates_are_read_one_after_the_other_with_digit_keys(page: Page, site: str, make_study: MakeStudy) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, colour_vision="RECORD")
    playing.consent(page, f"{site}/s/sunday-study/")
    playing.reach_plates(page)
    stay(page)
    for number in range(1, 8):
        assert shown(page) == f"Plate {number} of 7"
        assert (
            page.locator("[data-plate]:visible img").evaluate("image => image.decode().then(() => image.width)") == 320
        )
        assert stayed(page)
        page.keyboard.press(read_next(page))
    page.get_by_role("heading", name="How it works").wait_for()
    person = Participant.objects.get()
    assert (person.vision, person.vision_errors) == ("TYPICAL", 0)


def test_arrows_pass_over_digits_and_the_button_goes_on(page: Page, site: str, make_study: MakeStudy) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, colour_vision="RECORD")
    playing.consent(page, f"{site}/s/sunday-study/")
    playing.reach_plates(page)
    page.locator(f"{playing.SEEN} input").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert shown(page) == "Plate 1 of 7"
    assert page.locator(":focus").get_attribute("value") == "5"
    outline = "input => getComputedStyle(input.nextElementSibling).outlineStyle"
    assert page.locator(":focus").evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    assert shown(page) == "Plate 2 of 7"
    page.locator(playing.SEEN).wait_for()
    page.get_by_role("button", name="Go on").click()
    assert shown(page) == "Plate 2 of 7", "nothing is chosen yet"
    page.get_by_role("button", name="Back").click()
    expect(page.locator("[data-plate]:visible input:checked")).to_have_value("5")


def test_plates_are_read_by_touch_on_a_phone_and_who_may_see_otherwise_is_told_kindly(
    visitors: Visitors, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, colour_vision="SCREEN_OUT")
    phone = visitors.new(**SIDEWAYS, touch=True)
    playing.consent(phone, f"{site}/s/sunday-study/")
    playing.reach_plates(phone)
    for number in range(7):
        chosen = read_next(phone) if number == 0 else "none"
        phone.locator(f'{playing.SEEN} label:has([value="{chosen}"])').tap()
    expect(phone.get_by_role("heading", name="Thank you for coming")).to_be_visible()
    expect(phone.get_by_text("a quick screening and not a diagnosis")).to_be_visible()
    person = Participant.objects.get()
    assert (person.vision, person.vision_errors, person.ending) == ("DIFFERENT", 6, "SCREENED_OUT")


def test_a_plate_that_does_not_arrive_cannot_be_answered_and_comes_by_itself(
    visitors: Visitors, page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, colour_vision="RECORD")
    visitors.expect("net::ERR_FAILED")
    page.route("**/plates/*/", lambda route: route.abort())
    playing.consent(page, f"{site}/s/sunday-study/")
    playing.reach_plates(page)
    page.keyboard.press("2")
    page.locator("[data-plate]:visible label").last.click(force=True)
    assert shown(page) == "Plate 1 of 7"
    page.unroute("**/plates/*/")
    playing.read_plates(page, digits)
    page.get_by_role("heading", name="How it works").wait_for()
    assert Participant.objects.get().vision_errors == 0


def test_who_sees_nothing_on_the_control_is_shown_new_plates(page: Page, site: str, make_study: MakeStudy) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, colour_vision="RECORD")
    playing.consent(page, f"{site}/s/sunday-study/")
    playing.reach_plates(page)
    playing.read_plates(page, lambda _code: ["none"] * 7)
    expect(page.get_by_text("Please look once more")).to_be_visible()
    playing.read_plates(page, digits)
    page.get_by_role("heading", name="How it works").wait_for()
    assert Participant.objects.get().vision == "TYPICAL"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_checks_violates_a_rule_of_accessibility(
    visitors: Visitors, site: str, make_study: MakeStudy, scheme: Literal["light", "dark"]
) -> None:
    make_study(photos=12, practice_trials=0, test_trials=2, colour_vision="SCREEN_OUT")
    phone = visitors.new(**UPRIGHT)
    phone.emulate_media(color_scheme=scheme)
    playing.consent(phone, f"{site}/s/sunday-study/")
    phone.get_by_text("This window is too small").wait_for()
    found = {"screen": violations(phone)}
    phone.set_viewport_size(SIDEWAYS)
    playing.reach_plates(phone)
    found["plates"] = violations(phone)
    playing.read_plates(phone, lambda _code: ["none"] * 7)
    phone.get_by_text("Please look once more").wait_for()
    playing.reach_plates(phone)
    found["second look"] = violations(phone)
    playing.read_plates(phone, lambda _code: ["none"] * 7)
    phone.get_by_role("heading", name="Thank you for coming").wait_for()
    found["ended"] = violations(phone)
    assert {name: problems for name, problems in found.items() if problems} == {}


def violations(page: Page) -> list[str]:
    """What axe-core finds, with the element that it blames first."""
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
