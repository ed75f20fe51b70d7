"""What participants are told of a study follows from its protocol."""

from dataclasses import replace

import pytest
from django.test import Client

from colortest.experiment.presets import LEFT_FIRST, PRESETS, Protocol
from colortest.experiment.telling import Telling
from tests.cast import MakeStudy, pass_screen_check

SHAPES = {
    "thesis-2020": ["cross", "pair", "choice"],
    "amt-code": ["cross", "left", "right", "choice"],
    "palette-2022": ["cross", "pair", "choice"],
    "hype-infinity": ["cross", "single-choice"],
    "hype-time": ["cross", "single", "noise", "verdict"],
}
# What consent and instructions say, and must not say, of each.
SAID = {
    "thesis-2020": (
        ("side by side", "real photo</strong>", "for one second", "The test has 40 pairs", "4 minutes"),
        (),
    ),
    "zhang-2016": (("fake</strong>",), ("real photo</strong>",)),
    "amt-code": (("one after the other", "on the left, then the other one on the right"), ("side by side",)),
    "palette-2022": (("Some are shown for longer than others",), ("for one second",)),
    "hype-infinity": (
        ("It stays until you have chosen", "wrong too often in practice"),
        ("pairs", "When they are gone"),
    ),
    "hype-time": (("flicker of noise", "There are 2 breaks"), ("pairs", "shorter when you are right")),
}


@pytest.mark.parametrize(("preset", "shapes"), SHAPES.items())
def test_the_drawing_shows_the_moments_of_the_protocol(preset: str, shapes: list[str]) -> None:
    assert [panel.shape for panel in Telling(PRESETS[preset], colour_vision=True).panels] == shapes


def test_the_drawing_tells_times_where_they_are_known() -> None:
    told = {
        preset: [panel.seconds for panel in Telling(PRESETS[preset], colour_vision=True).panels] for preset in SHAPES
    }
    assert told["thesis-2020"] == [0.5, 1, None]
    assert told["amt-code"] == [0.9, 1, 1, None]
    assert told["palette-2022"] == [0.5, None, None]
    assert told["hype-time"] == [0.5, None, 0.12, None]


def test_minutes_grow_with_what_there_is_to_do() -> None:
    thesis = Telling(PRESETS["thesis-2020"], colour_vision=True).minutes
    assert 4 <= thesis <= 6, "the thesis says five"
    assert Telling(PRESETS["amt-code"], colour_vision=True).minutes > thesis
    assert Telling(PRESETS["hype-time"], colour_vision=True).minutes >= 20
    assert Telling(PRESETS["hype-time"], colour_vision=True).minutes % 5 == 0
    assert Telling(PRESETS["thesis-2020"], colour_vision=False).minutes <= thesis
    assert Telling(replace(Protocol(), practice_trials=0, test_trials=1), colour_vision=False).minutes == 1


def test_without_a_blank_there_is_no_cross() -> None:
    told = Telling(replace(Protocol(), blank_ms=0), colour_vision=False)
    assert [panel.shape for panel in told.panels] == ["pair", "choice"]
    assert told.left_first == (Protocol().order == LEFT_FIRST)


@pytest.mark.django_db
@pytest.mark.parametrize("preset", SAID)
def test_consent_and_instructions_speak_of_what_will_happen(client: Client, make_study: MakeStudy, preset: str) -> None:
    numbers = {**vars(PRESETS[preset]), "catch_share": 0.0, "reserve_share": 0.0}
    few = {"practice_trials": 10, "test_trials": min(numbers["test_trials"], 40)}
    study = make_study(**{**numbers, **few, "colour_vision": "RECORD"})
    consent = client.get(f"/s/{study.slug}/").content.decode()
    client.post(f"/s/{study.slug}/", {"agree": "on"})
    person = study.participants.get()
    person.vision = person.Vision.TYPICAL
    person.save()
    pass_screen_check(client, f"/take/{person.code}/")
    pages = consent + client.get(f"/take/{person.code}/").content.decode()
    assert "How it works" in pages
    expected, forbidden = SAID[preset]
    for words in expected:
        assert words in pages
    for words in forbidden:
        assert words not in pages
