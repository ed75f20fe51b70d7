"""ResNet encoders that see a grey image, and the classifier of grey images whose encoder is worth keeping."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from generator.networks.options import Options
from generator.torchvision_schemas import import_torchvision_models

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

# Channels after the stem and after each of the four stages, at strides 2, 4, 8, 16 and 32.
ENCODER_CHANNELS = {
    "resnet18": (64, 64, 128, 256, 512),
    "resnet50": (64, 256, 512, 1024, 2048),
}


class Encoder(nn.Module):
    """torchvision's ResNet without its classifier: L* (B, 1, H, W) in 0..100 to five stages of features, finest first.

    L* is stacked three times, so that weights made for colour images fit.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: str) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)
        resnet = getattr(import_torchvision_models(), name)(weights=None)
        self.stem = nn.Sequential(resnet.conv1, resnet.bn1, resnet.relu)
        self.pool = resnet.maxpool
        self.stages = nn.ModuleList([resnet.layer1, resnet.layer2, resnet.layer3, resnet.layer4])

    def forward(self, lightness: Tensor) -> list[Tensor]:
        stacked = (lightness.expand(-1, 3, -1, -1) / 100 - self.mean) / self.std  # (B, 3, H, W)
        features = [self.stem(stacked.contiguous(memory_format=torch.channels_last))]  # (B, C, H/2, W/2)
        deeper = self.pool(features[0])
        for stage in self.stages:
            deeper = stage(deeper)  # (B, C, H/4, W/4) after the first, down to (B, C, H/32, W/32)
            features.append(deeper)
        return features


@dataclass(frozen=True)
class ClassifierOptions(Options):
    """A classifier of grey images, by which an encoder learns to see. Raises ValueError for one that cannot be."""

    kind: ClassVar[str] = "classifier"

    encoder: str = "resnet18"
    classes: int = 200

    def __post_init__(self) -> None:
        check_encoder(self.encoder)
        if self.classes < 2:
            raise ValueError(f"classes is {self.classes}; a classifier needs two at least.")


class Classifier(nn.Module):
    """L* (B, 1, H, W) in 0..100 to logits (B, classes)."""

    def __init__(self, options: ClassifierOptions) -> None:
        super().__init__()
        self.options = options
        self.encoder = Encoder(options.encoder)
        self.head = nn.Linear(ENCODER_CHANNELS[options.encoder][-1], options.classes)

    def forward(self, lightness: Tensor) -> Tensor:
        seen = self.encoder(lightness)[-1].mean(dim=(2, 3))  # (B, C)
        logits: Tensor = self.head(seen)  # (B, classes)
        return logits


def check_encoder(name: str) -> None:
    """Raises ValueError for a name that is none of ENCODER_CHANNELS."""
    if name not in ENCODER_CHANNELS:
        raise ValueError(f"encoder is {name!r}; it must be one of {', '.join(ENCODER_CHANNELS)}.")
