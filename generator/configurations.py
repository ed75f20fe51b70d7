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
    learning_rate: the highest; it falls to zero along a cosine.
    minutes: of a clock, so no two runs are quite the same; without them a seed decides every weight.
    knee: error in units of a* and b* from which the Huber loss grows as a line. A low one asks for the commonest
        colour, which without pretrained weights stays brown for hours; a high one asks for the mean.
    """

    name: str
    shares: Mapping[str, float]
    size: int
    batch: int
    steps: int
    learning_rate: float
    minutes: float | None = None
    smallest_crop: float = 0.6
    knee: float = 1.0


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
    ema_decay: float = 0.998

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "network": self.network.to_json()}


# Half an hour of a shared CPU core, without pretrained weights: skips, which the thesis has not, carry the edges,
# and the demo's few photos come up often enough to be learned.
FIRST_NETWORK = NetworkOptions(encoder="resnet50", skips=True, size=96)
FIRST_PHOTOS = {
    "tiny": SetOptions(64, held_out=128),
    "photos": SetOptions(128, held_out=64),
    # Pale ones too: in the demo's split `train`, every photo was trained on.
    "demo": SetOptions(128, held_out=0, palest=0.0),
}

CONFIGURATIONS = {
    "first": Configuration(
        network=FIRST_NETWORK,
        photo_sets=FIRST_PHOTOS,
        stages=(
            Stage(
                "small",
                {"tiny": 0.1, "photos": 0.5, "demo": 0.4},
                size=64,
                batch=16,
                steps=2000,
                learning_rate=7e-4,
                minutes=15,
                smallest_crop=0.7,
                knee=10.0,
            ),
        ),
    ),
    # Less of the demo, whose few scenes otherwise lend their colours to every dark or smooth place.
    "first-larger": Configuration(
        network=FIRST_NETWORK,
        photo_sets=FIRST_PHOTOS,
        stages=(
            Stage(
                "larger",
                {"tiny": 0.2, "photos": 0.6, "demo": 0.2},
                size=96,
                batch=16,
                steps=1000,
                learning_rate=3e-4,
                minutes=7,
                smallest_crop=0.7,
                knee=10.0,
            ),
        ),
    ),
}
