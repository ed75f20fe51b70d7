"""The generator: lightness in, colours out. A ResNet encoder and a decoder of upsampling and convolutions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.torchvision_schemas import import_torchvision_models

Module = TypeVar("Module", bound=nn.Module)

AB_RANGE = 110.0  # sRGB spans a* -86..98 and b* -108..95
STRIDE = 32  # of the encoder: heights and widths must be multiples of it

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

# Channels after the stem and after each of the four stages, at strides 2, 4, 8, 16 and 32.
ENCODER_CHANNELS = {
    "resnet18": (64, 64, 128, 256, 512),
    "resnet50": (64, 256, 512, 1024, 2048),
}


@dataclass(frozen=True)
class NetworkOptions:
    """Everything that decides the shape of the network. Raises ValueError for a network that cannot be.

    encoder: the thesis uses ResNet-50, and names ResNet-18 as what to try against overfitting.
    decoder_channels: one width for each doubling of the size; five bring the colours to the size of the input.
        Slim, because most photos show few colour edges and the weights must stay a small download.
    skips: False is the thesis. True joins each encoder stage to the decoder, which keeps colours inside their
        edges and makes the network learnable without pretrained weights.
    size: the network sees photos of about size x size pixels; the size it was trained at looks best.
    """

    encoder: str = "resnet50"
    decoder_channels: tuple[int, ...] = (256, 128, 96, 64, 32)
    skips: bool = False
    size: int = 224

    def __post_init__(self) -> None:
        if self.encoder not in ENCODER_CHANNELS:
            raise ValueError(f"encoder is {self.encoder!r}; it must be one of {', '.join(ENCODER_CHANNELS)}.")
        if len(self.decoder_channels) != 5 or min(self.decoder_channels) < 1:
            raise ValueError(f"decoder_channels is {self.decoder_channels}; it must be five positive numbers.")
        if self.size < STRIDE or self.size % STRIDE:
            raise ValueError(f"size is {self.size}; it must be a multiple of {STRIDE}.")

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "NetworkOptions":
        """Strict: every option must be named, and nothing else. Raises ValueError naming what is wrong."""
        names = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - names):
            raise ValueError(f"unknown option {', '.join(unknown)}.")
        if missing := sorted(names - set(values)):
            raise ValueError(f"missing option {', '.join(missing)}.")
        return cls(**{**values, "decoder_channels": tuple(values["decoder_channels"])})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "decoder_channels": list(self.decoder_channels)}


class Generator(nn.Module):
    """L* (B, 1, H, W) in 0..100 to ab (B, 2, H, W) in -110..110; H and W are multiples of 32.

    A new one gives grey: its last convolution starts at zero, so training starts from a sane picture.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, options: NetworkOptions) -> None:
        super().__init__()
        self.options = options
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)
        self.encoder = Encoder(options.encoder)
        self.decoder = Decoder(options)

    def forward(self, lightness: Tensor) -> Tensor:
        stacked = (lightness.expand(-1, 3, -1, -1) / 100 - self.mean) / self.std
        stages = self.encoder(stacked.contiguous(memory_format=torch.channels_last))
        return torch.tanh(self.decoder(stages).float()) * AB_RANGE


class Encoder(nn.Module):
    """torchvision's ResNet without its classifier: an image (B, 3, H, W) to its five stages, finest first."""

    def __init__(self, name: str) -> None:
        super().__init__()
        resnet = getattr(import_torchvision_models(), name)(weights=None)
        self.stem = nn.Sequential(resnet.conv1, resnet.bn1, resnet.relu)
        self.pool = resnet.maxpool
        self.stages = nn.ModuleList([resnet.layer1, resnet.layer2, resnet.layer3, resnet.layer4])

    def forward(self, image: Tensor) -> list[Tensor]:
        features = [self.stem(image)]
        deeper = self.pool(features[0])
        for stage in self.stages:
            deeper = stage(deeper)
            features.append(deeper)
        return features


class Decoder(nn.Module):
    """The encoder's stages to two channels at the size of the image."""

    def __init__(self, options: NetworkOptions) -> None:
        super().__init__()
        *finer, deepest = ENCODER_CHANNELS[options.encoder]
        widths = options.decoder_channels
        lateral = [*reversed(finer), 0] if options.skips else [0] * 5
        # A 1 x 1 convolution first: 3 x 3 on all the encoder's channels would cost more than the rest together.
        self.entry = _convolution(deepest, widths[0], kernel=1)
        inputs = (widths[0], *widths[:-1])
        self.blocks = nn.ModuleList(UpBlock(*shape) for shape in zip(inputs, lateral, widths, strict=True))
        self.exit = nn.Conv2d(widths[-1], 2, kernel_size=3, padding=1)
        for parameter in self.exit.parameters():
            nn.init.zeros_(parameter)

    def forward(self, stages: list[Tensor]) -> Tensor:
        finer = [*reversed(stages[:-1]), None]
        x = self.entry(stages[-1])
        for block, stage in zip(self.blocks, finer, strict=True):
            x = block(x, stage)
        ab: Tensor = self.exit(x)
        return ab


class UpBlock(nn.Module):
    """Nearest x2 upsampling and a 3 x 3 convolution, which leave no checkerboard as transposed ones do."""

    def __init__(self, channels: int, lateral: int, width: int) -> None:
        super().__init__()
        self.lateral = _convolution(lateral, width, kernel=1) if lateral else None
        self.convolution = _convolution(channels + (width if lateral else 0), width, kernel=3)

    def forward(self, x: Tensor, stage: Tensor | None) -> Tensor:
        x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        if self.lateral is not None and stage is not None:
            x = torch.cat([x, self.lateral(stage)], dim=1)
        wider: Tensor = self.convolution(x)
        return wider


def place(module: Module, device: torch.device | str) -> Module:
    """The module on `device` with its weights laid out as convolutions in half precision like them best."""
    return module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _convolution(channels: int, width: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    )
