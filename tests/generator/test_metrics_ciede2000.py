"""Differences of colours against the paper's own table, and against scikit-image on whole photos."""

import numpy as np
import pytest
import skimage.color
import torch

from generator.colorizer import to_tensor
from generator.lab import rgb_to_lab
from generator.metrics.ciede2000 import delta_e
from tests.generator.photos import astronaut, coffee

# Sharma, Wu and Dalal 2005, table 1: pairs 1, 4, 7, 9, 11, 13, 15, 17, 20, 25, 33 and 34.
SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, -0.001, 2.49), (50, 0.0009, -2.49), 4.8045),
    ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "known"), SHARMA)
def test_the_pairs_of_the_paper_differ_as_its_table_says(
    one: tuple[float, ...], other: tuple[float, ...], known: float
) -> None:
    pixels = [torch.tensor(lab, dtype=torch.float64).view(1, 3, 1, 1) for lab in (one, other)]
    assert float(delta_e(*pixels)) == pytest.approx(known, abs=5e-5)
    assert float(delta_e(*reversed(pixels))) == pytest.approx(known, abs=5e-5)


def test_photos_differ_as_scikit_image_says() -> None:
    lab, other = (rgb_to_lab(to_tensor([photo[:300, :300]])) for photo in (coffee(), astronaut()))
    theirs = skimage.color.deltaE_ciede2000(*(image[0].movedim(0, -1).double().numpy() for image in (lab, other)))
    np.testing.assert_allclose(delta_e(lab, other)[0].numpy(), theirs, atol=1e-3)


def test_nothing_differs_from_itself() -> None:
    lab = rgb_to_lab(to_tensor([coffee(), np.zeros_like(coffee())]))
    assert torch.equal(delta_e(lab, lab), torch.zeros(2, *coffee().shape[:2]))
