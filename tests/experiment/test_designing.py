"""A researcher designs a study in the browser: every number, and one sentence for each way to get it wrong."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colortest.experiment import services
from colortest.experiment.design_form import SECTIONS
from colortest.experiment.design_rules import mistakes
from colortest.experiment.models import Study
from colortest.experiment.models.protocol import PROTOCOL_CONSTRAINTS
from colortest.experiment.presets import PRESETS, PROTOCOL, Protocol
from colortest.refusal import Refused
from colortest.stimuli.models import Colorization, Photo
from colortest.stimuli.services import register_method
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(make_study: MakeStudy) -> Study:
    return make_study(open_it=False, photos=8)


def form_of(researcher: Client, study: Study) -> dict[str, Any]:
    """What a browser would send of the design page, nothing changed."""
    form = researcher.get(f"/studies/{study.slug}/design/").context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in values.items() if value is not False}


def save(researcher: Client, study: Study, **changes: object) -> Any:
    return researcher.post(f"/studies/{study.slug}/design/", {**form_of(researcher, study), **changes})


def error_of(page: Any, field: str) -> str:
    """The one sentence beside a field."""
    assert page.status_code == 200
    sentences = page.context["form"].errors[field]
    assert len(sentences) == 1
    shown = page.content.decode().split(f'id="id_{field}_error"', 1)[1].split("</ul>", 1)[0]
    assert sentences[0] in shown.replace("&#x27;", "'")
    return str(sentences[0])


def test_every_column_of_a_protocol_has_its_place_on_the_page(researcher: Client, draft: Study) -> None:
    named = [name for names in SECTIONS.values() for name in names]
    assert set(PROTOCOL) <= set(named)
    page = researcher.get("/studies/sunday-study/design/")
    assert sorted(named) == sorted(page.context["form"].fields)
    for heading in SECTIONS:
        assert f">{heading}</h2>" in page.content.decode()


@pytest.mark.parametrize("preset", PRESETS)
def test_saving_a_preset_as_it_is_changes_nothing(researcher: Client, draft: Study, preset: str) -> None:
    study = services.create_study(
        title=preset, test_set=draft.test_set, splits=["test"], algorithms=[*draft.under_test()], preset=preset
    )
    before = services.design_hash(study)
    assert save(researcher, study).headers["Location"] == study.get_absolute_url()
    study.refresh_from_db()
    assert study.protocol == PRESETS[preset]
    assert services.design_hash(study) == before


def test_every_number_can_be_changed(researcher: Client, draft: Study) -> None:
    changed = replace(
        PRESETS["hype-time"],
        exposures_ms=(400,),
        catch_share=0.125,
        qualification=0.55,
        min_catch_accuracy=0.75,
        max_fast_share=0.2,
        max_same_side_share=0.9,
        max_flagged_share=0.333,
        reserve_share=0.07,
        feedback=False,
        order="BALANCED",
        assignment="BETWEEN",
    )
    sent = {**asdict(changed), "exposures_ms": "400"}
    shares = {name: 100 * value for name, value in sent.items() if isinstance(value, float)}
    values = {**form_of(researcher, draft), **sent, **shares, "colour_vision": "SCREEN_OUT", "retention_days": 30}
    values |= {"interim": "HIDDEN", "equivalence_margin": 2.5}
    del values["feedback"]
    page = researcher.post("/studies/sunday-study/design/", {**values, "title": "Monday", "languages": ["en"]})
    assert page.status_code == 302
    draft.refresh_from_db()
    assert draft.protocol == changed
    assert (draft.colour_vision, draft.retention_days, draft.title, draft.languages) == (
        "SCREEN_OUT",
        30,
        "Monday",
        ["en"],
    )
    assert (draft.interim, draft.equivalence_margin) == ("HIDDEN", 2.5)


def test_what_is_shown_while_a_study_is_open_is_part_of_its_design(researcher: Client, make_study: MakeStudy) -> None:
    draft = make_study(open_it=False)
    before = services.design_hash(draft)
    assert save(researcher, draft, interim="HIDDEN").status_code == 302
    draft.refresh_from_db()
    assert services.design_hash(draft) != before
    study = services.open_study(study=draft)
    assert study.showing == "HIDDEN"
    assert services.copy_study(study=study).interim == "HIDDEN"
    for column, value in (("interim", "SEQUENCE"), ("equivalence_margin", 20.0)):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            Study.objects.filter(pk=study.pk).update(**{column: value})
    assert services.close_study(study=study).showing == "FINAL"


@pytest.mark.parametrize("column", [{"interim": "ALWAYS"}, {"equivalence_margin": 0}, {"equivalence_margin": 50}])
def test_the_database_refuses_what_is_no_margin_and_no_way_to_show(draft: Study, column: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Study.objects.filter(pk=draft.pk).update(**column)


PAIR_QUESTION = "Of two images one can only ask which one is real, or which one is fake."
STAIRS = {"staircase_up_ms": 30, "staircase_down_ms": 10, "shortest_ms": 100, "longest_ms": 2000}


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"presentation": "SINGLE"}, "question", "Of a single image one can only ask whether it is real or fake."),
        ({"question": "EITHER"}, "question", PAIR_QUESTION),
        ({"exposures_ms": ""}, "exposures_ms", "At least one exposure is needed."),
        ({"exposures_ms": ","}, "exposures_ms", "At least one exposure is needed."),
        ({"exposures_ms": "300, 300"}, "exposures_ms", "Each exposure is named once."),
        ({"exposures_ms": "1e3"}, "exposures_ms", "Exposures are whole milliseconds with commas between"),
        ({"exposures_ms": "-5"}, "exposures_ms", "Exposures are whole milliseconds with commas between"),
        ({"exposures_ms": "٣"}, "exposures_ms", "Exposures are whole milliseconds with commas between"),
        ({"exposures_ms": "9" * 300}, "exposures_ms", "An exposure takes 600,000 ms at most."),
        ({"presentation": "SEQUENTIAL", "exposures_ms": "0"}, "exposures_ms", "Images that follow each other cannot"),
        ({"masks": 4, "mask_ms": 30, "exposures_ms": "0"}, "masks", "Noise needs exposures that end by themselves"),
        ({**STAIRS, "exposures_ms": "0"}, "exposures_ms", "A staircase needs a time to start from"),
        ({"masks": 4}, "mask_ms", "How long is each picture of noise shown?"),
        ({"mask_ms": 30}, "mask_ms", "There is no picture of noise to show for this time"),
        ({**STAIRS, "staircase_up_ms": 0}, "staircase_up_ms", "how much longer after an error?"),
        ({**STAIRS, "staircase_down_ms": 0}, "staircase_down_ms", "how much shorter after a correct response?"),
        ({**STAIRS, "shortest_ms": 0}, "shortest_ms", "The shortest exposure of a staircase is more than 0 ms."),
        ({**STAIRS, "longest_ms": 99}, "longest_ms", "The longest exposure of the staircase is shorter than its"),
        ({**STAIRS, "exposures_ms": "300, 500"}, "exposures_ms", "A staircase starts from one exposure"),
        ({**STAIRS, "exposures_ms": "50"}, "exposures_ms", "A staircase starts between its shortest and its longest"),
        ({"catch_share": 100}, "catch_share", "At least one trial must not be a catch trial."),
        ({"test_trials": 2, "blocks": 3}, "blocks", "There are more blocks than trials to put into them."),
        ({"qualification": 65, "practice_trials": 0}, "qualification", "Without practice nobody can qualify"),
        ({"catch_share": 101}, "catch_share", "A share is from 0 to 100 %."),
        ({"reserve_share": -1}, "reserve_share", "A share is from 0 to 100 %."),
        ({"max_fast_share": "nan"}, "max_fast_share", "A share is from 0 to 100 %."),
        ({"max_fast_share": "few"}, "max_fast_share", "Enter a number."),
        ({"test_trials": 0}, "test_trials", "greater than or equal to 1"),
        ({"test_trials": 10**12}, "test_trials", "less than or equal to 2000"),
        ({"quota": 10**12}, "quota", "less than or equal to"),
        ({"retention_days": 10**6}, "retention_days", "less than or equal to 36500"),
        ({"least_width": 10**6}, "least_width", "less than or equal to 10000"),
        ({"blocks": ""}, "blocks", "This field is required."),
        ({"languages": []}, "languages", "Choose at least one language."),
        ({"equivalence_margin": 0}, "equivalence_margin", "greater than or equal to 0.1"),
        ({"equivalence_margin": 50}, "equivalence_margin", "less than or equal to 49"),
        ({"equivalence_margin": "nan"}, "equivalence_margin", "Enter a number."),
        ({"interim": "ALWAYS"}, "interim", "ALWAYS is not one of the available choices."),
        ({"splits": ["moon"]}, "splits", "moon is not one of the available choices."),
        ({"algorithms": []}, "algorithms", "Choose at least one algorithm."),
        ({"title": " "}, "title", "This field is required."),
        ({"title": "x" * 201}, "title", "at most 200 characters"),
        ({"preset": "mine"}, "preset", "mine is not one of the available choices."),
        ({"consent_es": " "}, "consent_es", "There is no text in Spanish: write one, or take Spanish out"),
        ({"consent_en": "Anything goes."}, "consent_version", "no longer its version: name a new one."),
    ],
)
def test_what_cannot_be_is_refused_by_one_sentence_beside_its_field_and_loses_nothing(
    researcher: Client, draft: Study, changes: dict[str, object], field: str, sentence: str
) -> None:
    before = services.design_hash(draft)
    page = save(researcher, draft, **{"consent_version": "2026-11-23", **changes})
    assert sentence in error_of(page, field)
    assert page.context["form"].non_field_errors() == []
    for name, value in changes.items():
        assert page.context["form"][name].value() == (str(value) if isinstance(value, int) else value)
    draft.refresh_from_db()
    assert services.design_hash(draft) == before


def test_all_mistakes_are_said_at_once(researcher: Client, draft: Study) -> None:
    page = save(researcher, draft, question="EITHER", masks=4, title="")
    assert set(page.context["form"].errors) == {"title", "question", "mask_ms"}
    assert "This is not saved yet" in page.content.decode()


anything = st.builds(
    Protocol,
    presentation=st.sampled_from(["SIDE_BY_SIDE", "SEQUENTIAL", "SINGLE"]),
    question=st.sampled_from(["REAL", "FAKE", "EITHER"]),
    exposures_ms=st.lists(st.sampled_from([0, 100, 500]), max_size=3).map(tuple),
    masks=st.sampled_from([0, 2]),
    mask_ms=st.sampled_from([0, 30]),
    staircase_up_ms=st.sampled_from([0, 30]),
    staircase_down_ms=st.sampled_from([0, 10]),
    shortest_ms=st.sampled_from([0, 100]),
    longest_ms=st.sampled_from([0, 50, 500]),
    blocks=st.sampled_from([1, 3]),
    test_trials=st.sampled_from([1, 10]),
    catch_share=st.sampled_from([0.0, 0.5, 1.0]),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything)
def test_whatever_the_rules_let_through_the_database_takes(db: None, protocol: Protocol) -> None:
    if mistakes(protocol):
        return
    study = Study(**{**asdict(protocol), "exposures_ms": list(protocol.exposures_ms)})
    for constraint in PROTOCOL_CONSTRAINTS:
        constraint.validate(Study, study)


def test_a_changed_consent_text_is_saved_under_a_new_version(researcher: Client, draft: Study) -> None:
    text = "You look at pictures.\r\n\r\nThat is all."
    assert save(researcher, draft, consent_en=text, consent_version="2").status_code == 302
    draft.refresh_from_db()
    assert draft.consent_version == "2"
    assert draft.consent_text_in("en") == text.replace("\r\n", "\n")
    assert save(researcher, draft).status_code == 302, "what was stored is not a change"


def test_a_study_in_one_language_needs_one_text(researcher: Client, draft: Study) -> None:
    assert save(researcher, draft, languages=["en"], consent_es="", consent_version="2").status_code == 302
    assert [text.language for text in draft.consent_texts.all()] == ["en"]


def test_other_splits_and_algorithms_are_asked_for_at_once(researcher: Client, draft: Study) -> None:
    late = register_method(slug="late", name="Late", kind="BASELINE", method="grey")
    assert save(researcher, draft, algorithms=[late.pk], splits=["train"]).status_code == 302
    draft.refresh_from_db()
    assert (draft.splits, [*draft.under_test()]) == (["train"], [late])
    assert draft.for_catch_trials().count() == 1
    assert Colorization.objects.pending().filter(algorithm=late).count() == 4


def test_another_preset_fills_in_its_numbers_and_keeps_the_rest(researcher: Client, draft: Study) -> None:
    sent = {**form_of(researcher, draft), "title": "Kept", "consent_en": "Kept too.", "preset": "hype-time"}
    page = researcher.post("/studies/sunday-study/design/fill-in/", sent, headers={"HX-Request": "true"})
    form = page.context["form"]
    assert (form["title"].value(), form["consent_en"].value()) == ("Kept", "Kept too.")
    again = {field.html_name: field.value() for field in form}
    assert (again["exposures_ms"], again["masks"], again["presentation"]) == ("500", "4", "SINGLE")
    assert "<html" not in page.content.decode()
    assert "<html" in researcher.post("/studies/sunday-study/design/fill-in/", sent).content.decode()
    saved = researcher.post("/studies/sunday-study/design/", {**again, "consent_version": "2", "feedback": "on"})
    assert saved.status_code == 302
    draft.refresh_from_db()
    assert (draft.protocol, draft.preset) == (PRESETS["hype-time"], "hype-time")
    assert researcher.post("/studies/sunday-study/design/fill-in/", {**sent, "preset": "x"}).status_code == 200


def test_the_words_follow_the_form_before_anything_is_saved(researcher: Client, draft: Study) -> None:
    sent = form_of(researcher, draft)
    page = researcher.post("/studies/sunday-study/design/words/", {**sent, "exposures_ms": "123"}).content.decode()
    assert "side by side, for 123 ms." in page
    page = researcher.post("/studies/sunday-study/design/words/", {**sent, "question": "EITHER"}).content.decode()
    assert PAIR_QUESTION in page
    assert "side by side" not in page
    assert researcher.post("/studies/sunday-study/design/words/").status_code == 200
    draft.refresh_from_db()
    assert draft.exposures_ms == [1000]


def test_the_design_of_an_opened_study_cannot_be_changed_by_a_form_that_was_open(
    researcher: Client, make_study: MakeStudy
) -> None:
    study = make_study(open_it=False)
    sent = form_of(researcher, study)
    services.open_study(study=study)
    page = researcher.post("/studies/sunday-study/design/", {**sent, "test_trials": 20}, follow=True)
    assert page.request["PATH_INFO"] == "/studies/sunday-study/"
    assert "its design is frozen: make a copy to change it." in page.content.decode()
    with pytest.raises(Refused, match="its design is frozen"):
        services.change_design(study=study, algorithms=[*study.under_test()], consent_texts={}, test_trials=20)
    with pytest.raises(Refused, match="its design is frozen"):
        services.request_missing(study=study)
    study.refresh_from_db()
    assert study.test_trials == 40


def test_a_test_set_without_photos_of_a_split_is_no_server_error(researcher: Client, draft: Study) -> None:
    Photo.objects.filter(split="test").delete()
    assert "The split “test” has no photos." in researcher.get("/studies/sunday-study/").content.decode()
    assert researcher.get("/studies/sunday-study/design/").status_code == 200
