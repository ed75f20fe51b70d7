"""Which photos are the same one: in another size, saved again, a little darker, or mirrored.

Two collections can hold the same photo under other names and in other files. Learned from in one and measured on in the
other it is no photo that a network never saw. Overlapping windows of one scene are not recognised.
"""

from collections.abc import Sequence

import torch
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from generator.colorizer import Photo, shrink, to_tensor
from generator.lab import rgb_to_lab

SIDE = 8  # pixels of a thumbnail
# Mean difference of two thumbnails, in units of Lab, up to which they show one photo. The copies that Tiny-ImageNet has
# of photos of ImageNet differ by 0.7 to 1.6, the most alike of 14 million other pairs by 2.7.
ALIKE = 2.0
AT_ONCE = 256


def thumbnails(lab: Tensor) -> Tensor:
    """(N, 3, 8, 8) of photos in CIELab (N, 3, H, W)."""
    return shrink(lab, (SIDE, SIDE))


def thumbnails_of(photos: Sequence[Photo]) -> Tensor:
    """(N, 3, 8, 8) of photos (H, W, 3) uint8, all of one size."""
    some = (photos[start : start + AT_ONCE] for start in range(0, len(photos), AT_ONCE))
    return torch.cat([thumbnails(rgb_to_lab(to_tensor(batch))) for batch in some])


def difference(thumbnails: Tensor, others: Tensor) -> Tensor:
    """(N, M) between (N, 3, 8, 8) and (M, 3, 8, 8), in Lab: the mean one, mirrored where that is less."""
    flat = others.flatten(1)
    ways = (thumbnails.flatten(1), thumbnails.flip(-1).flatten(1))
    straight, mirrored = (torch.cdist(way, flat, p=1) / flat.shape[1] for way in ways)
    return torch.minimum(straight, mirrored)


def which_photo(thumbnails: Tensor) -> Tensor:
    """A number (N,) for each photo, from 0 on, the same for copies of one, and for copies of those."""
    alike = difference(thumbnails, thumbnails) < ALIKE
    return torch.from_numpy(connected_components(alike.numpy(), directed=False)[1])
