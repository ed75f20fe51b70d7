"""Colorizers whose numbers are known beforehand."""

import torch
from torch import Tensor

from generator.colorizer import Colorizer
from generator.lab import rgb_to_lab
from generator.networks.resnet import ResNetGenerator
from tests.generator.photos import TINY


class Tinting(Colorizer):
    """Gives the photo's own colours, so and so strong: 1 is the truth, 0 is grey."""

    def __init__(self, strength: float) -> None:
        super().__init__(ResNetGenerator(TINY))
        self.strength = strength

    def predict(self, rgb: Tensor) -> Tensor:
        lab = rgb_to_lab(rgb)
        return torch.cat([lab[:, :1], lab[:, 1:] * self.strength], dim=1)
