"""Discriminators: are these colours real for this lightness?

A logit is that of being generated, as in the thesis, whose labels are low for real and high for generated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from generator.networks.blocks import AB_RANGE
from generator.networks.options import Options

KERNEL = 4  # of every convolution, as in Isola et al. 2017
GRID = 4  # places along each side of an image that the judgement of the whole image is made from


@dataclass(frozen=True)
class PatchOptions(Options):
    """One logit for each patch of 70 x 70 pixels (Isola et al. 2017, section 3.2.2).

    channels: widths of its four inner convolutions; the first three halve the size.
    """

    kind: ClassVar[str] = "patch"

    channels: tuple[int, ...] = (64, 128, 256, 512)

    def __post_init__(self) -> None:
        if len(self.channels) != 4 or min(self.channels) < 1:
            raise ValueError(f"channels is {self.channels}; it must be four positive numbers.")


@dataclass(frozen=True)
class SigmoidOptions(Options):
    """One logit for the whole image: what the thesis tried first.

    channels: widths of its convolutions, each of which halves the size; the last is also that of the hidden layer in
        which all places of the image meet. Without one, the judgement would be a mean of judgements of patches.
    """

    kind: ClassVar[str] = "sigmoid"

    channels: tuple[int, ...] = (64, 128, 256, 512, 512)

    def __post_init__(self) -> None:
        if not self.channels or min(self.channels) < 1:
            raise ValueError(f"channels is {self.channels}; it must be positive numbers.")


class PatchDiscriminator(nn.Module):
    """L* (B, 1, H, W) and ab (B, 2, H, W) to logits (B, 1, about H / 8, about W / 8)."""

    def __init__(self, options: PatchOptions) -> None:
        super().__init__()
        self.options = options
        *halving, last = options.channels
        layers = [*_convolutions([3, *halving], stride=2), *_convolutions([halving[-1], last], stride=1)]
        self.layers = nn.Sequential(*layers, spectral_norm(nn.Conv2d(last, 1, KERNEL, padding=1)))

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        logits: Tensor = self.layers(_joined(lightness, ab))  # (B, 1, about H/8, about W/8)
        return logits.float()


class SigmoidDiscriminator(nn.Module):
    """L* (B, 1, H, W) and ab (B, 2, H, W) to logits (B, 1)."""

    def __init__(self, options: SigmoidOptions) -> None:
        super().__init__()
        self.options = options
        self.layers = nn.Sequential(*_convolutions([3, *options.channels], stride=2))
        width = options.channels[-1]
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(GRID),
            nn.Flatten(),
            spectral_norm(nn.Linear(width * GRID**2, width)),
            nn.LeakyReLU(0.2, inplace=True),
            spectral_norm(nn.Linear(width, 1)),
        )

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        features = self.layers(_joined(lightness, ab))  # (B, C, h, w), of any size
        logits: Tensor = self.head(features)  # (B, 1)
        return logits.float()


def _convolutions(widths: list[int], stride: int) -> Iterator[nn.Module]:
    """Spectral norm keeps a discriminator from outrunning its generator; batch norm would let it see the batch."""
    for channels, width in zip(widths, widths[1:], strict=False):
        yield spectral_norm(nn.Conv2d(channels, width, KERNEL, stride=stride, padding=1))
        yield nn.LeakyReLU(0.2, inplace=True)


def _joined(lightness: Tensor, ab: Tensor) -> Tensor:
    """Lightness and colours, each about -1..1."""
    joined = torch.cat([lightness / 50 - 1, ab / AB_RANGE], dim=1)  # (B, 3, H, W)
    return joined.contiguous(memory_format=torch.channels_last)
