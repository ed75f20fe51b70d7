"""What sets of photos come to, from the means of their rows; and the list of all those numbers."""

from dataclasses import dataclass
from math import inf

import torch
from torch import Tensor

from generator.metrics.measures import distance
from generator.metrics.rows import Rows

LEAST_SPREAD = 1e-3  # of the truth's mean ab: below, there is one photo only and rounding


@dataclass(frozen=True)
class Metric:
    """A number of `summarize`. truth: what the photos themselves score; None where that is measured."""

    name: str
    title: str
    digits: int
    truth: float | None


METRICS = (
    Metric("colourfulness", "colourfulness", 1, None),
    Metric("colourfulness_ratio", "colourfulness / truth's", 3, 1),
    Metric("chroma_histogram_distance", "chroma-histogram distance", 3, 0),
    Metric("ab_histogram_distance", "ab-histogram distance", 3, 0),
    Metric("ab_variation_ratio", "total variation of ab / truth's", 3, 1),
    Metric("ab_spread_ratio", "spread of mean ab between photos / truth's", 3, 1),
    Metric("out_of_gamut", "share of pixels out of gamut", 4, 0),
    Metric("ab_error", "ab error", 2, 0),
    Metric("huber", "Huber", 4, 0),
    Metric("delta_e", "ΔE00", 2, 0),
    Metric("psnr", "PSNR, dB", 2, inf),
    Metric("selection_score", "selection score", 3, 0),
)


def summarize(means: Rows) -> dict[str, Tensor]:
    """The numbers (sets,) of sets of photos, from the means (sets, …) of the rows of their photos.

    Beside a number, `_grey` is that of grey images and `_truth` that of the photos themselves. Distances are between
    histograms of all pixels together. A ratio is to the truth's mean, and not a number where no photo has a colour.

        huber, ab_error, psnr, delta_e      against the photo
        colourfulness, colourfulness_ratio  mean of the images, and its ratio to the truth's
        ab_histogram_distance               0: the truth's colours in the truth's shares; 1: none of its colours
        chroma_histogram_distance           the same of chroma: whether colours are as strong as the truth's
        ab_variation_ratio                  below 1: smoother than the truth; well above: patches
        ab_spread_ratio                     how far the mean colours of photos lie apart; 0: all have the same
                                            tint; not a number for a single photo
        out_of_gamut                        share of pixels whose colour sRGB lacks, before it is made to fit
        selection_score                     chooses checkpoints, least is best: how far colourfulness_ratio is
                                            from 1, plus chroma_histogram_distance
    """
    numbers = {"colourfulness_truth": means["colourfulness_truth"]}
    for of in ("", "_grey"):
        for name in ("huber", "ab_error", "psnr", "delta_e", "out_of_gamut", "colourfulness"):
            numbers[f"{name}{of}"] = means[f"{name}{of}"]
        for name in ("colourfulness", "ab_variation"):
            numbers[f"{name}_ratio{of}"] = means[f"{name}{of}"] / means[f"{name}_truth"]
        spread, truth = _spread(means, of), _spread(means, "_truth")
        numbers[f"ab_spread_ratio{of}"] = torch.where(truth > LEAST_SPREAD, spread / truth, torch.nan)
        for name in ("ab_histogram", "chroma_histogram"):
            numbers[f"{name}_distance{of}"] = distance(means[f"{name}{of}"], means[f"{name}_truth"])
        off = (numbers[f"colourfulness_ratio{of}"] - 1).abs()
        numbers[f"selection_score{of}"] = off + numbers[f"chroma_histogram_distance{of}"]
    return numbers


def _spread(means: Rows, of: str) -> Tensor:
    """Standard deviation (sets,) of the photos' mean a* and b*, as a distance in their plane."""
    variance = means[f"ab_mean_squared{of}"] - means[f"ab_mean{of}"] ** 2
    return variance.sum(dim=-1).clamp(min=0).sqrt()
