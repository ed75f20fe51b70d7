"""Whatever somebody does to the page, no trial is answered twice, none is lost, and it goes on."""

from dataclasses import dataclass

import pytest
from django.db.models import Count
from playwright.sync_api import Page, Route, expect

from colortest.experiment.models import Response, Study, Trial
from tests.browser import playing
from tests.browser.conftest import Visitors
from tests.cast import MakeStudy

TRIALS = 4


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    return make_study(photos=12, practice_trials=0, test_trials=TRIALS, exposures_ms=[300], blank_ms=100)


@pytest.fixture
def at_first_choice(page: Page, site: str, study: Study) -> Page:
    """Somebody who has seen the first pair and is asked."""
    playing.agree(page, f"{site}/s/{study.slug}/")
    playing.begin(page)
    playing.reach(page, "choice")
    return page


@dataclass
class Line:
    """What responses go through, unless it is cut."""

    cut: bool = False

    def pass_on(self, route: Route) -> None:
        if self.cut:
            route.abort()
        else:
            route.continue_()


@pytest.fixture
def line(page: Page) -> Line:
    """There before the page is loaded: on a busy machine a request may slip past what begins to listen later."""
    found = Line()
    page.route("**/trials/*/", found.pass_on)
    return found


def finish(page: Page, chosen: dict[str, str]) -> None:
    """Play what is left; then every trial has the one response that was chosen for it."""
    chosen |= playing.play_block(page, playing.hands(TRIALS - len(chosen)))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert {response.trial.token: response.chosen_side for response in Response.objects.all()} == chosen
    assert not Trial.objects.filter(response=None).exists()


def positions() -> list[int]:
    return list(Response.objects.order_by("received").values_list("trial__position", flat=True))


def test_a_reload_comes_back_to_the_same_trial_whose_second_showing_is_flagged(at_first_choice: Page) -> None:
    page = at_first_choice
    chosen = playing.play_block(page, playing.hands(1))
    playing.reach(page, "exposure")
    page.reload()
    expect(page.get_by_text("You go on where you were: 1 of 4 are done.")).to_be_visible()
    playing.go_on(page)
    chosen |= playing.play_block(page, playing.hands(1))
    assert positions() == [0, 1]
    finish(page, chosen)
    flags = Response.objects.order_by("trial__position").values_list("flags", flat=True)
    assert ["REPEATED" in raised for raised in flags] == [False, True, False, False]


def test_the_address_that_a_reload_offers_goes_on_there_on_another_device(
    visitors: Visitors, at_first_choice: Page
) -> None:
    page = at_first_choice
    chosen = playing.play_block(page, playing.hands(1))
    page.reload()
    address = page.locator("[data-part=elsewhere] code").inner_text()
    other = visitors.new()
    other.goto(address)
    expect(other.get_by_text("You go on where you were: 1 of 4 are done.")).to_be_visible()
    playing.go_on(other)
    chosen |= playing.play_block(other, playing.hands(1))
    assert positions() == [0, 1]
    finish(other, chosen)


def test_a_pair_that_the_other_device_may_have_shown_is_flagged(visitors: Visitors, at_first_choice: Page) -> None:
    page = at_first_choice
    chosen = playing.play_block(page, playing.hands(1))
    playing.reach(page, "exposure")
    other = visitors.new()
    other.goto(page.url)
    playing.go_on(other)
    chosen |= playing.play_block(other, playing.hands(2))
    page.reload()
    playing.go_on(page)
    finish(page, chosen)
    flags = Response.objects.order_by("trial__position").values_list("flags", flat=True)
    assert ["REPEATED" in raised for raised in flags] == [False, True, False, True]


def test_the_instructions_offer_the_address_too(page: Page, site: str, study: Study) -> None:
    playing.agree(page, f"{site}/s/{study.slug}/")
    page.get_by_text("Go on on another device").click()
    expect(page.locator(".elsewhere code")).to_have_text(page.url)


def test_the_back_button_comes_back_to_the_same_trial(at_first_choice: Page) -> None:
    page = at_first_choice
    chosen = playing.play_block(page, playing.hands(1))
    page.go_back()
    playing.go_on(page)
    finish(page, chosen)


def test_a_double_key_and_a_double_click_are_one_response(at_first_choice: Page) -> None:
    page = at_first_choice
    with page.expect_response(lambda reply: reply.request.method == "POST") as first:
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowRight")
    playing.reach(page, "choice")
    with page.expect_response(lambda reply: reply.request.method == "POST") as second:
        page.locator("[data-side=right]").dblclick()
    playing.reach(page, "choice")
    chosen = {playing.token_of(first.value): "LEFT", playing.token_of(second.value): "RIGHT"}
    assert positions() == [0, 1]
    finish(page, chosen)


def test_a_second_tab_is_at_the_same_trial_and_whoever_is_late_goes_on(at_first_choice: Page, site: str) -> None:
    page = at_first_choice
    second = page.context.new_page()
    second.goto(f"{site}/s/sunday-study/")
    playing.go_on(second)
    chosen = playing.play_block(second, [("left", "key"), ("left", "key")])
    page.bring_to_front()
    playing.choose(page, "right")  # the trial that the other tab has answered
    playing.reach(page, "choice")
    assert positions() == [0, 1]
    finish(page, chosen)
    assert Trial.objects.aggregate(people=Count("participant", distinct=True)) == {"people": 1}


def test_a_response_that_was_chosen_without_a_network_survives_a_reload(
    visitors: Visitors, line: Line, at_first_choice: Page
) -> None:
    page = at_first_choice
    visitors.expect("net::ERR_FAILED")
    line.cut = True
    playing.press(page, "left", "key")
    expect(page.get_by_text("No connection. Nothing is lost")).to_be_visible()
    assert not Response.objects.exists()
    line.cut = False
    page.reload()
    playing.go_on(page)
    first = Response.objects.select_related("trial").get()
    assert (first.trial.position, first.chosen_side) == (0, "LEFT")
    finish(page, {first.trial.token: "LEFT"})
