"""A study before and beside its design page: made from a preset, copied, opened and closed, thrown away."""

from typing import Any

import pytest
from django.test import Client

from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.experiment.origins import ORIGINS
from tests.cast import MakeStudy, make_test_set
from tests.experiment.test_designing import draft, error_of

__all__ = ["draft"]

pytestmark = pytest.mark.django_db


def test_a_new_study_starts_from_any_preset_each_with_its_sentence_and_source(researcher: Client, draft: Study) -> None:
    page = researcher.get("/studies/new/").content.decode()
    for name, origin in ORIGINS.items():
        assert f'value="{name}"' in page
        for words in (origin.title, origin.sentence, origin.source):
            assert words in page


def test_the_splits_to_choose_from_are_those_of_the_test_set(researcher: Client, draft: Study) -> None:
    other = make_test_set(3, name="other")
    other.photos.update(split="moon")
    page = researcher.get(f"/studies/new/?test_set={other.pk}")
    assert [label for _, label in page.context["form"].fields["splits"].choices] == ["moon"]
    for unknown in ("", "999999", "x", "9" * 30):
        assert researcher.get(f"/studies/new/?test_set={unknown}").status_code == 200


def test_without_photos_or_algorithms_the_page_says_who_brings_them(researcher: Client) -> None:
    assert "There is no test set yet: an admin uploads" in researcher.get("/studies/new/").content.decode()
    make_test_set(1)
    assert "There is no algorithm to test yet: an admin" in researcher.get("/studies/new/").content.decode()


def new_study(researcher: Client, draft: Study, **changes: object) -> Any:
    wanted = {
        "title": "Fresh",
        "preset": "hype-time",
        "test_set": draft.test_set_id,
        "splits": ["test"],
        "algorithms": [draft.under_test().get().pk],
    }
    return researcher.post("/studies/new/", {**wanted, **changes})


def test_a_draft_leads_to_its_design_page(researcher: Client, draft: Study) -> None:
    assert new_study(researcher, draft).headers["Location"] == "/studies/fresh/design/"
    assert Study.objects.get(slug="fresh").status == Study.Status.DRAFT


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": "Sunday study"}, "title", "a study needs a title of its own"),
        ({"title": "…"}, "title", "a study needs a title of its own with letters or digits"),
        ({"splits": ["moon"]}, "splits", "The test set has no split “moon”"),
        ({"splits": []}, "splits", "Choose at least one split."),
        ({"algorithms": []}, "algorithms", "Choose at least one algorithm."),
    ],
)
def test_what_cannot_become_a_draft_is_refused_beside_its_field(
    researcher: Client, draft: Study, changes: dict[str, object], field: str, sentence: str
) -> None:
    page = new_study(researcher, draft, **changes)
    assert sentence in error_of(page, field)
    assert Study.objects.count() == 1


def test_opening_and_closing_are_logged_with_who_did_it(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(open_it=False)
    for action in ("open", "open", "close", "close", "open"):
        researcher.post(f"/studies/sunday-study/{action}/")
    assert list(study.events.values_list("what", "by__username")) == [
        ("OPENED", "ruth"),
        ("CLOSED", "ruth"),
        ("OPENED", "ruth"),
    ]
    study.refresh_from_db()
    page = researcher.get("/studies/sunday-study/").content.decode()
    assert page.count("UTC by ruth") == 3
    assert study.design_hash in page


def test_a_copy_is_a_draft_of_the_same_design_with_a_seed_of_its_own(researcher: Client, study: Study) -> None:
    services.admit_participant(study=study)
    page = researcher.post("/studies/sunday-study/copy/", follow=True)
    copied = Study.objects.get(title="Sunday study (copy)")
    assert page.request["PATH_INFO"] == copied.get_absolute_url()
    assert (copied.status, copied.design_hash, copied.participants.count()) == ("DRAFT", "", 0)
    assert copied.seed != study.seed
    copied.seed = study.seed
    assert services.design_hash(copied) == study.design_hash
    copied.refresh_from_db()
    assert services.open_study(study=copied).design_hash not in ("", study.design_hash)


def test_copies_have_titles_of_their_own(researcher: Client, study: Study) -> None:
    for _ in range(2):
        services.copy_study(study=study)
    researcher.post("/studies/sunday-study/copy/", {"title": "Monday study"})
    assert set(Study.objects.values_list("title", "slug")) == {
        ("Sunday study", "sunday-study"),
        ("Sunday study (copy)", "sunday-study-copy"),
        ("Sunday study (copy 2)", "sunday-study-copy-2"),
        ("Monday study", "monday-study"),
    }
    page = researcher.post("/studies/sunday-study/copy/", {"title": "Monday study"}, follow=True)
    assert "“Monday study” cannot be used" in page.content.decode()
    study.title = "x" * 200
    assert services.copy_study(study=study).title.endswith("x (copy 3)")
    assert Study.objects.count() == 5


def test_a_draft_can_be_thrown_away_with_its_previews(researcher: Client, make_study: MakeStudy) -> None:
    draft = make_study(open_it=False, photos=12, practice_trials=0, test_trials=4)
    services.start_preview(study=draft, language="en")
    assert "is deleted" in researcher.post(f"/studies/{draft.slug}/delete/", follow=True).content.decode()
    assert not Study.objects.exists()


def test_a_study_that_was_opened_is_never_thrown_away(researcher: Client, make_study: MakeStudy) -> None:
    opened = make_study(photos=12, practice_trials=0, test_trials=4)
    for study in (opened, services.close_study(study=opened)):
        page = researcher.post(f"/studies/{study.slug}/delete/", follow=True).content.decode()
        assert "it can be closed, and never deleted" in page
        assert "Delete this draft" not in page
    assert Study.objects.get() == opened


def test_what_is_ticked_stays_ticked_when_the_test_set_changes(researcher: Client, draft: Study) -> None:
    def ticked(*asked: str) -> object:
        page = researcher.get("/studies/new/", {"test_set": draft.test_set_id, "splits": asked})
        return page.context["form"]["splits"].value()

    assert ticked() == ["test"]
    assert ticked("train", "unknown") == ["train"]
    assert ticked("test", "train") == ["test", "train"]
