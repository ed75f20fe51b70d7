"""Charts: what they say, in which forms, and that they need no colour to be read."""

import io
import json
import re
from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2lab

from colortest.analysis.charts import look, quality, study
from colortest.analysis.charts.look import Figure
from tests.analysis.contents import arm, content

FINAL = study.figures(content(), "FINAL")
# Machado, Oliveira and Fernandes 2009, IEEE TVCG 15, p. 1291, table 1: severity 1.0, in linear RGB.
SEEN_BY = {
    "protanopes": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopes": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopes": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def texts(figure: Figure, width: int = look.WIDTH) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", look.svg(figure, width=width))


def colours() -> np.ndarray:
    return np.array([[int(one[at : at + 2], 16) / 255 for at in (1, 3, 5)] for one in look.COLOURS])


def linear(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def encoded(rgb: np.ndarray) -> np.ndarray:
    clipped = np.clip(rgb, 0, 1)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


def test_a_study_that_is_over_has_every_chart() -> None:
    assert list(FINAL) == [
        "over-time",
        "exposures-1000",
        "fool-rates",
        "exclusions",
        "participants",
        "photos",
        "differences-algorithms",
        "differences-splits",
        "learning",
    ]


@pytest.mark.parametrize("name", FINAL)
def test_each_is_drawn_without_scripts_or_styles_and_says_in_words_and_numbers_what_it_shows(name: str) -> None:
    figure = FINAL[name]
    for width in (look.WIDTH, look.NARROW):
        svg = look.svg(figure, width=width)
        assert svg.startswith("<svg")
        assert not re.search(r"<script|<style|style=|href=", svg)
    assert len(figure.alternative.split()) > 5
    assert figure.alternative.endswith(".")
    assert figure.table.rows
    assert {len(row) for row in figure.table.rows} == {len(figure.table.heads)}


def test_the_forest_plot_has_each_arm_its_rate_and_the_line_of_chance() -> None:
    figure = FINAL["fool-rates"]
    said = texts(figure)
    assert {"Grey", "Net", "test", "train", "8.0 %", "10.0 %", "31.0 %", "44.0 %", "50 %"} <= set(said)
    assert "Net on train 44.0 %" in figure.alternative
    assert ("Net", "train", "44.0 %", "38.0 – 51.0 %", "720") in figure.table.rows
    assert '"datum": 0.5' in json.dumps(json.loads(look.vega_lite(figure)))
    assert "50 %" in texts(figure, look.NARROW), "on a phone too"


def test_a_running_study_shows_the_confidence_sequence_and_nothing_that_one_may_look_at_only_once() -> None:
    running = study.figures(content(), "SEQUENCE")
    assert not [name for name in running if name.startswith(("differences", "learning"))]
    figure = running["fool-rates"]
    assert ("Net", "train", "44.0 %", "33.0 – 56.0 %", "720") in figure.table.rows
    assert "95 % confidence sequence" in figure.alternative
    assert "38.0" not in look.vega_lite(figure)
    assert "0.38" not in look.vega_lite(figure)


def test_a_study_that_hides_its_rates_draws_what_is_counted_only() -> None:
    assert list(study.figures(content(), "HIDDEN")) == ["over-time", "exposures-1000"]


def test_arms_without_a_countable_response_are_left_out_and_several_exposures_are_rows() -> None:
    found = content()
    nothing = {"rate": None, "low": None, "high": None, "countable": 0, "sequence": None, "before": None}
    found["arms"] = [arm("Net", "test", 0.3, asked_ms=3000), arm("Net", "test", 0.4, asked_ms=0)]
    found["arms"].append(arm("Grey", "test") | nothing)
    rows = study.figures(found, "FINAL")["fool-rates"].table.rows
    assert [row[:2] for row in rows] == [("Net", "test, 3,000 ms"), ("Net", "test, until the choice")]


def test_a_staircase_has_no_exposure_in_the_name_of_its_chart() -> None:
    found = content()
    found["exposure"] = [{**found["exposure"][0], "asked_ms": None}]
    figure = study.figures(found, "HIDDEN")["exposures"]
    assert figure.title == "Exposures, as achieved"
    assert "achieved − asked, in ms" in texts(figure)


def test_what_two_arms_share_stands_in_brackets() -> None:
    labels = [row[0] for row in FINAL["differences-algorithms"].table.rows]
    assert labels == ["Net − Grey (test)", "Net − Grey (train)"]
    assert FINAL["differences-splits"].table.rows[0][0] == "train − test (Net)"


def test_a_png_is_as_wide_as_a_page_at_300_dots_to_the_inch() -> None:
    picture = Image.open(io.BytesIO(look.png(FINAL["fool-rates"])))
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    assert picture.width / 300 * 25.4 == pytest.approx(170, abs=1)


def test_the_vega_lite_has_the_numbers_so_that_others_can_draw_them() -> None:
    specification = json.loads(look.vega_lite(FINAL["fool-rates"]))
    assert "/vega-lite/v6" in specification["$schema"]
    assert specification["description"] == FINAL["fool-rates"].alternative
    assert '"rate": 0.44' in json.dumps(specification)


def test_colours_stay_apart_in_grey_and_for_the_colour_blind_and_stand_out_from_the_paper() -> None:
    lightness = rgb2lab(colours()[None])[0][:, 0]
    assert min(abs(one - two) for one, two in combinations(lightness, 2)) > 12
    assert max(lightness) < 64, "a contrast of 3 to white"
    for matrix in SEEN_BY.values():
        seen = rgb2lab(encoded(linear(colours()) @ np.array(matrix).T)[None])[0]
        assert min(np.linalg.norm(one - two) for one, two in combinations(seen, 2)) > 15


def test_splits_differ_in_shape_and_in_place_and_not_in_colour_alone() -> None:
    specification = look.vega_lite(FINAL["fool-rates"])
    assert '"shape"' in specification
    assert len(set(look.SHAPES)) == 2 * len(look.COLOURS)


def test_ten_algorithms_have_ten_distinct_marks_that_need_no_colour() -> None:
    """Those of one shape differ in lightness: the test above holds colours apart in grey and for the colour-blind."""
    names = [f"algorithm {number}" for number in range(10)]
    measured = [quality.Measured(name, "test", number, 0.3) for number, name in enumerate(names)]
    figure = quality.beside("PSNR", "dB", lambda: measured, [])
    marks = next(layer for layer in json.loads(look.vega_lite(figure))["layer"] if "shape" in layer["encoding"])
    scales = [marks["encoding"][channel]["scale"] for channel in ("color", "shape")]
    assert all(scale["domain"] == names for scale in scales)
    assert len(set(zip(*(scale["range"] for scale in scales), strict=True))) == 10
    assert set(names) <= set(texts(figure)), "the legend names each"


def test_marks_are_distinct_as_far_as_thirty_two_names_and_the_first_eight_differ_in_shape() -> None:
    colour, shape = look.marks([str(number) for number in range(32)])
    pairs = list(zip(colour.range, shape.range, strict=True))
    assert len(set(pairs)) == 32
    assert pairs[:4] == list(zip(look.COLOURS, look.SHAPES, strict=False))
    assert len(set(shape.range[:8])) == 8


def test_each_split_has_a_panel_of_its_own_beside_its_correlation() -> None:
    measured = [quality.Measured("Net", split, number, 0.3) for split in ("test", "train") for number in range(3)]
    found = [quality.Correlation("Net", split, 0.5, 0.2, 0.7, 3) for split in ("test", "train")]
    figure = quality.beside("PSNR", "dB", lambda: measured, found)
    for width in (look.WIDTH, look.NARROW):
        assert {"test", "train"} <= set(texts(figure, width))
    assert figure.table.rows[1] == ("Net", "train", "+0.50 (+0.20 … +0.70)", "3")
    assert "Net on train +0.50" in figure.alternative
