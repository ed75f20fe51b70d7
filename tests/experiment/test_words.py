"""What a participant will see, in plain words: each sentence from the numbers that it speaks of."""

from dataclasses import replace

import pytest

from colortest.experiment.models import Presentation, Question, Study
from colortest.experiment.origins import ORIGINS
from colortest.experiment.presets import PRESETS, THESIS, UNTIL_CHOICE, Protocol
from colortest.experiment.words import INTERIM, QUESTIONS, REAL_QUESTION, VISION, arrival, passages, reporting

AMT, TIME, INFINITY = PRESETS["amt-code"], PRESETS["hype-time"], PRESETS["hype-infinity"]


def said(protocol: Protocol) -> str:
    return " ".join(sentence for passage in passages(protocol) for sentence in passage.sentences)


@pytest.mark.parametrize(
    ("protocol", "sentence"),
    [
        (THESIS, "First the screen is empty and grey but for a small cross, for 500 ms."),
        (AMT, "for 1,200 ms in the first trial of a block, for 900 ms in the others."),
        (replace(THESIS, blank_ms=0, first_blank_ms=0), "A trial begins without any empty screen."),
        (THESIS, "a real photo and its colorization appear side by side, for 1,000 ms."),
        (AMT, "one after the other, each at its own side, for 1,000 ms each, with 600 ms of empty grey between them."),
        (replace(AMT, gap_ms=0), "for 1,000 ms each, with nothing between them."),
        (AMT, "The left one comes first in every trial."),
        (replace(AMT, order="BALANCED"), "The left one comes first in half of the trials."),
        (INFINITY, "a real photo in half of the trials and a colorization in the others, until the choice is made."),
        (PRESETS["palette-2022"], "side by side, for 3,000 ms or 5,000 ms."),
        (PRESETS["palette-2022"], "Each of these exposures is used in as many trials as any other."),
        (replace(THESIS, exposures_ms=(100, 300, UNTIL_CHOICE)), "for 100 ms or 300 ms or until the choice is made."),
        (TIME, "for a time that adapts to the participant, from 500 ms on."),
        (
            TIME,
            "In practice and in each block the first trial takes 500 ms; after an error the next takes 30 ms more, "
            "after a correct response 10 ms less, never under 100 ms nor over 1,000 ms.",
        ),
        (replace(TIME, practice_trials=0), "In each block the first trial takes 500 ms;"),
        (TIME, "4 pictures of noise follow at once, 30 ms each."),
        (replace(TIME, masks=1), "1 picture of noise follows at once, 30 ms."),
        (THESIS, "Straight after it comes the question “Which one is the real photo?”"),
        (AMT, "After 100 ms of empty grey comes the question “Which one is the fake?”"),
        (INFINITY, "With it comes the question “Is it real or fake?”"),
        (THESIS, "and the participant takes as long as they like to choose."),
        (THESIS, "Practice comes first, with 10 trials, never counted; after each the participant is told"),
        (
            replace(THESIS, feedback=False),
            "with 10 trials, never counted; the participant is not told whether they were right.",
        ),
        (replace(THESIS, practice_trials=1), "Practice comes first, with 1 trial, never counted; after it the"),
        (replace(THESIS, practice_trials=0), "There is no practice: the test begins at once."),
        (INFINITY, "Who is right in fewer than 65 % of its photos, or of its fakes, does not go on."),
        (replace(THESIS, qualification=0.625), "Who is right in fewer than 62.5 % of them does not go on."),
        (
            THESIS,
            "The test has 40 trials, without feedback. 4 of them are catch trials, whose colorization is obviously",
        ),
        (replace(THESIS, test_trials=10), "1 of them is a catch trial, whose colorization is obviously wrong."),
        (TIME, "They come in 3 blocks with a break before each."),
        (THESIS, "Up to 4 more trials make up for those whose exposure fails"),
        (replace(THESIS, test_trials=10), "Up to 1 more trial makes up for those whose exposure fails"),
        (THESIS, "Each participant sees all algorithms under test, and no photo twice."),
        (AMT, "The real photo stands on the left in half of the trials, drawn anew for each participant."),
        (PRESETS["zhang-2016"], "Each participant sees only one of the algorithms, and no photo twice."),
        (THESIS, "never deleted, is who catches fewer than 50 % of the catch trials."),
        (replace(THESIS, max_fast_share=0.2), "or who chooses within 200 ms in more than 20 % of the trials."),
        (replace(THESIS, max_same_side_share=0.9), "or who chooses the same side in more than 90 % of the trials."),
        (replace(TIME, max_same_side_share=0.9), "is who chooses the same word in more than 90 % of the trials."),
        (replace(THESIS, max_flagged_share=0.5), "or whose exposures fail in more than 50 % of the test trials."),
        (PRESETS["cyclegan-2017"], "Nobody is excluded for what they choose or how fast."),
        (THESIS, "The study is full when 40 people who are not excluded have finished."),
        (
            PRESETS["zhang-2016"],
            "The study is full when 40 people who are not excluded have finished for each algorithm.",
        ),
        (replace(THESIS, quota=1), "The study is full when 1 person who is not excluded has finished."),
        (PRESETS["palette-2022"], "The study takes people until you close it."),
    ],
)
def test_each_number_has_its_sentence(protocol: Protocol, sentence: str) -> None:
    assert sentence in said(protocol)


