"""The thesis' generator: a ResNet encoder, and a decoder of upsampling and convolutions."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from generator.networks.blocks import UpBlock, check_size, convolution, grey_exit, to_ab
from generator.networks.encoders import ENCODER_CHANNELS, Encoder, check_encoder
from generator.networks.options import Options


@dataclass(frozen=True)
class ResNetOptions(Options):
    """Raises ValueError for a network that cannot be.

    encoder: the thesis uses ResNet-50, and names ResNet-18 as what to try against overfitting.
    decoder_channels: one width for each doubling of the size; five bring the colours to the size of the input.
        Slim, because most photos show few colour edges and the weights must stay a small download.
    skips: False is the thesis. True joins each encoder stage to the decoder, which keeps colours inside their
        edges.
    size: the network sees photos of about size x size pixels; the size it was trained at looks best.
    dropout: the share of the deepest features left out at random in training, against overfitting.
    """

    kind: ClassVar[str] = "resnet"

    encoder: str = "resnet50"
    decoder_channels: tuple[int, ...] = (256, 128, 96, 64, 32)
    skips: bool = False
    dropout: float = 0.0
    size: int = 224

    def __post_init__(self) -> None:
        check_encoder(self.encoder)
        check_size(self.size)
        if len(self.decoder_channels) != 5 or min(self.decoder_channels) < 1:
            raise ValueError(f"decoder_channels is {self.decoder_channels}; it must be five positive numbers.")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}; it must be a share below one.")


class ResNetGenerator(nn.Module):
    """L* (B, 1, H, W) in 0..100 to ab (B, 2, H, W) in -110..110; H and W are multiples of 32."""

    def __init__(self, options: ResNetOptions) -> None:
        super().__init__()
        self.options = options
        self.encoder = Encoder(options.encoder)
        self.decoder = Decoder(options)

    def forward(self, lightness: Tensor) -> Tensor:
        stages = self.encoder(lightness)  # five of (B, C, h, w), from H/2, W/2 down to H/32, W/32
        return to_ab(self.decoder(stages))  # (B, 2, H, W)


class Decoder(nn.Module):
    """The encoder's stages to two channels at the size of the image."""

    def __init__(self, options: ResNetOptions) -> None:
        super().__init__()
        *finer, deepest = ENCODER_CHANNELS[options.encoder]
        widths = options.decoder_channels
        lateral = [*reversed(finer), 0] if options.skips else [0] * 5
        self.dropout = nn.Dropout2d(options.dropout)
        # A 1 x 1 convolution first: 3 x 3 on all the encoder's channels would cost more than the rest together.
        self.entry = convolution(deepest, widths[0], kernel=1)
        inputs = (widths[0], *widths[:-1])
        self.blocks = nn.ModuleList(UpBlock(*shape) for shape in zip(inputs, lateral, widths, strict=True))
        self.exit = grey_exit(widths[-1])

    def forward(self, stages: list[Tensor]) -> Tensor:
        finer = [*reversed(stages[:-1]), None]  # (B, C, H/16, W/16) up to (B, C, H/2, W/2); none at H, W
        x = self.entry(self.dropout(stages[-1]))  # (B, C, H/32, W/32)
        for block, features in zip(self.blocks, finer, strict=True):
            x = block(x, features)  # twice as high and wide
        ab: Tensor = self.exit(x)  # (B, 2, H, W)
        return ab
