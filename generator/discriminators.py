"""What the generator is trained against."""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from generator.networks import AB_RANGE


class PatchDiscriminator(nn.Module):
    """PatchGAN of Isola et al. 2018: a score for each 70 x 70 patch, high for real colour.

    It sees lightness beside colour, so colour in the wrong place is as wrong as a wrong colour. Spectral norm
    instead of batch-norm: it keeps the game fair, and no statistics are shared between real and made halves.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        widths = (3, width, 2 * width, 4 * width, 8 * width)
        strides = (2, 2, 2, 1)
        layers: list[nn.Module] = []
        for channels, wider, stride in zip(widths, widths[1:], strides, strict=False):
            layers += [spectral_norm(nn.Conv2d(channels, wider, 4, stride, padding=1)), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, spectral_norm(nn.Conv2d(widths[-1], 1, 4, padding=1)))

    def forward(self, lightness: Tensor, ab: Tensor) -> Tensor:
        """Scores (B, 1, h, w) for L* (B, 1, H, W) and ab (B, 2, H, W), both in CIELab units."""
        seen = torch.cat([lightness / 50 - 1, ab / AB_RANGE], dim=1)
        scores: Tensor = self.layers(seen.contiguous(memory_format=torch.channels_last))
        return scores.float()
