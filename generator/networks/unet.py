"""The U-Net that the thesis tried first, trained from scratch (Ronneberger et al. 2015)."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from generator.networks.blocks import UpBlock, check_size, convolution, grey_exit, to_ab
from generator.networks.options import Options


@dataclass(frozen=True)
class UNetOptions(Options):
    """Raises ValueError for a network that cannot be.

    channels: widths at the size of the input and after each of five halvings.
    size: the network sees photos of about size x size pixels; the size it was trained at looks best.
    """

    kind: ClassVar[str] = "unet"

    channels: tuple[int, ...] = (32, 64, 128, 256, 512, 512)
    size: int = 256

    def __post_init__(self) -> None:
        if len(self.channels) != 6 or min(self.channels) < 1:
            raise ValueError(f"channels is {self.channels}; it must be six positive numbers.")
        check_size(self.size)


class UNet(nn.Module):
    """L* (B, 1, H, W) in 0..100 to ab (B, 2, H, W) in -110..110; H and W are multiples of 32."""

    def __init__(self, options: UNetOptions) -> None:
        super().__init__()
        self.options = options
        self.encoder = ContractingPath(options.channels)
        self.decoder = ExpandingPath(options.channels)

    def forward(self, lightness: Tensor) -> Tensor:
        features = self.encoder(lightness / 50 - 1)  # six of (B, C, h, w), from H, W down to H/32, W/32
        return to_ab(self.decoder(features))  # (B, 2, H, W)


class ContractingPath(nn.Module):
    """An image (B, 1, H, W) to features at six sizes, finest first."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.entry = convolution(1, channels[0], kernel=3)
        self.halvings = nn.ModuleList(
            nn.Sequential(nn.MaxPool2d(2), convolution(finer, wider, kernel=3), convolution(wider, wider, kernel=3))
            for finer, wider in zip(channels, channels[1:], strict=False)
        )

    def forward(self, image: Tensor) -> list[Tensor]:
        features = [self.entry(image)]  # (B, C, H, W)
        for halving in self.halvings:
            features.append(halving(features[-1]))  # half as high and wide
        return features


class ExpandingPath(nn.Module):
    """Features at six sizes, each joined on the way up, to two channels at the size of the image."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        upwards = channels[::-1]
        self.blocks = nn.ModuleList(
            UpBlock(deeper, finer, finer) for deeper, finer in zip(upwards, upwards[1:], strict=False)
        )
        self.exit = grey_exit(channels[0])

    def forward(self, features: list[Tensor]) -> Tensor:
        x = features[-1]  # (B, C, H/32, W/32)
        for block, finer in zip(self.blocks, reversed(features[:-1]), strict=True):
            x = block(x, finer)  # twice as high and wide
        ab: Tensor = self.exit(x)  # (B, 2, H, W)
        return ab
