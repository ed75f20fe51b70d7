"""Numbers about colorizations, each beside the truth's, because most of them reward grey when read alone."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from generator.colorizer import Colorizer, Photo, to_arrays, to_tensor
from generator.lab import join, rgb_to_lab
from generator.networks import AB_RANGE

HUBER_BETA = 1 / AB_RANGE  # one unit of a* or b*
AB_BIN = 10  # width of a histogram bin in units of a* and b*
AB_BINS = int(2 * AB_RANGE) // AB_BIN


def colourfulness(rgb: Tensor) -> Tensor:
    """Colourfulness (B,) of sRGB (B, 3, H, W) in 0..1: Hasler and Suesstrunk 2003, signed, on the scale of 0..255."""
    red, green, blue = (rgb * 255).flatten(2).unbind(dim=1)
    rg, yb = red - green, (red + green) / 2 - blue
    spread = (rg.var(dim=1, correction=0) + yb.var(dim=1, correction=0)).sqrt()
    return spread + 0.3 * (rg.mean(dim=1) ** 2 + yb.mean(dim=1) ** 2).sqrt()


def ab_histogram(ab: Tensor) -> Tensor:
    """The share of pixels in each of AB_BINS x AB_BINS bins, flat, for ab (B, 2, H, W)."""
    a, b = ((ab + AB_RANGE) / AB_BIN).long().clamp(0, AB_BINS - 1).unbind(dim=1)
    counts = torch.bincount((a * AB_BINS + b).flatten(), minlength=AB_BINS**2).float()
    return counts / counts.sum()


def ab_variation(ab: Tensor) -> Tensor:
    """Mean absolute difference between neighbouring pixels of ab (B, 2, H, W): high for patchy colour."""
    return ab.diff(dim=-1).abs().mean() + ab.diff(dim=-2).abs().mean()


def evaluate(colorizer: Colorizer, photos: Sequence[Photo]) -> dict[str, float]:
    """How the colorizer does on photos of one size; PSNR beside that of grey, which no honest method fears."""
    truth = to_tensor(photos)
    predicted = to_tensor(colorizer.colorize(photos))
    truth_lab, lab = rgb_to_lab(truth), rgb_to_lab(predicted)
    truth_ab, ab = truth_lab[:, 1:], lab[:, 1:]
    grey = to_tensor(to_arrays(join(truth_lab[:, :1], torch.zeros_like(truth_ab))))
    overlap = torch.minimum(ab_histogram(ab), ab_histogram(truth_ab)).sum()
    numbers = {
        "photos": len(photos),
        "huber": float(F.smooth_l1_loss(ab / AB_RANGE, truth_ab / AB_RANGE, beta=HUBER_BETA)),
        "huber_grey": float(F.smooth_l1_loss(truth_ab * 0, truth_ab / AB_RANGE, beta=HUBER_BETA)),
        "ab_error": float((ab - truth_ab).norm(dim=1).mean()),
        "ab_error_grey": float(truth_ab.norm(dim=1).mean()),
        "colourfulness": float(colourfulness(predicted).mean()),
        "colourfulness_truth": float(colourfulness(truth).mean()),
        "psnr": _psnr(predicted, truth),
        "psnr_grey": _psnr(grey, truth),
        "ab_histogram_overlap": float(overlap),
        "ab_variation_ratio": float(ab_variation(ab) / ab_variation(truth_ab)),
    }
    return {name: round(value, 4) for name, value in numbers.items()}


def _psnr(predicted: Tensor, truth: Tensor) -> float:
    """Mean over photos, in decibels."""
    return float((-10 * ((predicted - truth) ** 2).flatten(1).mean(dim=1).log10()).mean())
