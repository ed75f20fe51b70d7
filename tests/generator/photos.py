"""Photos that come with scikit-image, and small networks, for the tests of the generator."""

import numpy as np
import skimage.data
import torch

from generator.colorizer import Photo
from generator.data import PhotoSet, stack
from generator.networks.resnet import ResNetGenerator, ResNetOptions

TINY = ResNetOptions(encoder="resnet18", decoder_channels=(16, 16, 16, 8, 8), skips=True, size=32)


def coffee() -> Photo:
    return np.asarray(skimage.data.coffee(), dtype=np.uint8)


def astronaut() -> Photo:
    return np.asarray(skimage.data.astronaut(), dtype=np.uint8)


def colourful_network(options: ResNetOptions = TINY) -> ResNetGenerator:
    """An untrained network that gives some strong, varying colours instead of grey."""
    torch.manual_seed(1)
    network = ResNetGenerator(options)
    torch.nn.init.normal_(network.decoder.exit.weight, std=1.0)
    return network.eval()


def four_photos() -> PhotoSet:
    """Four colourful squares to learn from, and the same ones to be measured on."""
    photos = [coffee()[:64, :64], astronaut()[:64, :64], coffee()[200:264, 200:264], astronaut()[128:192, :64]]
    return PhotoSet(learn=stack(photos), held_out=photos * 2, problems=[])
