"""One after the other, a single image, noise and no limit: what an independent observer sees of each."""

from statistics import median
from typing import Any

from playwright.sync_api import Page

from colortest.experiment.models import Response
from tests.browser import playing
from tests.cast import MakeStudy

# As after a look at another tab, in the blank that follows the first stimulus.
LOOK_AWAY_AFTER_THE_FIRST = """new Promise((done) => {
  const look = () => {
    if (observed.pairs.length < 2) return requestAnimationFrame(look);
    document.dispatchEvent(new Event("visibilitychange"));
    done();
  };
  look();
})"""
LEFT, RIGHT, NOTHING = [True, False], [False, True], [False, False]


def shown(seen: dict[str, Any]) -> list[list[bool]]:
    return [[side is not None for side in pair["sides"]] for pair in seen["pairs"]]


def test_one_after_the_other_each_for_its_time_with_a_blank_between(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(
        photos=14,
        practice_trials=0,
        test_trials=3,
        presentation="SEQUENTIAL",
        question="FAKE",
        exposures_ms=[400],
        blank_ms=100,
        gap_ms=300,
        delay_ms=200,
    )
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    playing.play_block(page, playing.hands(2))
    playing.reach(page, "choice")
    seen = playing.observed(page)
    assert shown(seen) == [LEFT, NOTHING, RIGHT, NOTHING] * 3
    pairs, frame = seen["pairs"], median(seen["frames"])
    for start in range(0, len(pairs), 4):
        trial = pairs[start : start + 4]
        for on, off, asked in zip(trial, trial[1:], (400, 300, 400), strict=False):
            assert playing.missed(on, off, asked, frame) <= 2 * frame
    stored = Response.objects.order_by("trial__position").first()
    assert stored is not None
    between = (stored.right_onset_ms or 0) - (stored.left_onset_ms + stored.left_exposure_ms)
    assert playing.missed(pairs[1], pairs[2], between, frame) <= frame


def test_who_leaves_between_two_stimuli_is_shown_no_second_one_and_asked_all_the_same(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(
        photos=14,
        practice_trials=0,
        test_trials=2,
        presentation="SEQUENTIAL",
        question="FAKE",
        exposures_ms=[200],
        blank_ms=100,
        gap_ms=2000,
    )
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    page.evaluate(LOOK_AWAY_AFTER_THE_FIRST)
    playing.choose(page, "left")
    first = Response.objects.get()
    assert "HIDDEN" in first.flags
    assert first.right_exposure_ms == 0
    playing.reach(page, "choice")
    assert shown(playing.observed(page)) == [LEFT, NOTHING, LEFT, NOTHING, RIGHT, NOTHING]


def test_a_single_image_is_followed_by_noise_and_taken_for_real_or_fake(
    page: Page, site: str, make_study: MakeStudy
) -> None:
    make_study(
        photos=14,
        practice_trials=0,
        test_trials=4,
        catch_share=0.0,
        presentation="SINGLE",
        question="EITHER",
        exposures_ms=[300],
        blank_ms=100,
        masks=4,
        mask_ms=50,
    )
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    playing.choose(page, "left")
    playing.reach(page, "choice")
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.get_by_role("button", name="Fake").click()
    playing.reach(page, "choice")
    noise = page.evaluate("observed.pairs.flatMap((pair) => pair.sides).filter((side) => side?.noise).length")
    assert noise == 3 * 4
    assert list(Response.objects.order_by("trial__position").values_list("chosen_side", flat=True)) == ["LEFT", "RIGHT"]


def test_stimuli_without_a_limit_stay_until_the_choice(page: Page, site: str, make_study: MakeStudy) -> None:
    make_study(photos=14, practice_trials=0, test_trials=2, exposures_ms=[0], blank_ms=100)
    page.add_init_script(path=playing.OBSERVER)
    playing.agree(page, f"{site}/s/sunday-study/")
    playing.begin(page)
    playing.reach(page, "choice")
    page.wait_for_timeout(1500)
    assert page.locator("[data-side] img").first.evaluate("image => getComputedStyle(image).opacity") == "1"
    playing.choose(page, "right", "pointer")
    stored = Response.objects.get()
    assert stored.rt_ms > 1400
    assert abs(stored.left_exposure_ms - stored.rt_ms) < 100 + page.evaluate("observed.pairs[1].late")
    assert stored.flags == []
