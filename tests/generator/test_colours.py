"""The pixel loss and its weights for rare colours."""

import pytest
import torch

from generator.ab import BINS
from generator.training.colours import HEAVIEST, colour_weights, huber


def flat(rgb: tuple[int, int, int], count: int) -> torch.Tensor:
    return torch.tensor(rgb, dtype=torch.uint8).view(1, 3, 1, 1).expand(count, 3, 8, 8).contiguous()


def test_huber_is_half_a_square_below_its_knee_and_a_line_above() -> None:
    real = torch.zeros(1, 2, 4, 4)
    assert float(huber(real + 55, real, knee=110)) == pytest.approx(0.5**2 / 2)
    assert float(huber(real + 55, real, knee=1)) == pytest.approx(0.5 - 0.5 / 110)


def test_rare_colours_weigh_more_and_the_mean_pixel_weighs_one() -> None:
    sets = [torch.cat([flat((128, 128, 128), 9), flat((200, 40, 40), 1)])]
    weights = colour_weights(sets, rebalance=0.5)
    used = weights[weights > 0]
    assert len(used) == 2
    common, rare = float(used.min()), float(used.max())
    # p is 0.9 and 0.1, Q is 2: 1 / (0.45 + 0.25) and 1 / (0.05 + 0.25), over their mean over pixels
    mean = 0.9 / 0.7 + 0.1 / 0.3
    assert (common, rare) == pytest.approx((1 / 0.7 / mean, 1 / 0.3 / mean), rel=1e-4)


def test_no_colour_weighs_more_than_the_heaviest() -> None:
    sets = [torch.cat([flat((128, 128, 128), 600), flat((250, 0, 0), 1)])]
    assert float(colour_weights(sets, rebalance=0.9).max()) <= HEAVIEST


def test_weights_belong_to_the_real_colours_not_to_the_made_ones() -> None:
    weights = torch.zeros(BINS**2)
    weights[(BINS // 2) * BINS + BINS // 2] = 3.0  # of grey
    real, made = torch.zeros(1, 2, 4, 4), torch.full((1, 2, 4, 4), 60.0)
    assert float(huber(made, real, 1.0, weights)) == pytest.approx(3 * float(huber(made, real, 1.0)))
    assert float(huber(real, made, 1.0, weights)) == 0
