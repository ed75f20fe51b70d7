"""What is measured on each photo: one row, from which the numbers of any set of photos follow."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from tqdm import tqdm

from generator.colorizer import Colorizer, Photo, batches_of_one_size, to_arrays, to_tensor
from generator.lab import grey_image, join, rgb_to_lab, share_out_of_gamut
from generator.metrics import measures
from generator.metrics.ciede2000 import delta_e

Rows = Mapping[str, Tensor]  # of photos or of sets of them: (rows,) values or (rows, bins) shares, float64 on the CPU


@torch.inference_mode()
def measure(colorizer: Colorizer, photos: Sequence[Photo], progress: bool = False) -> dict[str, Tensor]:
    """One row for each photo (H, W, 3) uint8, a batch at a time. `_grey` and `_truth` name what is measured on grey
    images and on the photos themselves. Raises ValueError without photos, OutOfMemory where one is too many.
    """
    if not photos:
        raise ValueError("There are no photos to evaluate on.")
    batches: list[dict[str, Tensor]] = []
    with tqdm(total=len(photos), desc="measuring", unit=" photos", mininterval=5, disable=not progress) as bar:
        for places in batches_of_one_size(photos, colorizer.batch):
            some = [photos[place] for place in places]
            batches += colorizer.as_memory_allows(lambda batch: _measure(colorizer, to_tensor(batch)), some)
            bar.update(len(places))
    return {name: torch.cat([batch[name].double().cpu() for batch in batches]) for name in batches[0]}


def _measure(colorizer: Colorizer, photos: Tensor) -> dict[str, Tensor]:
    """For sRGB (B, 3, H, W) in 0..1."""
    raw = colorizer.predict(photos)
    photos = photos.to(raw.device)
    truth = rgb_to_lab(photos)
    colourless = torch.cat([truth[:, :1], torch.zeros_like(truth[:, 1:])], dim=1)
    predicted = _as_shown(join(raw[:, :1], raw[:, 1:]))
    grey = _as_shown(grey_image(truth[:, :1]))
    rows = {f"{name}_truth": values for name, values in _alone(photos, truth).items()}
    for of, unfitted, rgb in (("", raw, predicted), ("_grey", colourless, grey)):
        lab = rgb_to_lab(rgb)
        rows[f"out_of_gamut{of}"] = torch.tensor([share_out_of_gamut(one[None]) for one in unfitted])
        rows |= {f"{name}{of}": values for name, values in _alone(rgb, lab).items()}
        rows |= {f"{name}{of}": values for name, values in _against(rgb, lab, photos, truth).items()}
    return rows


def _alone(rgb: Tensor, lab: Tensor) -> dict[str, Tensor]:
    """What is measured on an image without its photo."""
    ab = lab[:, 1:]
    return {
        "colourfulness": measures.colourfulness(rgb),
        "ab_variation": measures.ab_variation(ab),
        "ab_mean": measures.ab_mean(ab),
        "ab_mean_squared": measures.ab_mean(ab).double() ** 2,  # less the square of the mean, which is nearly as much
        "ab_histogram": measures.ab_histogram(ab),
        "chroma_histogram": measures.chroma_histogram(ab),
    }


def _against(rgb: Tensor, lab: Tensor, photos: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """What is measured on an image beside its photo."""
    return {
        "huber": measures.huber(lab[:, 1:], truth[:, 1:]),
        "ab_error": measures.ab_error(lab[:, 1:], truth[:, 1:]),
        "psnr": measures.psnr(rgb, photos),
        "delta_e": delta_e(lab, truth).flatten(1).mean(dim=1),
    }


def _as_shown(rgb: Tensor) -> Tensor:
    """Rounded to eight bits, as the images that people see."""
    return to_tensor(to_arrays(rgb)).to(rgb.device)
