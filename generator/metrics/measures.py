"""What can be measured on single photos. Every function gives one value, or one histogram, for each photo (B, …).

`ab` is (B, 2, H, W) in units of CIELab, `rgb` is sRGB (B, 3, H, W) in 0..1.
"""

import torch
from torch import Tensor

from generator.ab import BINS, bins, huber_errors

KNEE = 1.0  # unit of a* or b*
CHROMA_BIN = 5  # units of C*ab: a tint of ten is seen, so it must not share the bin of grey
CHROMA_BINS = 28  # sRGB reaches C*ab = 134
LEAST_ERROR = (1 / 255) ** 2 / 12  # of rounding to eight bits: a PSNR of 58.9 dB instead of infinity


def huber(ab: Tensor, truth: Tensor) -> Tensor:
    """Mean Huber loss of ab/110: quadratic below one unit of a* or b*, linear above."""
    return _mean(huber_errors(ab, truth, KNEE))


def ab_error(ab: Tensor, truth: Tensor) -> Tensor:
    """Mean distance in the plane of a* and b*."""
    return _mean((ab - truth).norm(dim=1))


def psnr(rgb: Tensor, truth: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in decibels, at most 58.9."""
    return -10 * _mean((rgb - truth) ** 2).clamp(min=LEAST_ERROR).log10()


def colourfulness(rgb: Tensor) -> Tensor:
    """Hasler and Suesstrunk 2003, signed, on the scale of 0..255: grey is 0, a very colourful photo above 80."""
    red, green, blue = (rgb * 255).flatten(2).unbind(dim=1)
    rg, yb = red - green, (red + green) / 2 - blue
    spread = (rg.var(dim=1, correction=0) + yb.var(dim=1, correction=0)).sqrt()
    return spread + 0.3 * (rg.mean(dim=1) ** 2 + yb.mean(dim=1) ** 2).sqrt()


def ab_variation(ab: Tensor) -> Tensor:
    """Mean absolute difference between neighbouring pixels, right and below: high for patchy colour."""
    return _mean(ab.diff(dim=-1).abs()) + _mean(ab.diff(dim=-2).abs())


def ab_mean(ab: Tensor) -> Tensor:
    """(B, 2) the mean a* and b*: whether an image as a whole is warm or cold, green or red."""
    return ab.mean(dim=(-2, -1))


def ab_histogram(ab: Tensor) -> Tensor:
    """The share of pixels in each of BINS x BINS bins of the plane of a* and b*, flat."""
    return _shares(bins(ab), BINS**2)


def chroma_histogram(ab: Tensor) -> Tensor:
    """The share of pixels in each of CHROMA_BINS bins of chroma C*ab; the first is all but grey."""
    return _shares((ab.norm(dim=1) / CHROMA_BIN).long().clamp(max=CHROMA_BINS - 1), CHROMA_BINS)


def distance(shares: Tensor, others: Tensor) -> Tensor:
    """Total variation distance of two histograms along the last dimension: 0 where they are equal, 1 where disjoint.

    Half the sum of absolute differences: the share of pixels whose bin would have to change.
    """
    return (shares - others).abs().sum(dim=-1) / 2


def _mean(values: Tensor) -> Tensor:
    return values.flatten(1).mean(dim=1)


def _shares(numbers: Tensor, count: int) -> Tensor:
    """(B, count) shares of the pixels (B, H, W), each the number of its bin."""
    first = torch.arange(len(numbers), device=numbers.device)[:, None] * count
    counts = torch.bincount((numbers.flatten(1) + first).flatten(), minlength=len(numbers) * count)
    return counts.view(len(numbers), count) / numbers[0].numel()
