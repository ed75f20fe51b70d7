"""What to train and how, as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from generator.networks.registry import DiscriminatorOptions, GeneratorOptions, options_from_json
from generator.training.labels import KINDS
from generator.typed import check_types

PARTS = ("encoder", "decoder", "discriminator")


@dataclass(frozen=True)
class Stage:
    """One part of a training run. Raises ValueError for one that cannot be.

    rates: the parts that learn, each with its highest learning rate; the others stay as they are.
    size, batch, smallest_crop: each step sees `batch` crops of `size` pixels, which span at least this share of a
        photo's side. Photos smaller than `size` are left out: an enlarged one would teach blur.
    pixel, knee: weight of the Huber loss, and the error in units of a* and b* from which it grows as a line. A low
        knee asks for the commonest colour, a high one for the mean.
    rebalance: how much rare colours count more (the 1 - lambda of Zhang et al. 2016, equation 4 ff.); 0 for not.
    adversarial: weight of what the discriminator says. Then half of each batch is colorized and judged beside the
        other half's real colours.
    rests_above: the discriminator skips its step where it is right more often than this.
    until_accuracy: the stage ends early once the discriminator is right this often.
    constant: the learning rate stays at its highest after the warm-up, instead of falling along a cosine.
    frozen_norm: parts whose batch norms keep their statistics: small batches give bad ones.
    accumulate: parts that a batch is cut into, one after the other, where it does not fit in memory.
    """

    name: str
    rates: Mapping[str, float]
    steps: int
    batch: int = 32
    size: int = 64
    smallest_crop: float = 0.6
    pixel: float = 1.0
    knee: float = 1.0
    rebalance: float = 0.0
    adversarial: float = 0.0
    rests_above: float = 1.0
    until_accuracy: float | None = None
    constant: bool = False
    weight_decay: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.999)
    frozen_norm: tuple[str, ...] = ()
    accumulate: int = 1

    def __post_init__(self) -> None:
        if unknown := {*self.rates, *self.frozen_norm} - set(PARTS):
            raise ValueError(f"stage {self.name} names the parts {unknown}; there are {', '.join(PARTS)}.")
        if self.batch % (2 * self.accumulate):
            raise ValueError(f"stage {self.name} has a batch of {self.batch}; it must divide by {2 * self.accumulate}.")
        if self.size % 32:
            raise ValueError(f"stage {self.name} has a size of {self.size}; it must be a multiple of 32.")

    @property
    def judged(self) -> bool:
        """Whether the discriminator takes part."""
        return self.adversarial > 0 or "discriminator" in self.rates


@dataclass(frozen=True)
class SetOptions:
    """How photos are read: side of their squares in pixels, how many are held out, and the least colourfulness."""

    size: int
    held_out: int = 64
    palest: float = 15.0  # a photo of less colourfulness teaches grey


@dataclass(frozen=True)
class Configuration:
    """A generator, its discriminator, and the stages in which they learn.

    labels: what the discriminator is told; see generator.training.labels.
    photos: how they are read.
    evaluations: in each stage.
    stops: whether a run that is lost ends early; an experiment that wants to see what follows goes on.
    huber_limit: only checkpoints whose held-out Huber loss is within this factor of the best may become the best.
    """

    about: str
    network: GeneratorOptions
    stages: tuple[Stage, ...]
    discriminator: DiscriminatorOptions | None = None
    labels: str = "thesis"
    photos: SetOptions = field(default_factory=lambda: SetOptions(256))
    ema_decay: float = 0.999
    huber_limit: float = 1.15
    evaluations: int = 4
    stops: bool = True

    def __post_init__(self) -> None:
        if self.labels not in KINDS:
            raise ValueError(f"labels is {self.labels!r}; it must be one of {', '.join(KINDS)}.")
        if self.discriminator is None and any(stage.judged for stage in self.stages):
            raise ValueError("a stage asks for a discriminator, and the configuration has none.")

    def to_json(self) -> dict[str, Any]:
        judge = self.discriminator.to_json() if self.discriminator else None
        return {**asdict(self), "network": self.network.to_json(), "discriminator": judge}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Configuration":
        """The configuration that a run began with. Raises an error of Python's own where it is not one."""
        judge = values["discriminator"]
        stages = [{name: _tuple(value) for name, value in stage.items()} for stage in values["stages"]]
        for stage in stages:
            check_types(Stage, stage)
        check_types(SetOptions, values["photos"])
        network: Any = options_from_json(values["network"])
        discriminator: Any = options_from_json(judge) if judge else None
        options = {
            **values,
            "network": network,
            "discriminator": discriminator,
            "photos": SetOptions(**values["photos"]),
            "stages": tuple(Stage(**stage) for stage in stages),
        }
        check_types(cls, options)
        return cls(**options)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