@pytest.mark.parametrize(
    ("protocol", "word"),
    [
        (THESIS, "noise"),
        (THESIS, "block"),
        (THESIS, "come first in"),
        (THESIS, "staircase"),
        (THESIS, "does not go on"),
        (PRESETS["cyclegan-2017"], "catch trial"),
        (replace(THESIS, reserve_share=0.0), "make up for"),
        (TIME, "side by side"),
        (TIME, "on the left"),
        (INFINITY, "Straight after"),
    ],
)
def test_what_does_not_happen_is_not_told(protocol: Protocol, word: str) -> None:
    assert word not in said(protocol)


def test_the_questions_are_those_that_the_study_asks() -> None:
    assert dict(Question.choices) == {**QUESTIONS, "REAL": REAL_QUESTION}
    assert set(Presentation.values) == {protocol.presentation for protocol in PRESETS.values()}


def test_every_preset_says_where_it_comes_from() -> None:
    assert list(ORIGINS) == list(PRESETS)


def arriving(**changes: object) -> str:
    plain = {
        "colour_vision": "RECORD",
        "room": (1560, 320),
        "minutes": 7,
        "languages": ["English", "Spanish"],
        "retention_days": 0,
    }
    return " ".join(arrival(**{**plain, **changes}).sentences)  # type: ignore[arg-type]


def test_what_happens_before_the_first_trial_is_told() -> None:
    assert "reads the consent text in English or Spanish, and agrees by ticking a box." in arriving()
    assert "must have room for 1,560 × 320 pixels." in arriving()
    assert "It all takes about 7 minutes." in arriving()
    assert "It all takes about 1 minute." in arriving(minutes=1)
    assert "Responses are kept until somebody erases them." in arriving()
    assert "Responses are erased 1 day after they were given." in arriving(retention_days=1)
    assert "Responses are erased 90 days after they were given." in arriving(retention_days=90)


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("SKIP", "Colour vision is not tested."),
        ("RECORD", "the outcome is kept beside the responses and changes nothing."),
        ("EXCLUDE", "who may see colours differently takes part and is excluded from the results."),
        ("SCREEN_OUT", "who may see colours differently does not take part."),
    ],
)
def test_each_policy_on_colour_vision_has_its_sentence(policy: str, sentence: str) -> None:
    assert sentence in arriving(colour_vision=policy)
    assert set(VISION) == set(Study.ColourVision.values)


def reported(interim: str = "SEQUENCE", margin: float = 5.0) -> str:
    return " ".join(reporting(interim=interim, equivalence_margin=margin).sentences)


def test_what_is_reported_is_told() -> None:
    assert "an interval that holds however often one looks." in reported()
    assert "While the study is open, no fool rate is shown." in reported("HIDDEN")
    assert "to differ by less than 2.5 percentage points." in reported(margin=2.5)
    assert "to differ by less than 1 percentage point." in reported(margin=1)
    assert set(INTERIM) == set(Study.Interim.values)
