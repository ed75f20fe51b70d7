"""Colours in the plane of a* and b*, for whoever learns from them or measures them: bins, and errors."""

import torch.nn.functional as F
from torch import Tensor

from generator.networks.blocks import AB_RANGE

BIN = 10.0  # side of a bin in units of a* and b*, as in Zhang et al. 2016
BINS = int(2 * AB_RANGE / BIN) + 1  # along each side of the plane


def bins(ab: Tensor) -> Tensor:
    """(B, H, W) numbers in 0..BINS² - 1 of the bins in which ab (B, 2, H, W) lies.

    The bins lie around multiples of ten, so that grey is inside one, not where four meet.
    """
    a, b = ((ab + AB_RANGE) / BIN).round().long().clamp(0, BINS - 1).unbind(dim=1)
    return a * BINS + b


def huber_errors(made: Tensor, real: Tensor, knee: float) -> Tensor:
    """The Huber loss (Huber 1964) of each value of ab (B, 2, H, W), in units of 110 and of the same shape.

    knee: the error in units of a* and b* up to which it is half a square, and from which it grows as a line.
    """
    return F.smooth_l1_loss(made / AB_RANGE, real / AB_RANGE, beta=knee / AB_RANGE, reduction="none")
