"""Parts that several networks share."""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

AB_RANGE = 110.0  # sRGB spans a* -86..98 and b* -108..95
STRIDE = 32  # of every generator: heights and widths must be multiples of it

Module = TypeVar("Module", bound=nn.Module)


def convolution(channels: int, width: int, kernel: int) -> nn.Sequential:
    """A convolution that keeps the size, batch normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels, width, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    )


class UpBlock(nn.Module):
    """Nearest x2 upsampling and a 3 x 3 convolution, which leave no checkerboard as transposed ones do.

    lateral: channels of the encoder's features of the doubled size that are joined to it; 0 for none.
    """

    def __init__(self, channels: int, lateral: int, width: int) -> None:
        super().__init__()
        # Brought to the block's width first, so that a ResNet-50's many channels do not cost more than all the rest.
        self.lateral = convolution(lateral, width, kernel=1) if lateral else None
        self.convolution = convolution(channels + (width if lateral else 0), width, kernel=3)

    def forward(self, x: Tensor, features: Tensor | None) -> Tensor:
        x = F.interpolate(x, scale_factor=2.0, mode="nearest")  # (B, channels, 2h, 2w)
        if self.lateral is not None and features is not None:
            x = torch.cat([x, self.lateral(features)], dim=1)  # (B, channels + width, 2h, 2w)
        wider: Tensor = self.convolution(x)  # (B, width, 2h, 2w)
        return wider


def grey_exit(channels: int) -> nn.Conv2d:
    """The last convolution, to two channels. It starts at zero: an untrained generator gives grey."""
    last = nn.Conv2d(channels, 2, kernel_size=3, padding=1)
    for parameter in last.parameters():
        nn.init.zeros_(parameter)
    return last


def to_ab(raw: Tensor) -> Tensor:
    """Any numbers (B, 2, H, W) to a* and b* in -110..110."""
    return torch.tanh(raw.float()) * AB_RANGE


def place(module: Module, device: torch.device | str) -> Module:
    """The module on `device` with its weights laid out as convolutions in half precision like them best."""
    return module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def check_size(size: int) -> None:
    """Raises ValueError for a size that no generator can be trained at."""
    if size < STRIDE or size % STRIDE:
        raise ValueError(f"size is {size}; it must be a multiple of {STRIDE}.")
