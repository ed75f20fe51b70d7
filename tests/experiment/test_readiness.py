"""A draft says exactly what it lacks before it can open, and offers to have it made."""

import pytest
from django.test import Client

from colortest.experiment import readiness, services
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, Colorization
from colortest.stimuli.services import fail_colorizations, register_method
from tests.cast import MakeStudy, colour, make_test_set
from tests.worker.making import make_all

pytestmark = pytest.mark.django_db
READY = "Everything that this study shows is ready."


@pytest.fixture
def draft(make_study: MakeStudy) -> Study:
    """16 photos in two splits; ready but for what a test takes away."""
    return make_study(open_it=False, photos=16, practice_trials=2, test_trials=10)


def page_of(researcher: Client, study: Study) -> str:
    return researcher.get(study.get_absolute_url()).content.decode()


def test_a_draft_that_lacks_nothing_says_so(researcher: Client, draft: Study) -> None:
    page = page_of(researcher, draft)
    assert READY in page
    assert "Make what is missing" not in page
    assert 'class="button" >Open</button>' in page


def test_each_algorithm_names_what_it_lacks_of_each_split_and_why(researcher: Client, draft: Study) -> None:
    late = register_method(slug="late", name="Late", kind="BASELINE", method="grey")
    services.change_design(
        study=draft, algorithms=[*draft.under_test(), late], consent_texts={"en": "Yes?", "es": "¿Sí?"}
    )
    test, train = (late.colorizations.filter(photo__split=split) for split in ("test", "train"))
    fail_colorizations(colorizations=test[:2], reason="out of memory")
    fail_colorizations(colorizations=test.pending()[:1], reason="x" * 900)
    train.last().delete()
    assert readiness.lacks(draft) == [
        "Late has 0 of the 8 colorizations of the split “test”: 5 waiting to be made, 2 failed (out of memory), "
        f"1 failed ({'x' * 200}…).",
        "Late has 0 of the 8 colorizations of the split “train”: 7 waiting to be made, 1 never asked for.",
    ]
    page = page_of(researcher, draft)
    for lack in readiness.lacks(draft):
        assert lack in page
    assert "disabled>Open</button>" in page
    assert READY not in page


def test_the_page_asks_again_only_while_something_is_being_made(researcher: Client, draft: Study) -> None:
    poll = 'hx-trigger="every 2s"'
    assert poll not in page_of(researcher, draft)
    grey = draft.under_test().get()
    grey.colorizations.all().delete()
    assert poll not in page_of(researcher, draft), "nobody asked for them"
    researcher.post("/studies/sunday-study/missing/")
    assert poll in page_of(researcher, draft)
    part = researcher.get(draft.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "8 waiting to be made" in part
    make_all()
    part = researcher.get(draft.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert READY in part
    assert poll not in part


def test_one_button_asks_for_all_that_is_missing_or_failed(researcher: Client, draft: Study) -> None:
    grey = draft.under_test().get()
    fail_colorizations(colorizations=[], reason="nothing")
    grey.colorizations.filter(photo__split="train").delete()
    for row in grey.colorizations.all()[:3]:
        row.delete()
    Colorization.objects.bulk_create(
        Colorization(photo=photo, algorithm=grey, status="FAILED", error="no room")
        for photo in draft.photos().without_colorization(grey)[:2]
    )
    page = researcher.post("/studies/sunday-study/missing/", follow=True).content.decode()
    assert "11 colorizations were asked for." in page
    assert grey.colorizations.pending().count() == 11
    assert not grey.colorizations.failed().exists()
    again = researcher.post("/studies/sunday-study/missing/", follow=True).content.decode()
    assert "Nothing was left to ask for." in again


def test_what_failed_on_the_photos_of_another_test_set_is_left_alone(researcher: Client, draft: Study) -> None:
    grey, other = draft.under_test().get(), make_test_set(1, name="other")
    Colorization.objects.create(photo=other.photos.get(), algorithm=grey, status="FAILED", error="no room")
    assert services.request_missing(study=draft) == 0
    assert grey.colorizations.failed().count() == 1


def test_without_an_algorithm_for_catch_trials_it_says_so_until_there_is_one(researcher: Client, draft: Study) -> None:
    Colorization.objects.filter(algorithm__kind="CATCH").delete()
    draft.arms.filter(algorithm__kind="CATCH").delete()
    Algorithm.objects.catch().delete()
    lack = "Its catch trials need an algorithm of the kind “obviously wrong”, and it has none."
    assert lack in page_of(researcher, draft)
    draft.catch_share = 0.0
    assert readiness.lacks(draft) == [], "no catch trials, no need"
    register_method(slug="wrong", name="Wrong", kind="CATCH", method="random-colour")
    researcher.post("/studies/sunday-study/missing/")
    page = page_of(researcher, draft)
    assert lack not in page
    assert "Wrong has 0 of the 8 colorizations of the split “test”: 8 waiting to be made." in page


def test_catch_colorizations_are_needed_by_catch_trials_only(draft: Study) -> None:
    Colorization.objects.filter(algorithm__kind="CATCH").delete()
    assert len(readiness.lacks(draft)) == 2
    draft.catch_share = 0.0
    assert readiness.lacks(draft) == []


def test_too_few_photos_and_a_language_without_consent_text_are_named(researcher: Client, draft: Study) -> None:
    draft.test_trials = 40
    draft.save()
    draft.consent_texts.filter(language="es").delete()
    page = page_of(researcher, draft)
    assert "It has no consent text in Spanish." in page
    assert "different photos" in page
    assert services.shortfall(draft) == " ".join(readiness.lacks(draft))


def test_an_open_study_lacks_nothing_that_its_page_would_tell(researcher: Client, study: Study) -> None:
    page = page_of(researcher, study)
    assert READY not in page
    assert "Before this study can open" not in page


def test_all_of_a_draft_can_be_made_and_opened(researcher: Client, draft: Study) -> None:
    late = register_method(slug="late", name="Late", kind="BASELINE", method="grey")
    colour(draft.test_set, late)
    services.change_design(study=draft, algorithms=[late], consent_texts={"en": "Yes?", "es": "¿Sí?"})
    assert services.open_study(study=draft).status == Study.Status.OPEN
