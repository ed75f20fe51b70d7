"""From options to networks, and from JSON to options: the one list of all kinds."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from generator.networks.discriminators import PatchDiscriminator, PatchOptions, SigmoidDiscriminator, SigmoidOptions
from generator.networks.encoders import Classifier, ClassifierOptions
from generator.networks.observer import Observer, ObserverOptions
from generator.networks.options import Options
from generator.networks.resnet import ResNetGenerator, ResNetOptions
from generator.networks.unet import UNet, UNetOptions

Generator = ResNetGenerator | UNet
GeneratorOptions = ResNetOptions | UNetOptions
Discriminator = PatchDiscriminator | SigmoidDiscriminator
DiscriminatorOptions = PatchOptions | SigmoidOptions

NETWORKS: dict[type[Options], Any] = {
    ResNetOptions: ResNetGenerator,
    UNetOptions: UNet,
    PatchOptions: PatchDiscriminator,
    SigmoidOptions: SigmoidDiscriminator,
    ClassifierOptions: Classifier,
    ObserverOptions: Observer,
}
KINDS = {options.kind: options for options in NETWORKS}


def build(options: Options) -> Any:
    """A new network with random weights, of the class that belongs to its options."""
    network: nn.Module = NETWORKS[type(options)](options)
    return network


def options_from_json(values: Mapping[str, Any]) -> Options:
    """The options that a checkpoint's JSON names. Raises ValueError naming what is wrong."""
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"its kind is {kind!r}; it must be one of {', '.join(KINDS)}.")
    return KINDS[kind].from_json(values)
