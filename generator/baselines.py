"""Colorizations without learning, to compare with: no colour at all, and the colours of another photo."""

from collections.abc import Sequence

from generator.colorizer import BATCH, Photo, batches_of_one_size, shrink, to_arrays, to_tensor
from generator.lab import grey_image, join, rgb_to_lab


def grey(photos: Sequence[Photo]) -> list[Photo]:
    """Each photo (H, W, 3) uint8 with its own lightness and no colour."""
    greys: dict[int, Photo] = {}
    for places in batches_of_one_size(photos, BATCH):
        lightness = rgb_to_lab(to_tensor([photos[place] for place in places]))[:, :1]
        greys.update(zip(places, to_arrays(grey_image(lightness)), strict=True))
    return [greys[place] for place in range(len(photos))]


def random_colour(photos: Sequence[Photo], donors: Sequence[Photo]) -> list[Photo]:
    """Each photo with its own lightness and the colours of its donor, stretched to its size.

    The "Random" of Zhang et al. 2016: real colours in wrong places. One donor for each photo, never the photo
    itself. Raises ValueError where they do not match.
    """
    if len(photos) != len(donors):
        raise ValueError(f"{len(photos)} photos need as many donors, not {len(donors)}.")
    return [_with_colours_of(donor, photo) for photo, donor in zip(photos, donors, strict=True)]


def _with_colours_of(donor: Photo, photo: Photo) -> Photo:
    lightness = rgb_to_lab(to_tensor([photo]))[:, :1]
    height, width = photo.shape[:2]
    ab = shrink(rgb_to_lab(to_tensor([donor]))[:, 1:], (height, width))
    return to_arrays(join(lightness, ab))[0]
