"""Random crops of photos, made where the photos are: the whole set stays on the device as uint8."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Crops:
    """How crops are drawn: their side in pixels, and the least share of a photo's side that one spans."""

    size: int
    smallest: float

    def plan(self, count: int, random: torch.Generator) -> Tensor:
        """Where `count` crops lie in their photos, as affine maps (count, 2, 3); half of them are mirrored."""
        span = self.smallest + (1 - self.smallest) * torch.rand(count, generator=random)
        shift = (1 - span)[:, None] * (torch.rand(count, 2, generator=random) * 2 - 1)
        flip = torch.randint(2, (count,), generator=random) * 2.0 - 1
        maps = torch.zeros(count, 2, 3)
        maps[:, 0, 0], maps[:, 1, 1], maps[:, :, 2] = span * flip, span, shift
        return maps

    def cut(self, photos: Tensor, maps: Tensor) -> Tensor:
        """One crop (B, C, size, size) in 0..1 from each uint8 photo (B, C, S, S).

        A crop of a larger photo is drawn finer and averaged: each pixel is the mean of those it covers, as in
        inference; points picked from among them would be sharper than anything that the network meets there.
        """
        finer = ceil(photos.shape[-1] / self.size)
        side = self.size * finer
        grid = F.affine_grid(maps.to(photos.device), [len(photos), photos.shape[1], side, side], align_corners=False)
        fine = F.grid_sample(photos.float() / 255, grid, "bilinear", "reflection", align_corners=False)
        return F.avg_pool2d(fine, finer)

    def draw(self, photos: Tensor, random: torch.Generator) -> Tensor:
        """A random crop (B, C, size, size) in 0..1 of each uint8 photo (B, C, S, S), on the device of the photos."""
        return self.cut(photos, self.plan(len(photos), random))


class Batches:
    """Endless batches of random crops, in which every photo of all sets is as likely as any other.

    One of `count` processes takes every count-th crop of each batch: together they see what one alone would.
    """

    def __init__(self, sets: Sequence[Tensor], random: torch.Generator, rank: int = 0, count: int = 1) -> None:
        self.sets = sets
        self.starts = torch.tensor([0, *[len(photos) for photos in sets]]).cumsum(0)
        self.random = random
        self.mine = slice(rank, None, count)

    def draw(self, batch: int, crops: Crops) -> Tensor:
        """This process' share of a batch: sRGB (batch / count, 3, size, size) in 0..1."""
        places = torch.randint(int(self.starts[-1]), (batch,), generator=self.random)[self.mine]
        maps = crops.plan(batch, self.random)[self.mine]
        drawn = torch.empty(len(places), 3, crops.size, crops.size, device=self.sets[0].device)
        for photos, start in zip(self.sets, self.starts.tolist(), strict=False):
            wanted = ((places >= start) & (places < start + len(photos))).nonzero()[:, 0]
            if not len(wanted):
                continue
            chosen = photos[(places[wanted] - start).to(photos.device)]
            drawn[wanted.to(photos.device)] = crops.cut(chosen, maps[wanted])
        return drawn
