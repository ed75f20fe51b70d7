"""The timing of a trial as a picture, and what the documentation tells of each preset."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from colortest.experiment.presets import BALANCED, PRESETS, SINGLE, Protocol
from colortest.experiment.timeline import timeline_svg
from docs.timelines import DIAGRAMS, diagrams
from tests.cast import MakeStudy

SVG = "{http://www.w3.org/2000/svg}"
DOCS = (Path(__file__).resolve().parents[2] / "docs" / "protocols.md").read_text()


def texts(protocol: Protocol) -> list[str]:
    """All that is written in the diagram, in its order."""
    root = ElementTree.fromstring(timeline_svg(protocol))  # noqa: S314 (our own)
    return [str(one.text) for one in root.iter(f"{SVG}text")]


def widths(protocol: Protocol) -> list[float]:
    """Of the closed bars of the scale, pixels."""
    root = ElementTree.fromstring(timeline_svg(protocol))  # noqa: S314 (our own)
    return [float(bar.get("width", "0")) for bar in root.iter(f"{SVG}rect") if bar.get("height") == "16"]


def test_what_follows_what_is_named_with_its_milliseconds() -> None:
    written = texts(PRESETS["amt-code"])
    assert written[:12] == [
        "blank",
        "900 ms",
        "left image",
        "1,000 ms",
        "blank",
        "600 ms",
        "right image",
        "1,000 ms",
        "blank",
        "100 ms",
        "which is fake?",
        "until the choice",
    ]
    assert "The first blank of a block lasts 1,200 ms." in written
    assert "The left one comes first in every trial." in written


def test_an_order_that_is_balanced_promises_no_side() -> None:
    written = texts(replace(PRESETS["amt-code"], order=BALANCED))
    assert "left image" not in written
    assert "The left one comes first in half of the trials." in written


def test_the_bar_is_to_scale() -> None:
    blank, left, gap, right, delay = widths(PRESETS["amt-code"])
    assert left == right
    assert [blank / left, gap / left, delay / left] == pytest.approx([0.9, 0.6, 0.1], abs=0.01)


def test_each_exposure_has_a_bar_of_its_own() -> None:
    written = texts(PRESETS["palette-2022"])
    assert "3,000 or 5,000 ms" in written
    assert "Each exposure is used in as many trials as any other." in written
    _, three, _, five = widths(PRESETS["palette-2022"])
    assert three / five == pytest.approx(3 / 5, abs=0.01)


def test_the_staircase_is_told_in_words() -> None:
    written = " ".join(texts(PRESETS["hype-time"]))
    for said in ("500 ms, then adapted", "4 × 30 ms", "30 ms longer", "10 ms shorter", "from 100 to 1,000 ms"):
        assert said in written


def test_what_stays_until_the_choice_is_asked_about_at_once() -> None:
    written = texts(PRESETS["hype-infinity"])
    assert "single image, real or fake?" in written
    assert widths(PRESETS["hype-infinity"]) == widths(replace(PRESETS["hype-infinity"], test_trials=7))
    mixed = texts(Protocol(exposures_ms=(0, 700), presentation=SINGLE, question="EITHER"))
    assert "700 ms or until the choice" in mixed
    assert "real or fake?" in mixed


@pytest.mark.parametrize("name", PRESETS)
def test_it_speaks_to_who_does_not_see_it_and_fits_any_page(name: str) -> None:
    svg = timeline_svg(PRESETS[name], "One <trial>")
    assert "<title>One &lt;trial&gt;</title>" in svg
    root = ElementTree.fromstring(svg)  # noqa: S314 (our own)
    said = root.findtext(f"{SVG}desc") or ""
    assert "the participant takes as long as they like to choose" in said
    assert root.get("role") == "img"
    assert not re.search(r"style=|<style|<script| id=|href", svg)
    greys = re.findall(r"#(\w\w)(\w\w)(\w\w)\b", svg)
    assert greys
    assert all(red == green == blue for red, green, blue in greys)


@pytest.mark.django_db
def test_a_study_is_drawn_as_its_protocol_is(make_study: MakeStudy) -> None:
    study = make_study(open_it=False, blank_ms=750)
    assert timeline_svg(study) == timeline_svg(study.protocol)
    assert "750 ms" in texts(study)


def test_the_diagrams_of_the_documentation_are_those_of_the_presets() -> None:
    drawn = {file.name: file.read_text() for file in DIAGRAMS.iterdir()}
    assert drawn == diagrams(), "run python -m docs.timelines"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_its_paragraph_with_its_numbers(name: str) -> None:
    preset = PRESETS[name]
    paragraph = DOCS.split(f"\n## {name}\n")[1].split("\n## ")[0]
    flat = " ".join(paragraph.split())
    assert f"(protocols/{name}.svg)" in paragraph
    assert "*Source:*" in flat
    assert "*Departs:*" in flat
    assert {"REAL": "**real**", "FAKE": "**fake**", "EITHER": "**real or fake**"}[preset.question] in flat
    numbers = [f"{exposure:,} ms" for exposure in preset.exposures_ms if exposure]
    numbers += [f"{preset.practice_trials} practice", str(preset.test_trials)]
    numbers += [f"{preset.quota} people"] if preset.quota else []
    assert [number for number in numbers if number not in flat] == []


def test_the_documentation_tells_of_no_other_preset() -> None:
    assert re.findall(r"^## (.+)$", DOCS, re.MULTILINE) == list(PRESETS)
