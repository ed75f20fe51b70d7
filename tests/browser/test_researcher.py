"""A researcher in a real browser: from a design to a fool rate and a table of responses."""

import csv
import io
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from colortest.analysis.charts.look import interval
from colortest.analysis.models import FoolRate
from colortest.embedded.supervisor import Child
from colortest.experiment.bot import ParticipantBot
from colortest.experiment.models import Participant, Response, Study
from colortest.experiment.simulation import real_side
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.browser import playing
from tests.browser.accounts import log_in, stay, stayed
from tests.browser.conftest import Visitors
from tests.cast import PASSWORD, MakeStudy, colour, make_test_set
from tests.running import wait_until

TRIALS = 10


@pytest.fixture
def photographs_coloured_grey(db: None) -> None:
    test_set = make_test_set()
    kinds, methods = Algorithm.Kind, Algorithm.Method
    colour(test_set, register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY))
    colour(test_set, register_method(slug="catch", name="Catch", kind=kinds.CATCH, method=methods.RANDOM_COLOUR))


def play_as_person(site: str, slug: str, *, seed: int) -> None:
    """One whole session over HTTP, which the site takes for a person's."""
    with httpx.Client(base_url=site) as client:
        ParticipantBot(client, real_side, fool_rate=0.4, catch_rate=1, seed=seed).play(slug)


@pytest.mark.usefixtures("photographs_coloured_grey", "researcher")
def test_a_study_is_designed_opened_and_played_by_whoever_follows_its_link(
    visitors: Visitors, page: Page, site: str
) -> None:
    log_in(page, site, "ruth", PASSWORD)
    page.get_by_role("navigation").get_by_role("link", name="Studies").click()
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Title").fill("Does grey fool anybody?")
    page.get_by_label("Test set").select_option(label="photographs (test: 30, train: 30)")
    page.get_by_label("train", exact=True).check()
    page.get_by_label("Grey").check()
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_label("Colour vision").select_option(label="do not screen")
    page.get_by_role("button", name="Save the design").click()
    expect(page.get_by_text("Everything that this study shows is ready.")).to_be_visible()
    page.get_by_role("button", name="Open").click()
    link = page.get_by_role("link", name="/s/does-grey-fool-anybody/").get_attribute("href")
    assert link
    assert Study.objects.get().status == Study.Status.OPEN

    guest = visitors.new()
    playing.agree(guest, link)
    playing.begin(guest)
    token = playing.choose(guest, "left")
    assert [one.trial.token for one in Response.objects.all()] == [token]


@pytest.mark.usefixtures("photographs_coloured_grey", "researcher")
def test_a_split_ticked_while_the_splits_of_another_test_set_are_on_their_way_is_not_lost(
    page: Page, site: str
) -> None:
    log_in(page, site, "ruth", PASSWORD)
    on_their_way: list[Route] = []
    page.route("**/studies/new/?*", lambda route: on_their_way.append(route))
    page.goto(f"{site}/studies/new/")
    page.get_by_label("Test set").select_option(label="photographs (test: 30, train: 30)")
    train = page.get_by_label("train", exact=True)
    expect(train).to_be_disabled()
    on_their_way[0].continue_()
    train.check()
    page.get_by_label("Test set").dispatch_event("change")
    expect(train).to_be_disabled()
    on_their_way[1].continue_()
    expect(train).to_be_enabled()
    expect(train).to_be_checked()


def draft(page: Page, site: str, title: str, preset: str) -> None:
    """A new study on both splits, on its design page."""
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/new/")
    page.get_by_label("Title").fill(title)
    page.get_by_label(preset).check()
    page.get_by_label("train", exact=True).check()
    page.get_by_label("Grey").check()
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_role("heading", name="Design", exact=True).wait_for()
    page.get_by_label("Colour vision").select_option(label="do not screen")
    page.get_by_label("Share held in reserve (%)").fill("0")
    page.get_by_label("Practice trials", exact=True).fill("1")
    page.get_by_label("Test trials", exact=True).fill("4")


