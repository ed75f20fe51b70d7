"""The machine observer's network: which of two colourings of one picture is the real one?"""

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.networks.options import Options

CHANNELS = 3  # L*, a* and b*
GROUPS = 8  # of the normalisation: batch norm would let a picture be judged by the others of its batch
USUAL_AB = 25.0  # what most colours of photos stay below


@dataclass(frozen=True)
class ObserverOptions(Options):
    """Raises ValueError for a network that cannot be.

    channels: widths of its convolutions; all but the last halve the size. Few, because it learns from some hundred
        photos in seconds, and wider ones only learned them by heart.
    """

    kind: ClassVar[str] = "observer"

    channels: tuple[int, ...] = (16, 32, 64)

    def __post_init__(self) -> None:
        if not self.channels or min(self.channels) < 1 or any(width % GROUPS for width in self.channels):
            raise ValueError(f"channels is {self.channels}; it must be multiples of {GROUPS}.")


class Observer(nn.Module):
    """L* (B, 1, H, W) and two ab (B, 2, H, W) for it to the logit (B,) that the first is the real one.

    One scorer sees both: exchanging them changes the sign of the logit and nothing else, so no order is preferred.
    """

    def __init__(self, options: ObserverOptions) -> None:
        super().__init__()
        self.options = options
        layers: list[nn.Module] = []
        inputs = (2 * CHANNELS, *options.channels)
        for number, (channels, width) in enumerate(zip(inputs, options.channels, strict=False), start=1):
            stride = 1 if number == len(options.channels) else 2
            layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.GroupNorm(GROUPS, width), nn.SiLU()]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(options.channels[-1], 1, bias=False)  # a bias would cancel in the difference

    def forward(self, lightness: Tensor, first: Tensor, second: Tensor) -> Tensor:
        return self._score(lightness, first) - self._score(lightness, second)  # (B,)

    def _score(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """How real each picture looks by itself (B,), on a scale that has no zero."""
        picture = torch.cat([lightness / 50 - 1, ab / USUAL_AB], dim=1)  # (B, 3, H, W)
        # Wrong colour shows where its edges are not those of the light; given the edges, few photos teach that.
        features = self.layers(torch.cat([picture, 2 * _edges(picture)], dim=1))  # (B, C, h, w) from (B, 6, H, W)
        score: Tensor = self.head(features.mean(dim=(2, 3)))  # (B, 1)
        return score[:, 0]


def _edges(picture: Tensor) -> Tensor:
    """How far each pixel (B, C, H, W) is from its neighbours to the right and below, of the same shape."""
    right = F.pad((picture[..., 1:] - picture[..., :-1]).abs(), (0, 1))
    below = F.pad((picture[..., 1:, :] - picture[..., :-1, :]).abs(), (0, 0, 0, 1))
    return right + below
