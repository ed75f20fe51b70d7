"""What to train and how, as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from generator.networks import NetworkOptions

PALE = 15.0  # a photo of less colourfulness than this teaches grey


@dataclass(frozen=True)
class Stage:
    """One part of a training run. It ends at its steps, or at its minutes where they run out first.

    shares: how much of each batch comes from which named photo set.
    size, batch, smallest_crop: crops of that many pixels, spanning at least this share of a photo's side.
    minutes: of a clock, so no two runs are quite the same; without them a seed decides every weight.
    learning_rate: at the start, after which it falls to zero along a cosine; the encoder's is `encoder_pace` of it.
    batch_norm_learns: False where batches are too small for their own statistics.
    knee: error in units of a* and b* from which the Huber loss grows as a line. A low one asks for the commonest
        colour, which without pretrained weights stays brown for hours; a high one asks for the mean.
    rebalance: rare colours count more, which regression needs, or it gives grey; a discriminator does that better.
    pixel_weight: of the Huber loss. Less of it lets the discriminator ask for more colour.
    discriminator_rate: 0 trains without a discriminator.
    head_start: steps for which only the discriminator learns.
    """

    name: str
    shares: Mapping[str, float]
    size: int
    batch: int
    steps: int
    learning_rate: float
    minutes: float | None = None
    encoder_pace: float = 1.0
    smallest_crop: float = 0.6
    batch_norm_learns: bool = True
    knee: float = 1.0
    rebalance: bool = False
    pixel_weight: float = 1.0
    discriminator_rate: float = 0.0
    head_start: int = 0


@dataclass(frozen=True)
class SetOptions:
    """How a photo set is read: side of its squares in pixels, photos held out, and the least colourfulness."""

    size: int
    held_out: int
    palest: float = PALE


@dataclass(frozen=True)
class Configuration:
    """A network, the named photo sets it learns from, and its stages in order."""

    network: NetworkOptions
    photo_sets: Mapping[str, SetOptions]
    stages: tuple[Stage, ...]
    discriminator_width: int = 32
    ema_decay: float = 0.998

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "network": self.network.to_json()}


# Two CPU cores and an hour: no pretrained weights at hand and no time to make them, so skips, which the thesis
# has not, carry the edges, and small pictures carry the many.
FIRST_NETWORK = NetworkOptions(encoder="resnet50", skips=True, size=96)

CONFIGURATIONS = {
    "first-many": Configuration(
        network=FIRST_NETWORK,
        photo_sets={"tiny": SetOptions(64, held_out=128)},
        stages=(
            Stage("many", {"tiny": 1.0}, size=64, batch=32, steps=3000, learning_rate=7e-4, minutes=22, knee=40.0),
        ),
    ),
    "first-vivid": Configuration(
        network=FIRST_NETWORK,
        photo_sets={
            "tiny": SetOptions(64, held_out=128),
            "photos": SetOptions(128, held_out=64),
            # Pale ones too: in the demo's split `train`, every photo was trained on.
            "demo": SetOptions(128, held_out=0, palest=0.0),
        },
        stages=(
            Stage(
                "more",
                {"tiny": 0.8, "photos": 0.12, "demo": 0.08},
                size=64,
                batch=16,
                steps=3000,
                learning_rate=5e-4,
                minutes=14,
                knee=40.0,
            ),
            Stage(
                "vivid",
                {"tiny": 0.7, "photos": 0.2, "demo": 0.1},
                size=64,
                batch=16,
                steps=3000,
                learning_rate=2e-4,
                minutes=14,
                pixel_weight=10.0,
                discriminator_rate=4e-4,
                head_start=40,
            ),
            Stage(
                "larger",
                {"tiny": 0.3, "photos": 0.45, "demo": 0.25},
                size=96,
                batch=16,
                steps=1500,
                learning_rate=2e-4,
                minutes=11,
                pixel_weight=10.0,
                discriminator_rate=2e-4,
            ),
        ),
    ),
}
