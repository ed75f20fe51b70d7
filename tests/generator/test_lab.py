"""Colour arithmetic, against scikit-image's independent implementation and against its own promises."""

import numpy as np
import pytest
import skimage.color
import torch
from torch import Tensor

from generator.lab import (
    RGB_TO_XYZ,
    fit_gamut,
    join,
    lab_to_rgb,
    rgb_to_lab,
    rgb_to_lightness,
    share_out_of_gamut,
)

EDGES = torch.cartesian_prod(*[torch.tensor([0.0, 0.001, 0.0404, 0.0405, 0.5, 1.0])] * 3)


@pytest.fixture
def colours() -> Tensor:
    """Random colours and every corner and edge of sRGB, as one image (1, 3, 1, N)."""
    torch.manual_seed(0)
    return torch.cat([torch.rand(2000, 3), EDGES]).T[None, :, None, :].contiguous()


def by_scikit_image(rgb: Tensor) -> Tensor:
    """scikit-image's CIELab, with its rounded white point exchanged for the exact sums of the matrix' rows."""
    xyz = skimage.color.rgb2xyz(rgb[0].movedim(0, -1).double().numpy())
    exact = np.array(RGB_TO_XYZ).sum(axis=1)
    lab = skimage.color.xyz2lab(xyz / exact * skimage.color.xyz_tristimulus_values(illuminant="D65", observer="2"))
    return torch.from_numpy(lab).float().movedim(-1, 0)[None]


def test_lab_is_that_of_scikit_image(colours: Tensor) -> None:
    assert (rgb_to_lab(colours) - by_scikit_image(colours)).abs().max() < 1e-3


def test_lightness_alone_is_the_first_third_of_lab(colours: Tensor) -> None:
    assert (rgb_to_lightness(colours) - rgb_to_lab(colours)[:, :1]).abs().max() < 1e-4


def test_lab_goes_back_to_the_same_colours(colours: Tensor) -> None:
    assert (lab_to_rgb(rgb_to_lab(colours)) - colours).abs().max() < 1e-4


def test_white_black_and_pure_red_have_the_values_of_the_tables() -> None:
    rgb = torch.tensor([[1.0, 1, 1], [0, 0, 0], [1, 0, 0]]).T[None, :, None, :]
    known = torch.tensor([[100.0, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]])
    assert (rgb_to_lab(rgb)[0, :, 0].T - known).abs().max() < 0.02


def test_greys_have_no_colour() -> None:
    greys = torch.arange(256).div(255).expand(1, 3, 1, 256)
    assert rgb_to_lab(greys)[:, 1:].abs().max() < 3e-5


def test_gradients_are_finite_even_at_black() -> None:
    rgb = torch.zeros(1, 3, 2, 2, requires_grad=True)
    lab_to_rgb(rgb_to_lab(rgb)).sum().backward()
    assert rgb.grad is not None
    assert rgb.grad.isfinite().all()


def test_every_colour_fits_the_gamut_and_keeps_its_lightness_and_hue() -> None:
    torch.manual_seed(0)
    lab = torch.cat([torch.rand(2, 1, 32, 32) * 100, torch.rand(2, 2, 32, 32) * 220 - 110], dim=1)
    fitted = fit_gamut(lab)
    assert share_out_of_gamut(lab) > 0.3
    assert share_out_of_gamut(fitted) == 0
    assert torch.equal(fitted[:, 0], lab[:, 0])
    across = fitted[:, 1] * lab[:, 2] - fitted[:, 2] * lab[:, 1]
    assert across.abs().max() < 1e-2
    assert (fitted[:, 1:].norm(dim=1) <= lab[:, 1:].norm(dim=1) + 1e-4).all()


def test_the_gamut_is_used_to_its_edge() -> None:
    lab = torch.tensor([60.0, 100.0, 90.0]).view(1, 3, 1, 1)
    rgb = lab_to_rgb(fit_gamut(lab))
    assert min(float(rgb.min()), float(1 - rgb.max())) == pytest.approx(0, abs=2e-3)


def test_colours_inside_the_gamut_are_left_alone(colours: Tensor) -> None:
    lab = rgb_to_lab(colours)
    assert torch.equal(fit_gamut(lab), lab)


def test_joining_keeps_lightness_where_clipping_would_change_it() -> None:
    lightness, ab = torch.full((1, 1, 4, 4), 80.0), torch.full((1, 2, 4, 4), 100.0)
    joined = rgb_to_lab(join(lightness, ab))[:, :1]
    clipped = rgb_to_lab(lab_to_rgb(torch.cat([lightness, ab], dim=1)).clamp(0, 1))[:, :1]
    assert (joined - lightness).abs().max() < 0.05
    assert (clipped - lightness).abs().max() > 5
