"""Every page that can be reached, as axe-core judges it: by day, by night, and enlarged to 200 %."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page

from colortest.analysis.quality import correlations
from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.stimuli.services import register_shipped
from tests.analysis.test_photos_page import rate_photos
from tests.analysis.test_results_page import report
from tests.browser import playing
from tests.browser.accounts import log_in
from tests.browser.conftest import Visitors
from tests.cast import PASSWORD, MakeStudy

NOT_OURS = "/admin/"  # Django's own pages
ZOOMED = {"width": 640, "height": 400}  # a window of 1280 × 800 at 200 %


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    return make_study(photos=14, practice_trials=1, test_trials=4, exposures_ms=[100], blank_ms=100)


def test_no_page_that_strangers_researchers_and_admins_reach_violates_a_rule(
    page: Page, site: str, study: Study, make_study: MakeStudy, admin: Client
) -> None:
    register_shipped()
    found = _problems_of_all(page, site)
    log_in(page, site, "ada", PASSWORD)
    found |= _problems_of_all(page, site)
    assert len(found) >= 10, "the crawl reaches the site"
    assert {path: problems for path, problems in found.items() if problems} == {}


def test_no_page_of_a_run_violates_a_rule(page: Page, site: str, study: Study) -> None:
    page.goto(f"{site}/s/{study.slug}/")
    found = {"consent": _problems(page)}
    playing.agree(page, f"{site}/s/{study.slug}/")
    found["instructions"] = _problems(page)
    page.get_by_role("button", name="Start practice").click()
    playing.reach(page, "ready")
    found["panel"] = _violations(page)
    playing.go_on(page)
    playing.reach(page, "choice")
    found["choice"] = _violations(page)
    playing.play_block(page, playing.hands(1))
    playing.go_on(page)
    playing.play_block(page, playing.hands(4))
    page.get_by_role("heading", name="Thank you").wait_for()
    found["thanks"] = _problems(page)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_whoever_goes_by_keyboard_sees_where_they_are(page: Page, site: str, study: Study) -> None:
    for path in ("/", "/about/", "/login/", f"/s/{study.slug}/"):
        page.goto(f"{site}{path}")
        stops = [_next_stop(page) for _ in range(page.locator("a, button, input:not([type=hidden]), select").count())]
        assert len({stop["at"] for stop in stops}) >= 4, "the key leads through the page"
        assert [stop for stop in stops if stop["on"] != "BODY" and not stop["outlined"]] == []


def test_nothing_moves_for_whom_motion_is_too_much(page: Page, site: str, study: Study) -> None:
    moving = "Array.from(document.querySelectorAll('*'), (one) => getComputedStyle(one)).filter((style) =>"
    moving += " style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0).length"
    counts = {}
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        page.goto(f"{site}/s/{study.slug}/")
        counts[motion] = page.evaluate(moving)
    assert counts["no-preference"] > 0
    assert counts["reduce"] == 0


@pytest.mark.usefixtures("researcher")
def test_no_page_of_a_draft_violates_a_rule(page: Page, site: str, study: Study) -> None:
    draft = services.copy_study(study=study)
    draft.photos().first().colorizations.all().delete()
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/{draft.slug}/")
    page.get_by_text("Copy this study").click()
    found = {"lacking": _problems(page)}
    page.goto(f"{site}/studies/{draft.slug}/design/")
    found["design"] = _problems(page)
    page.get_by_label("Is it real or fake?").check()
    page.get_by_role("button", name="Save the design").click()
    page.get_by_role("alert").wait_for()
    found["refused"] = _problems(page)
    page.goto(f"{site}/studies/{draft.slug}/preview/")
    found["preview"] = _problems(page)
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.usefixtures("researcher")
def test_no_page_around_a_run_violates_a_rule(page: Page, visitors: Visitors, site: str, make_study: MakeStudy) -> None:
    visitors.expect("404")
    study = make_study(photos=14, practice_trials=1, test_trials=4, quota=1)
    landing = f"{site}/s/{study.slug}/"
    said = {"code": "C7K2", "url": "https://recruiter.example/?cc={code}", "text": "Thank you all the same."}
    services.set_completions(study=study, completions={"OVER_QUOTA": said, "WITHDRAWN": said})
    person = services.admit_participant(study=study)
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/participants/")
    page.get_by_label("Participant’s code").fill(person.code)
    page.get_by_role("button", name="Look").click()
    page.get_by_role("button", name="Erase this run").wait_for()
    found = {"participant": _problems(page)}
    page.goto(f"{site}/take/{person.code}/withdraw/")
    found["withdraw"] = _problems(page)
    page.get_by_role("button", name="Withdraw and erase").click()
    page.get_by_role("heading", name="You have withdrawn").wait_for()
    found["withdrawn"] = _problems(page)
    page.goto(f"{site}/take/{person.code}/")
    found["gone"] = _problems(page)
    services.set_recruiter(study=study, recruiter="PANEL")
    page.goto(landing)
    found["unknown"] = _problems(page)
    services.admit_participant(study=study)
    page.goto(f"{landing}?id=one")
    page.get_by_text("has all the people it needs").wait_for()
    found["over quota"] = _problems(page)
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.usefixtures("researcher")
def test_no_page_of_results_violates_a_rule(page: Page, site: str, study: Study) -> None:
    report(study)
    rate_photos(study)
    log_in(page, site, "ruth", PASSWORD)
    found = {"running": _problems_at(page, f"{site}/studies/{study.slug}/results/")}
    services.close_study(study=study)
    report(study, quality=correlations(study))
    for name in (f"studies/{study.slug}/results/", f"studies/{study.slug}/photos/", f"compare/?study={study.slug}"):
        found[name] = _problems_at(page, f"{site}/{name}")
    found["definition"] = _problems_at(page, f"{site}/definitions/#interval")
    assert {name: problems for name, problems in found.items() if problems} == {}


def _next_stop(page: Page) -> dict[str, Any]:
    """What the tabulator key comes to, and whether an outline shows it."""
    page.keyboard.press("Tab")
    stop: dict[str, Any] = page.evaluate(
        """() => {
          const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
          const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
          return { on: one.tagName, at: `${one.tagName} ${box.x} ${box.y}`, outlined };
        }"""
    )
    return stop


def _problems_at(page: Page, address: str) -> list[str]:
    """With everything that can be opened open."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    return _problems(page)


def _problems_of_all(page: Page, site: str) -> dict[str, list[str]]:
    return {path: _problems(page) for path in _crawl(page, site)}


def _crawl(page: Page, site: str) -> Iterator[str]:
    """Go to every page of the site that links lead to from the first, one of each kind; yields their paths."""
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop(0)
        kind = resolve(path).url_name
        if kind in seen or path.startswith(NOT_OURS):
            continue
        seen.add(kind)
        if "text/html" not in page.request.get(f"{site}{path}").headers.get("content-type", ""):
            continue
        page.goto(f"{site}{path}")
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting += [urlsplit(link).path for link in links if link.startswith(site)]
        yield path


def _problems(page: Page) -> list[str]:
    """Violations by day and by night, and whether it scrolls sideways when it is enlarged."""
    before = page.viewport_size
    assert before
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    problems = [f"dark: {problem}" for problem in _violations(page)]
    page.emulate_media(color_scheme="light")
    problems += _violations(page)
    page.set_viewport_size({"width": ZOOMED["width"], "height": ZOOMED["height"]})
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        problems.append("scrolls sideways at 200 %")
    page.set_viewport_size(before)
    return problems


def _violations(page: Page) -> list[str]:
    """What axe-core finds, with the element that it blames first."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
