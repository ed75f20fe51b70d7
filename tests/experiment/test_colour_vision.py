"""Plates that who sees all colours reads, and who lacks a kind of cone does not: judged by simulated eyes.

The eyes are not those that the plates are drawn from: Machado, Oliveira and Fernandes 2009, "A physiologically-based
model for simulation of color vision deficiency", table 1, severity 1.0, on linear sRGB.
"""

import io
from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2lab

from colortest.experiment import plates
from colortest.experiment.colour_vision import (
    CONTROL,
    COUNT,
    DEUTAN,
    NOTHING,
    PROTAN,
    SLIPS,
    TRITAN,
    Plate,
    draw,
    judge,
)

EYES = {
    PROTAN: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    DEUTAN: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    TRITAN: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "TYPICAL": np.eye(3),
}
SEEDS = [f"visit {number}" for number in range(6)]
ALL = [plate for seed in SEEDS for plate in draw(seed)]


def seen(plate: Plate, eye: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """CIELAB of the dots of the digit and of those of the ground, (dots, 3) each."""
    drawn = list(plates.dots(plate))
    linear = np.clip([dot.colour for dot in drawn] @ np.transpose(EYES[eye]), 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    lab = rgb2lab(curved[None])[0]
    of_digit = np.array([dot.of_digit for dot in drawn])
    return lab[of_digit], lab[~of_digit]


def chroma_difference(plate: Plate, eye: str) -> float:
    """Between the mean colours of digit and ground, lightness apart."""
    digit, ground = seen(plate, eye)
    return float(np.hypot(*(digit.mean(axis=0) - ground.mean(axis=0))[1:]))


def told_by_lightness(plate: Plate, eye: str) -> float:
    """How far lightness alone tells digit from ground: 0 not at all, 1 always (|2 AUC − 1|)."""
    digit, ground = (lab[:, 0] for lab in seen(plate, eye))
    return abs(2 * float((digit[:, None] > ground[None]).mean()) - 1)


@pytest.mark.parametrize("kind", [PROTAN, DEUTAN, TRITAN])
def test_the_digit_stands_out_for_typical_eyes_and_not_for_those_without_the_cones(kind: str) -> None:
    for plate in (plate for plate in ALL if plate.kind == kind):
        typical, without = chroma_difference(plate, "TYPICAL"), chroma_difference(plate, kind)
        assert typical > 30
        assert without < 10
        assert without < typical / 4


def test_everybody_reads_the_control() -> None:
    for plate in (plate for plate in ALL if plate.kind == CONTROL):
        assert min(chroma_difference(plate, eye) for eye in EYES) > 60


@pytest.mark.parametrize("kind", [PROTAN, DEUTAN, TRITAN])
def test_lightness_tells_next_to_nothing(kind: str) -> None:
    """A tenth of the dots or so would be told right above chance; one that is always lighter would give 1."""
    of_kind = [plate for plate in ALL if plate.kind == kind]
    for eye in ("TYPICAL", kind):
        told = [told_by_lightness(plate, eye) for plate in of_kind]
        assert np.mean(told) < 0.15
        assert max(told) < 0.3
    spread = [np.concatenate(seen(plate, "TYPICAL"))[:, 0].std() for plate in of_kind]
    assert min(spread) > 6, "dots differ in lightness among themselves"


def test_a_visit_has_the_control_and_two_plates_for_each_kind_of_cone() -> None:
    for seed in SEEDS:
        kinds = [plate.kind for plate in draw(seed)]
        assert kinds[0] == CONTROL
        assert Counter(kinds[1:]) == {PROTAN: 2, DEUTAN: 2, TRITAN: 2}
    assert len({tuple(plate.digit for plate in draw(seed)) for seed in SEEDS}) == len(SEEDS), "each visit has its own"
    assert len({tuple(plate.kind for plate in draw(seed)) for seed in SEEDS}) > 1


def test_a_plate_is_a_picture_of_its_own_and_comes_out_the_same_again() -> None:
    first, second = Plate(PROTAN, "5", "one seed"), Plate(PROTAN, "5", "another seed")
    assert plates.png(first) == plates.png(first)
    assert plates.png(first) != plates.png(second)
    with Image.open(io.BytesIO(plates.png(first))) as image:
        assert image.size == (plates.SIDE, plates.SIDE)
        assert not image.info, "nothing beside the pixels, no profile and no name"


def test_no_dot_touches_another_and_all_are_on_the_plate() -> None:
    drawn = list(plates.dots(Plate(DEUTAN, "2", "one seed")))
    at = np.array([(dot.x, dot.y) for dot in drawn])
    radius = np.array([dot.radius for dot in drawn])
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) - radius[:, None] - radius[None]
    assert apart[~np.eye(len(drawn), dtype=bool)].min() > 0
    assert (np.hypot(*(at - plates.SIDE / 2).T) + radius).max() < plates.SIDE / 2
    assert len(set(radius)) > 2
    assert 60 < sum(dot.of_digit for dot in drawn) < len(drawn) / 2


def test_one_slip_is_allowed_two_are_not_and_the_control_must_be_read() -> None:
    visit = draw("a visit")
    right = [plate.digit for plate in visit]

    def judged(*wrong: int) -> tuple[int, bool, bool]:
        answers = [NOTHING if number in wrong else digit for number, digit in enumerate(right)]
        outcome = judge(visit, answers)
        return outcome.errors, outcome.control_read, outcome.typical

    assert judged() == (0, True, True)
    assert judged(3) == (SLIPS, True, True)
    assert judged(3, 4) == (2, True, False)
    assert judged(0) == (1, False, False)
    assert judged(*range(COUNT)) == (COUNT, False, False)


@pytest.mark.parametrize("kind", [PROTAN, DEUTAN, TRITAN])
def test_who_lacks_a_kind_of_cone_and_says_so_is_found(kind: str) -> None:
    for seed in SEEDS:
        visit = draw(seed)
        answers = [NOTHING if plate.kind == kind else plate.digit for plate in visit]
        assert not judge(visit, answers).typical
