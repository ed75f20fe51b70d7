"""The baselines: no colour, and another photo's colours, both over the photo's own lightness."""

import numpy as np
import pytest
import torch

from generator.baselines import grey, random_colour
from generator.colorizer import Photo, to_tensor
from generator.lab import rgb_to_lab
from generator.metrics import colourfulness
from tests.generator.photos import astronaut, coffee


def lab(photo: Photo) -> torch.Tensor:
    return rgb_to_lab(to_tensor([photo]))


def test_grey_has_the_lightness_of_the_photo_and_no_colour() -> None:
    photos = [coffee(), astronaut(), coffee()[:50, :70]]
    for photo, made in zip(photos, grey(photos), strict=True):
        assert made.shape == photo.shape
        assert (made == made[..., :1]).all()
        assert (lab(made) - lab(photo))[:, 0].abs().mean() < 0.2


def test_random_colour_has_the_lightness_of_the_photo_and_the_colours_of_the_donor() -> None:
    donor = coffee()
    flat = np.full((40, 60, 3), 120, np.uint8)  # of a lightness at which every donor's colour can be shown
    photos = [astronaut()[:90, :70], flat]
    made = random_colour(photos, [donor, donor])
    for photo, colorization in zip(photos, made, strict=True):
        assert colorization.shape == photo.shape
        assert (lab(colorization) - lab(photo))[:, 0].abs().max() < 1.0
    given, taken = lab(donor)[:, 1:].mean(dim=(2, 3)), lab(made[1])[:, 1:].mean(dim=(2, 3))
    assert (given - taken).abs().max() < 3
    assert colourfulness(to_tensor([made[1]])) > 15


def test_each_photo_needs_its_donor() -> None:
    with pytest.raises(ValueError, match="2 photos need as many donors, not 1"):
        random_colour([coffee(), astronaut()], [coffee()])
