"""The pixel loss: Huber, where rare colours may count more."""

import torch
from torch import Tensor

from generator.ab import BINS, bins, huber_errors
from generator.lab import rgb_to_lab

HEAVIEST = 5.0  # times the mean weight
PHOTOS_AT_ONCE = 256


def huber(made: Tensor, real: Tensor, knee: float, weights: Tensor | None = None) -> Tensor:
    """The mean Huber loss of ab (B, 2, H, W) in units of 110, weighted by real colour where weights are given."""
    loss = huber_errors(made, real, knee)
    if weights is not None:
        loss = loss * weights[bins(real)][:, None]
    return loss.mean()


def colour_weights(photos: list[Tensor], rebalance: float) -> Tensor:
    """The weight (BINS²,) of each bin of ab, so that rare colours are not drowned: after Zhang et al. 2016, equation 4.

    photos: sets of uint8 (N, 3, S, S). Weights are 1 / ((1 - lambda) p + lambda / Q) for lambda = 1 - rebalance,
    divided by their mean over pixels, at most HEAVIEST.

    Theirs differ: their p are shares in ImageNet smoothed by a Gaussian, and ours those of the photos as they are;
    their Q bins are all that sRGB has, and ours those in which a pixel lies. The limit is ours, for without smoothing a
    bin of a few pixels would weigh more than all others; it makes the mean weight a little less than one.
    """
    counts = torch.zeros(BINS**2)
    for pixels in (some for one_set in photos for some in torch.split(one_set, PHOTOS_AT_ONCE)):
        ab = rgb_to_lab(pixels[:, :, ::2, ::2].float() / 255)[:, 1:]
        counts += torch.bincount(bins(ab).flatten().cpu(), minlength=BINS**2)
    share = counts / counts.sum()
    used = (share > 0).sum()
    weights = torch.where(share > 0, 1 / (rebalance * share + (1 - rebalance) / used), 0.0)
    return (weights / (weights * share).sum()).clamp(max=HEAVIEST)
