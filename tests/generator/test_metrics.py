"""What is measured on single photos, on pictures whose numbers are known by hand or by scikit-image."""

import numpy as np
import pytest
import skimage.metrics
import torch
from torch import Tensor

from generator.colorizer import to_tensor
from generator.lab import rgb_to_lab
from generator.metrics import measures
from tests.generator.photos import astronaut, coffee


def plain(*colours: tuple[float, ...]) -> Tensor:
    """An image of 8 x 8 pixels for each colour."""
    return torch.tensor(colours, dtype=torch.float32)[:, :, None, None].expand(-1, -1, 8, 8)


def test_grey_has_no_colourfulness_and_pure_red_the_known_one() -> None:
    known = 0.3 * (255**2 + 127.5**2) ** 0.5  # no spread, only the means of rg and yb
    values = measures.colourfulness(plain((1, 0, 0), (0.3, 0.3, 0.3)))
    assert values.tolist() == pytest.approx([known, 0], abs=1e-3)


def test_colourfulness_keeps_the_signs_of_opposite_colours() -> None:
    red_and_green = torch.cat([plain((1, 0, 0)), plain((0, 1, 0))], dim=-1)
    known = 255 + 0.3 * 127.5  # rg is 255 and -255: all spread and no mean; yb is 127.5 everywhere
    assert float(measures.colourfulness(red_and_green)) == pytest.approx(known, rel=1e-4)


def test_errors_are_means_of_known_distances() -> None:
    three_four, none = plain((3, 4), (0, 0)), plain((0, 0), (0, 0))
    assert measures.ab_error(three_four, none).tolist() == [5, 0]
    known = ((3 - 0.5) + (4 - 0.5)) / 2 / 110  # linear above one unit
    assert measures.huber(three_four, none).tolist() == pytest.approx([known, 0])
    within = 0.5 * 0.6**2 / 110  # quadratic below
    assert float(measures.huber(plain((0.6, 0.6)), plain((0, 0)))) == pytest.approx(within)


def test_psnr_is_that_of_scikit_image_and_never_infinite() -> None:
    photo, other = coffee()[:90, :90], astronaut()[:90, :90]
    values = measures.psnr(to_tensor([photo, photo]), to_tensor([other, photo]))
    assert float(values[0]) == pytest.approx(skimage.metrics.peak_signal_noise_ratio(other, photo), abs=1e-3)
    assert float(values[1]) == pytest.approx(58.92, abs=0.01)


def test_variation_is_what_neighbours_differ_by() -> None:
    stripes = torch.tensor([0.0, 10]).repeat(4).expand(1, 2, 8, 8)
    assert float(measures.ab_variation(stripes)) == 10
    assert float(measures.ab_variation(stripes.mT)) == 10
    assert float(measures.ab_variation(plain((40, 40)))) == 0


def test_an_ab_histogram_is_of_each_photos_shares() -> None:
    ab = torch.tensor([[-110.0, -110], [110, 110], [6, 6], [14, 14]]).T.reshape(1, 2, 2, 2)
    histograms = measures.ab_histogram(torch.cat([ab, torch.zeros_like(ab)]))
    assert sorted(histograms[0][histograms[0] > 0].tolist()) == [0.25, 0.25, 0.5]
    assert histograms[1].max() == 1


def test_near_grey_shares_the_bin_of_grey() -> None:
    near, grey = plain((0.1, -0.1), (-4.9, 4.9)), plain((0, 0), (0, 0))
    assert torch.equal(measures.ab_histogram(near), measures.ab_histogram(grey))


def test_a_chroma_histogram_knows_how_strong_a_colour_is_and_not_which() -> None:
    strong = measures.chroma_histogram(plain((30, 40), (-50, 0), (500, 0)))
    assert strong[0].argmax() == strong[1].argmax() == 10
    assert strong[2].argmax() == measures.CHROMA_BINS - 1
    assert strong.sum(dim=1).tolist() == [1, 1, 1]


def test_every_colour_of_srgb_has_a_bin_of_its_own_chroma() -> None:
    corners = torch.tensor(np.indices((2, 2, 2)).reshape(3, -1).T, dtype=torch.float32)[:, :, None, None]
    assert rgb_to_lab(corners)[:, 1:].norm(dim=1).max() < measures.CHROMA_BINS * measures.CHROMA_BIN


def test_the_distance_is_the_share_that_would_have_to_move() -> None:
    shares = torch.tensor([0.5, 0.5, 0])
    assert float(measures.distance(shares, shares)) == 0
    assert float(measures.distance(shares, torch.tensor([0.5, 0.2, 0.3]))) == pytest.approx(0.3)
    assert float(measures.distance(shares, torch.tensor([0, 0, 1.0]))) == 1
