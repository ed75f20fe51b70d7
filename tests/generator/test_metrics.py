"""The numbers about colorizations, on pictures whose numbers are known."""

import pytest
import torch

from generator.colorizer import Colorizer
from generator.metrics import ab_histogram, colourfulness, evaluate
from generator.networks import Generator
from tests.generator.photos import TINY, astronaut, coffee


def test_grey_has_no_colourfulness_and_pure_red_the_known_one() -> None:
    red = torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1).expand(1, 3, 8, 8)
    grey = torch.full((1, 3, 8, 8), 0.3)
    known = 0.3 * (255**2 + 127.5**2) ** 0.5  # no spread, only the means of rg and yb
    assert float(colourfulness(red)) == pytest.approx(known, rel=1e-4)
    assert float(colourfulness(grey)) == pytest.approx(0, abs=1e-3)


def test_a_histogram_is_of_shares() -> None:
    ab = torch.tensor([[-110.0, -110], [110, 110], [5, 5], [5, 6]]).T.reshape(1, 2, 2, 2)
    histogram = ab_histogram(ab)
    assert histogram.sum() == 1
    assert sorted(histogram[histogram > 0].tolist()) == [0.25, 0.25, 0.5]


def test_a_grey_network_is_as_good_as_grey_and_no_better() -> None:
    photos = [coffee()[:96, :96], astronaut()[:96, :96]]
    numbers = evaluate(Colorizer(Generator(TINY)), photos)
    assert numbers["photos"] == 2
    assert numbers["psnr"] == pytest.approx(numbers["psnr_grey"], abs=0.01)
    assert numbers["ab_error"] == pytest.approx(numbers["ab_error_grey"], abs=0.3)
    assert numbers["colourfulness"] < 0.5 < numbers["colourfulness_truth"]
    assert numbers["ab_variation_ratio"] < 0.05


def test_wrong_colours_are_worse_than_grey() -> None:
    blue = Generator(TINY)
    torch.nn.init.constant_(blue.decoder.exit.bias[1:], -0.5)
    numbers = evaluate(Colorizer(blue), [coffee()[:96, :96]])
    assert numbers["psnr"] < numbers["psnr_grey"]
    assert numbers["huber"] > numbers["huber_grey"]
    assert numbers["colourfulness"] > 10