@pytest.mark.usefixtures("photographs_coloured_grey", "researcher")
def test_the_splits_follow_the_test_set_that_is_chosen_and_nothing_else_changes(page: Page, site: str) -> None:
    make_test_set(3, name="elsewhere").photos.update(split="moon")
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/new/")
    page.get_by_label("Title").fill("Kept")
    page.get_by_label("Test set").select_option(label="photographs (test: 30, train: 30)")
    expect(page.get_by_label("train", exact=True)).to_be_visible()
    page.get_by_label("Test set").select_option(label="elsewhere (moon: 3)")
    expect(page.get_by_label("moon", exact=True)).to_be_checked()
    expect(page.get_by_label("train", exact=True)).to_be_hidden()
    expect(page.get_by_label("Title")).to_have_value("Kept")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the design").click()
    expect(page.get_by_text("Everything that this study shows is ready.")).to_be_visible()


def preview(page: Page, blocks: int = 1) -> None:
    """From the study's page through the whole preview, of one practice trial and four of the test, and back."""
    address = page.get_by_role("link", name="Preview").evaluate("link => link.href")
    playing.agree(page, address)
    expect(page.get_by_text("Preview: nothing is kept")).to_be_visible()
    playing.begin(page)
    playing.play_block(page, [("left", "key")])
    for _ in range(blocks):
        playing.go_on(page)
        playing.play_block(page, [("right", "key")] * (4 // blocks))
    page.get_by_role("heading", name="Thank you").wait_for()
    assert not Participant.objects.exists()
    page.get_by_role("link", name="Back to the study").click()


def open_and_copy(page: Page, title: str = "") -> None:
    """From a draft's page to the copy's."""
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_text("UTC by ruth")).to_be_visible()
    expect(page.get_by_text(Study.objects.get().design_hash)).to_be_visible()
    page.get_by_text("Copy this study").click()
    page.get_by_label("Title of the copy").fill(title)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("draft", exact=True)).to_be_visible()


@pytest.mark.usefixtures("photographs_coloured_grey", "researcher")
def test_a_staircase_is_designed_previewed_opened_and_copied(page: Page, site: str) -> None:
    draft(page, site, "How long does one need?", "One image, less and less time")
    words = page.get_by_role("complementary")
    page.get_by_label("Exposures (ms)").fill("300, 400")
    expect(words).to_contain_text("A staircase starts from one exposure, not from several.")
    page.get_by_label("Exposures (ms)").fill("300")
    page.get_by_label("Blocks", exact=True).fill("2")
    expect(words).to_contain_text("for a time that adapts to the participant, from 300 ms on.")
    expect(words).to_contain_text("They come in 2 blocks with a break before each.")
    save(page)
    made = Study.objects.get()
    assert (made.exposures_ms, made.staircase_up_ms, made.masks, made.blocks) == ([300], 30, 4, 2)
    preview(page, blocks=2)
    open_and_copy(page, "Once more")
    expect(page.get_by_role("heading", name="Once more")).to_be_visible()
    copied = Study.objects.get(title="Once more")
    assert copied.protocol == made.protocol


@pytest.mark.usefixtures("photographs_coloured_grey", "researcher")
def test_two_exposures_of_images_that_follow_each_other_are_designed_previewed_opened_and_copied(
    page: Page, site: str
) -> None:
    draft(page, site, "One after the other", "Two images for a second: which is real? thesis-2020")
    page.get_by_label("Protocol").select_option(value="amt-code")
    expect(page.get_by_label("one after the other")).to_be_checked()
    page.get_by_label("Practice trials", exact=True).fill("1")
    page.get_by_label("Test trials", exact=True).fill("4")
    page.get_by_label("Share held in reserve (%)").fill("0")
    page.get_by_label("Exposures (ms)").fill("100, 200, 0")
    page.get_by_role("button", name="Save the design").click()
    wrong = "Images that follow each other cannot stay until the choice: give their time in milliseconds."
    expect(page.get_by_role("alert")).to_contain_text(wrong)
    page.get_by_label("Exposures (ms)").fill("100, 200")
    page.get_by_label("the left one first in half of the trials").check()
    words = page.get_by_role("complementary")
    expect(words).to_contain_text("for 100 ms or 200 ms each, with 600 ms of empty grey between them.")
    expect(words).to_contain_text("The left one comes first in half of the trials.")
    save(page)
    made = Study.objects.get()
    assert (made.exposures_ms, made.order, made.gap_ms, made.preset) == ([100, 200], "BALANCED", 600, "amt-code")
    preview(page)
    open_and_copy(page)
    expect(page.get_by_role("heading", name="One after the other (copy)")).to_be_visible()


