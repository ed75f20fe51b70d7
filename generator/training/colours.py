"""The pixel loss: Huber, where rare colours may count more."""

import torch
import torch.nn.functional as F
from torch import Tensor

from generator.lab import rgb_to_lab
from generator.networks.blocks import AB_RANGE

BIN = 10.0  # side of a bin in units of a* and b*; grey lies in the middle of one, not where four meet
BINS = int(2 * AB_RANGE / BIN) + 1
HEAVIEST = 5.0  # times the mean weight
PHOTOS_AT_ONCE = 256


def huber(made: Tensor, real: Tensor, knee: float, weights: Tensor | None = None) -> Tensor:
    """The mean Huber loss of ab (B, 2, H, W) in units of 110, weighted by real colour where weights are given."""
    loss = F.smooth_l1_loss(made / AB_RANGE, real / AB_RANGE, beta=knee / AB_RANGE, reduction="none")
    if weights is not None:
        loss = loss * weights[_bins(real)][:, None]
    return loss.mean()


def colour_weights(photos: list[Tensor], rebalance: float) -> Tensor:
    """The weight (BINS²,) of each bin of ab, so that rare colours are not drowned: Zhang et al. 2016, equation 4.

    photos: sets of uint8 (N, 3, S, S). Weights are 1 / ((1 - lambda) p + lambda / Q) for lambda = 1 - rebalance,
    divided by their mean over pixels, at most HEAVIEST.
    """
    counts = torch.zeros(BINS**2)
    for pixels in (some for one_set in photos for some in torch.split(one_set, PHOTOS_AT_ONCE)):
        ab = rgb_to_lab(pixels[:, :, ::2, ::2].float() / 255)[:, 1:]
        counts += torch.bincount(_bins(ab).flatten().cpu(), minlength=BINS**2)
    share = counts / counts.sum()
    used = (share > 0).sum()
    weights = torch.where(share > 0, 1 / (rebalance * share + (1 - rebalance) / used), 0.0)
    return (weights / (weights * share).sum()).clamp(max=HEAVIEST)


def _bins(ab: Tensor) -> Tensor:
    """(B, H, W) numbers of bins for ab (B, 2, H, W)."""
    a, b = ((ab + AB_RANGE) / BIN).round().long().clamp(0, BINS - 1).unbind(dim=1)
    return a * BINS + b
