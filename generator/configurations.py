"""The named configurations: the four systems of the thesis, and what was found to be best.

The thesis' systems learn in one game from the first step, with its noisy labels, from 10,000 photos for 180 epochs.
`small` makes of each what two CPU cores can train in minutes, on photos of 64 pixels.
"""

from dataclasses import replace

from generator.networks.discriminators import PatchOptions, SigmoidOptions
from generator.networks.registry import DiscriminatorOptions, GeneratorOptions
from generator.networks.resnet import ResNetOptions
from generator.networks.unet import UNetOptions
from generator.training.options import Configuration, SetOptions, Stage

EPOCH = 10_000 // 32  # steps of the thesis' batch over its photos
SMALL, SMALL_STEPS = 64, 1000

# Isola et al. 2017, section 3.3: the weight of the pixel loss, and Adam as they use it.
GAME = Stage(
    "game",
    {"encoder": 2e-4, "decoder": 2e-4, "discriminator": 2e-4},
    steps=180 * EPOCH,
    size=256,
    pixel=100.0,
    adversarial=1.0,
    constant=True,
    weight_decay=0.0,
    betas=(0.5, 0.999),
)
# An encoder that can already see must not be shaken: a tenth of the rate, and its statistics stay.
TRANSFER = replace(
    GAME, rates={"encoder": 2e-5, "decoder": 2e-4, "discriminator": 2e-4}, size=224, frozen_norm=("encoder",)
)
THESIS_PHOTOS = SetOptions(256)


REGRESSION = Stage("everything", {"encoder": 1e-4, "decoder": 1e-3}, steps=1000, size=SMALL, rebalance=0.5)


def _game(labels: str, discriminator: DiscriminatorOptions, pixel: float = 10.0) -> Configuration:
    """The game alone, to be started from one and the same generator: what do labels and judges change?"""
    return Configuration(
        about=f"{discriminator.kind} discriminator, {labels} labels, pixel loss times {pixel:g}, from a warm start",
        network=ResNetOptions(encoder="resnet18", skips=True, size=SMALL),
        discriminator=discriminator,
        labels=labels,
        photos=SetOptions(SMALL),
        stages=(replace(GAME, size=SMALL, steps=500, pixel=pixel),),
        stops=False,
    )


def _best(network: GeneratorOptions, small: int, large: int, times: int) -> Configuration:
    """Warm up by regression where photos are small and many, then play the game where they are large.

    times: how much longer than what a CPU core can do in an hour.
    """
    careful = {"encoder": 3e-5, "decoder": 3e-4}
    both = ("encoder", "discriminator")
    return Configuration(
        about="regression with rebalanced colours, then hinge and a light pixel loss",
        network=network,
        discriminator=PatchOptions(),
        labels="hinge",
        # What ships is the `best` of the run, chosen on these alone: twice as many as elsewhere choose more finely.
        photos=SetOptions(256, held_out=128),
        # The stage before the game makes the strongest colours, at a tenth more error: too strong to be taken for real.
        huber_limit=1.05,
        evaluations=8,
        stages=(
            Stage("decoder", {"decoder": 1e-3}, steps=300 * times, size=small, rebalance=0.5, frozen_norm=("encoder",)),
            replace(REGRESSION, steps=3500 * times, size=small),
            Stage("large", careful, steps=400 * times, batch=16, size=large, rebalance=0.5, frozen_norm=both),
            Stage(
                "discriminator",
                {"discriminator": 2e-4},
                steps=200 * times,
                batch=16,
                size=large,
                until_accuracy=0.75,
                constant=True,
                weight_decay=0.0,
                betas=(0.5, 0.999),
            ),
            Stage(
                "game",
                {"encoder": 1e-5, "decoder": 1e-4, "discriminator": 2e-4},
                steps=2400 * times,  # at most: how long was long enough, the held-out photos say
                batch=16,
                size=large,
                pixel=10.0,
                adversarial=1.0,
                rests_above=0.9,
                weight_decay=0.0,
                betas=(0.5, 0.999),
                frozen_norm=both,
            ),
        ),
    )


CONFIGURATIONS = {
    "thesis-unet-sigmoid": Configuration(
        about="U-Net from scratch, one judgement for the whole image: the thesis' first system",
        network=UNetOptions(),
        discriminator=SigmoidOptions(),
        photos=THESIS_PHOTOS,
        stages=(GAME,),
        stops=False,
    ),
    "thesis-unet-patchgan": Configuration(
        about="U-Net from scratch and PatchGAN: the thesis' second system",
        network=UNetOptions(),
        discriminator=PatchOptions(),
        photos=THESIS_PHOTOS,
        stages=(GAME,),
        stops=False,
    ),
    "thesis-resnet50-patchgan": Configuration(
        about="pretrained ResNet-50 encoder without skips and PatchGAN: the thesis' system",
        network=ResNetOptions(),
        discriminator=PatchOptions(),
        photos=THESIS_PHOTOS,
        stages=(TRANSFER,),
        stops=False,
    ),
    "resnet18-patchgan": Configuration(
        about="ResNet-18 encoder with stronger regularisation and PatchGAN: what the thesis would try next",
        network=ResNetOptions(encoder="resnet18", dropout=0.3),
        discriminator=PatchOptions(),
        photos=THESIS_PHOTOS,
        stages=(replace(TRANSFER, weight_decay=5e-2, smallest_crop=0.4),),
        stops=False,
    ),
    "best": _best(ResNetOptions(encoder="resnet18", skips=True, size=128), small=64, large=128, times=1),
    "best-resnet50": _best(ResNetOptions(encoder="resnet50", skips=True, size=256), small=64, large=256, times=10),
    "warm": Configuration(
        about="regression with rebalanced colours and no discriminator: where the games about labels start",
        network=ResNetOptions(encoder="resnet18", skips=True, size=SMALL),
        photos=SetOptions(SMALL),
        stages=(REGRESSION,),
    ),
    "warm-from-scratch": Configuration(
        about="the same for an encoder that knows nothing yet, which may learn as fast as the decoder",
        network=ResNetOptions(encoder="resnet18", skips=True, size=SMALL),
        photos=SetOptions(SMALL),
        stages=(replace(REGRESSION, rates={"encoder": 1e-3, "decoder": 1e-3}),),
    ),
    "labels-thesis": _game("thesis", PatchOptions()),
    "labels-hard": _game("hard", PatchOptions()),
    "labels-hinge": _game("hinge", PatchOptions()),
    "labels-thesis-sigmoid": _game("thesis", SigmoidOptions()),
    "labels-thesis-sigmoid-alone": _game("thesis", SigmoidOptions(), pixel=0.0),
    "labels-thesis-patch-alone": _game("thesis", PatchOptions(), pixel=0.0),
}


def small(configuration: Configuration) -> Configuration:
    """The same system at the size of a CPU: photos of 64 pixels, few steps, a U-Net and discriminator half as wide.

    A ResNet stays what it is: its encoder's weights come from elsewhere.
    """
    network = replace(configuration.network, size=SMALL)
    if isinstance(network, UNetOptions):
        network = replace(network, channels=_halved(network.channels))
    judge = configuration.discriminator
    steps = sum(stage.steps for stage in configuration.stages)
    stages = [
        replace(stage, size=SMALL, steps=max(1, stage.steps * SMALL_STEPS // steps)) for stage in configuration.stages
    ]
    return replace(
        configuration,
        network=network,
        discriminator=replace(judge, channels=_halved(judge.channels)) if judge else None,
        stages=tuple(stages),
        photos=replace(configuration.photos, size=SMALL),
    )


def _halved(channels: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(width // 2 for width in channels)