@pytest.mark.usefixtures("researcher")
def test_what_a_draft_lacks_is_made_while_its_page_is_watched(page: Page, site: str, worker: Child) -> None:
    make_test_set(16)
    kinds, methods = Algorithm.Kind, Algorithm.Method
    grey = register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY)
    register_method(slug="catch", name="Catch", kind=kinds.CATCH, method=methods.RANDOM_COLOUR)
    draft(page, site, "From nothing", "Two images for a second: which is real? thesis-2020")
    grey.colorizations.all().delete()
    page.get_by_role("button", name="Save the design").click()
    page.get_by_role("heading", name="From nothing").wait_for()
    stay(page)
    expect(page.get_by_text("Everything that this study shows is ready.")).to_be_visible(timeout=240_000)
    expect(page.get_by_role("button", name="Open", exact=True)).to_be_enabled()
    assert stayed(page)


@pytest.mark.usefixtures("researcher")
def test_fool_rates_of_the_database_appear_and_keep_up_without_a_reload(
    page: Page, site: str, worker: Child, make_study: MakeStudy
) -> None:
    study = make_study(photos=24, practice_trials=0, test_trials=TRIALS)
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/{study.slug}/results/")
    expect(page.get_by_text("Nobody has finished this study yet.")).to_be_visible()
    stay(page)
    for people in (1, 2):
        play_as_person(site, study.slug, seed=people)
        expect(_number(page, "people finished")).to_have_text(str(people), timeout=240_000)
        expect(_number(page, "countable responses")).to_have_text(str(9 * people))
        arms = {arm["split"]: arm for arm in study.reports.of_people().get().content["arms"]}
        for rate in FoolRate.objects.of_people():
            row = page.get_by_role("row").filter(has_text="Grey").filter(has_text=rate.split)
            cells = [cell.inner_text() for cell in row.get_by_role("cell").all()]
            sequence = interval(**arms[rate.split]["sequence"])
            assert cells[2:6] == [rate.rate_percent, sequence, str(rate.fooled), str(rate.countable)]
            assert rate.rate == rate.fooled / rate.countable
        wait_until(lambda: page.evaluate("document.querySelector('img.chart').naturalWidth > 0"))
    assert _fooled(study) == sum(FoolRate.objects.of_people().values_list("fooled", flat=True))
    assert stayed(page)


@pytest.mark.usefixtures("researcher")
def test_the_csv_has_one_row_for_each_response(page: Page, site: str, make_study: MakeStudy, tmp_path: Path) -> None:
    study = make_study(photos=24, practice_trials=1, test_trials=TRIALS)
    play_as_person(site, study.slug, seed=1)
    log_in(page, site, "ruth", PASSWORD)
    page.goto(f"{site}/studies/{study.slug}/results/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Every response as CSV").click()
    assert download.value.suggested_filename == "sunday-study.csv"
    download.value.save_as(tmp_path / "responses.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "responses.csv").read_text())))
    chosen = Response.objects.order_by("trial__position").values_list("chosen_side", flat=True)
    assert [row["chosen_side"] for row in rows] == list(chosen)
    assert len(rows) == 1 + TRIALS


def _number(page: Page, label: str) -> Locator:
    return page.locator(".number").filter(has_text=label).locator("dd")


def _fooled(study: Study) -> int:
    """Counted by hand: choices of the other side in test trials."""
    test_trials = Response.objects.of_study(study).filter(trial__kind="TEST")
    return sum(response.chosen_side != response.trial.real_side for response in test_trials)
