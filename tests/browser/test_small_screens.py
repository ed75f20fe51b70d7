"""Every page on a phone held upright."""

from collections.abc import Iterable

import pytest
from django.test import Client
from playwright.sync_api import Page

from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from colortest.stimuli.services import register_shipped
from tests.browser.accounts import log_in
from tests.browser.conftest import Visitors
from tests.cast import PASSWORD, MakeStudy, pass_screen_check
from tests.experiment.test_run import play_to_the_end

WIDTH = 390
PUBLIC = ("/", "/about/", "/login/", "/s/sunday-study/")
OF_RESEARCHERS = ("/studies/", "/studies/new/", "/studies/sunday-study/", "/studies/sunday-study/results/")
OF_ADMINS = ("/test-sets/", "/test-sets/photographs/", "/algorithms/")


@pytest.fixture
def phone(visitors: Visitors) -> Page:
    return visitors.new(width=WIDTH, height=844)


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    return make_study(photos=14, practice_trials=1, test_trials=4)


def test_no_public_page_scrolls_sideways_on_a_phone(phone: Page, site: str, study: Study) -> None:
    assert_narrow(phone, site, (*PUBLIC, *_runs(study)))


def test_the_plates_do_not_scroll_sideways_on_a_phone(phone: Page, site: str, make_study: MakeStudy) -> None:
    study = make_study(photos=14, practice_trials=1, test_trials=4, colour_vision="RECORD")
    person = services.admit_participant(study=study)
    pass_screen_check(Client(), f"/take/{person.code}/")
    assert_narrow(phone, site, [f"/take/{person.code}/"])
    assert phone.locator("[data-plates]").is_visible()


def test_no_page_that_refuses_scrolls_sideways_on_a_phone(
    visitors: Visitors, phone: Page, site: str, stranger: Client
) -> None:
    visitors.expect("status of 40[34]")
    log_in(phone, site, "stan", PASSWORD)
    assert_narrow(phone, site, ["/studies/"], status=403)
    assert_narrow(phone, site, ["/s/no-such-study/"], status=404)


def test_no_page_of_researchers_and_admins_scrolls_sideways_on_a_phone(
    phone: Page, site: str, study: Study, admin: Client
) -> None:
    _runs(study)  # so that the results show something
    log_in(phone, site, "ada", PASSWORD)
    assert_narrow(phone, site, (*OF_RESEARCHERS, *OF_ADMINS))


def test_a_checkpoints_numbers_scroll_inside_their_own_frames(phone: Page, site: str, admin: Client) -> None:
    register_shipped()
    log_in(phone, site, "ada", PASSWORD)
    phone.goto(f"{site}/algorithms/colortest-best/")
    phone.get_by_text("How it was trained").click()
    frame = phone.locator(".scroll", has=phone.locator(".grouped"))
    frame.wait_for()
    assert frame.evaluate("(frame) => frame.scrollWidth > frame.clientWidth")
    assert phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
    head = frame.locator("tbody th").first
    before = head.bounding_box()
    frame.evaluate("(frame) => { frame.scrollLeft = 200 }")
    assert head.bounding_box() == before, "the metric's name stays beside its numbers"


def assert_narrow(page: Page, site: str, paths: Iterable[str], status: int = 200) -> None:
    for path in paths:
        reply = page.goto(f"{site}{path}")
        assert reply
        assert (path, reply.status) == (path, status)
        assert (path, page.evaluate("document.documentElement.scrollWidth") <= WIDTH) == (path, True)


def _runs(study: Study) -> list[str]:
    """The pages of people at the screen check, at the instructions, at the end of it all, and screened out."""
    people: list[Participant] = [services.admit_participant(study=study) for _ in range(4)]
    pass_screen_check(Client(), f"/take/{people[1].code}/")
    services.begin(participant=people[2])
    play_to_the_end(Client(), people[2])
    services.give_up_screen(participant=people[3])
    return [f"/take/{person.code}/" for person in people]
