"""The training of a generator, from photo sets and stages to a checkpoint.

    python -m generator train first-many --data tiny=DIR --out RUN

Each stage learns the colours of its photos by regression, and some also against a discriminator. The weights that
are evaluated and saved are a running mean of those that learn.
"""

import json
import math
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from tqdm import tqdm

from generator.checkpoint import save_checkpoint
from generator.colorizer import Colorizer, Photo
from generator.configurations import Configuration, Stage
from generator.data import Batches, PhotoSet
from generator.discriminators import PatchDiscriminator
from generator.lab import rgb_to_lab
from generator.metrics import AB_BINS, ab_bin, ab_histogram, evaluate
from generator.networks import AB_RANGE, Generator, place

WARM_UP = 0.03  # of a stage: Adam's first steps are its wildest
GRADIENT_LIMIT = 1.0
WEIGHT_DECAY = 1e-2
REBALANCE_SHARE = 0.5  # lambda of Zhang et al. 2016: how much rare colours count
REBALANCE_LIMIT = 5.0
REBALANCE_SAMPLE = 2048
GRID_PHOTOS = 16


class TrainingError(Exception):
    """Training that cannot go on, in one sentence."""


@dataclass
class Learner:
    """All that changes while training."""

    network: Generator
    average: Generator
    discriminator: PatchDiscriminator
    steps: int = 0

    @classmethod
    def of(cls, network: Generator, discriminator_width: int) -> "Learner":
        discriminator = place(PatchDiscriminator(discriminator_width), network.mean.device)
        return cls(network, deepcopy(network), discriminator)

    @torch.no_grad()
    def update_average(self, decay: float) -> None:
        """The running mean follows quickly at first, when the weights are still bad."""
        self.steps += 1
        pace = 1 - min(decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), pace)
        for mean, value in zip(self.average.buffers(), self.network.buffers(), strict=True):
            mean.lerp_(value, pace) if mean.is_floating_point() else mean.copy_(value)


class Trainer:
    """One run of a configuration over its photo sets, into the folder `out`."""

    def __init__(
        self,
        configuration: Configuration,
        sets: Mapping[str, PhotoSet],
        out: Path,
        *,
        network: Generator | None = None,
        history: Mapping[str, Any] | None = None,
        evaluations: int = 8,
        seed: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        torch.manual_seed(seed)
        self.configuration = configuration
        self.sets = {name: photos.learn.to(device) for name, photos in sets.items()}
        self.held_out = {name: photos.held_out for name, photos in sets.items() if photos.held_out}
        self.out = out
        self.evaluations = evaluations
        self.random = torch.Generator().manual_seed(seed)
        network = place(network or Generator(configuration.network), device)
        self.learner = Learner.of(network, configuration.discriminator_width)
        self.device = torch.device(device)
        self.history = dict(history or {"runs": []})
        self.record: dict[str, Any] = {"configuration": configuration.to_json(), "seed": seed, "stages": []}
        self.record["photos"] = {name: len(pixels) for name, pixels in self.sets.items()}

    def train(self) -> Path:
        """Run every stage; returns the checkpoint, which is written again at each evaluation."""
        self.out.mkdir(parents=True, exist_ok=True)
        for stage in self.configuration.stages:
            self._run(stage)
        return self.checkpoint

    @property
    def checkpoint(self) -> Path:
        return self.out / "last.safetensors"

    def _run(self, stage: Stage) -> None:
        batches = Batches(self.sets, stage.shares, self.random)
        even = torch.ones(AB_BINS**2, device=self.device)
        weights = colour_weights(batches, stage, self.device) if stage.rebalance else even
        game = Game(self.learner, stage, weights)
        begin, due = time.monotonic(), 1
        self.record["stages"].append({"name": stage.name})
        with tqdm(total=stage.steps, desc=stage.name, unit=" steps", mininterval=2) as bar:
            for step in range(stage.steps):
                minutes = (time.monotonic() - begin) / 60
                progress = max(step / stage.steps, minutes / stage.minutes if stage.minutes else 0)
                if progress >= 1:
                    break
                numbers = game.step(batches.draw(stage.batch, stage.size, stage.smallest_crop), progress, step)
                self.learner.update_average(self.configuration.ema_decay)
                bar.update()
                bar.set_postfix({name: f"{value:.3g}" for name, value in numbers.items()}, refresh=False)
                self.record["stages"][-1].update(steps=step + 1, minutes=round(minutes, 1))
                self._log(stage=stage.name, step=step + 1, minutes=round(minutes, 2), **numbers)
                if progress >= due / self.evaluations:
                    due = int(progress * self.evaluations) + 1
                    self._evaluate(stage)
        self._evaluate(stage)

    def _evaluate(self, stage: Stage) -> None:
        colorizer = Colorizer(self.learner.average, size=stage.size)
        numbers = {name: evaluate(colorizer, photos) for name, photos in self.held_out.items()}
        self.record["stages"][-1]["held_out"] = numbers
        for name, photos in self.held_out.items():
            self._log(stage=stage.name, held_out=name, **numbers[name])
            write_grid(self.out / f"{stage.name}-{name}.png", photos[:GRID_PHOTOS], colorizer)
        training = {**self.history, "runs": [*self.history["runs"], self.record]}
        save_checkpoint(self.checkpoint, self.learner.average, training)

    def _log(self, **values: Any) -> None:
        with (self.out / "metrics.jsonl").open("a") as file:
            file.write(json.dumps(values) + "\n")


class Game:
    """The steps of one stage: regression, and where the stage has a discriminator, the game against it."""

    def __init__(self, learner: Learner, stage: Stage, weights: Tensor) -> None:
        self.learner = learner
        self.stage = stage
        self.weights = weights
        self.adversarial = stage.discriminator_rate > 0
        encoder, decoder = learner.network.encoder.parameters(), learner.network.decoder.parameters()
        betas = (0.5, 0.999) if self.adversarial else (0.9, 0.999)
        self.optimizer = torch.optim.AdamW(
            [{"params": list(encoder), "pace": stage.encoder_pace}, {"params": list(decoder), "pace": 1.0}],
            lr=stage.learning_rate,
            betas=betas,
            weight_decay=WEIGHT_DECAY,
            fused=True,
        )
        self.opponent = torch.optim.Adam(
            learner.discriminator.parameters(), lr=stage.discriminator_rate, betas=(0.5, 0.999)
        )
        learner.network.train(stage.batch_norm_learns)

    def step(self, rgb: Tensor, progress: float, step: int) -> dict[str, float]:
        """One batch of real photos (B, 3, H, W); returns the numbers to log. Raises TrainingError on NaN."""
        lab = rgb_to_lab(rgb)
        lightness, real = lab[:, :1], lab[:, 1:]
        with torch.autocast(rgb.device.type, torch.bfloat16):
            made = self.learner.network(lightness)
        pixel = weighted_huber(made, real, self.weights, self.stage.knee)
        loss, numbers = self.stage.pixel_weight * pixel, {"pixel": float(pixel.detach())}
        if not math.isfinite(numbers["pixel"]):
            raise TrainingError(f"The loss of stage {self.stage.name} is {numbers['pixel']}; lower its learning rate.")
        if self.adversarial:
            numbers |= self._teach_discriminator(lightness, real, made.detach())
            if step < self.stage.head_start:
                return numbers
            self.learner.discriminator.requires_grad_(False)  # only the generator learns from this score
            loss = loss - self._scores(lightness, made).mean()
        numbers["gradient"] = self._learn(loss, progress)
        return numbers

    def _learn(self, loss: Tensor, progress: float) -> float:
        rate = self.stage.learning_rate * min(1.0, progress / WARM_UP) * (1 + math.cos(math.pi * progress)) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["pace"]
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.learner.network.parameters(), GRADIENT_LIMIT)
        self.optimizer.step()
        return float(norm)

    def _teach_discriminator(self, lightness: Tensor, real: Tensor, made: Tensor) -> dict[str, float]:
        """Hinge loss: scores beyond 1 on the right side are good enough."""
        self.learner.discriminator.requires_grad_(True)
        of_real, of_made = self._scores(lightness, real), self._scores(lightness, made)
        loss = F.relu(1 - of_real).mean() + F.relu(1 + of_made).mean()
        self.opponent.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.opponent.step()
        accuracy = ((of_real > 0).float().mean() + (of_made < 0).float().mean()) / 2
        return {"accuracy": float(accuracy), "gap": float((of_real.mean() - of_made.mean()).detach())}

    def _scores(self, lightness: Tensor, ab: Tensor) -> Tensor:
        with torch.autocast(lightness.device.type, torch.bfloat16):
            scores: Tensor = self.learner.discriminator(lightness, ab)
            return scores


def weighted_huber(made: Tensor, real: Tensor, weights: Tensor, knee: float) -> Tensor:
    """Huber loss of ab (B, 2, H, W) in units of 110, each pixel weighted by the rarity of its real colour."""
    error = F.smooth_l1_loss(made / AB_RANGE, real / AB_RANGE, beta=knee / AB_RANGE, reduction="none")
    return (error * weights[ab_bin(real)][:, None]).mean()


def colour_weights(batches: Batches, stage: Stage, device: torch.device) -> Tensor:
    """A weight for each ab bin, 1 on average over pixels: regression left alone answers rare colours with grey."""
    rgb = batches.draw(REBALANCE_SAMPLE, stage.size // 2, stage.smallest_crop)
    share = ab_histogram(rgb_to_lab(rgb)[:, 1:])
    colours = int((share > 0).sum())
    even = torch.where(share > 0, 1 / colours, 0.0)
    weights = 1 / ((1 - REBALANCE_SHARE) * share + REBALANCE_SHARE * even).clamp(min=1 / AB_BINS**2)
    weights = (weights / (share * weights).sum()).clamp(max=REBALANCE_LIMIT)
    return (weights / (share * weights).sum()).to(device)


def write_grid(path: Path, photos: list[Photo], colorizer: Colorizer) -> None:
    """A picture of pairs: photos in one row, their colorizations under them, eight to a row."""
    colorizations = colorizer.colorize(photos)
    rows = [
        np.concatenate(images[start : start + 8], axis=1)
        for start in range(0, len(photos) // 8 * 8, 8)
        for images in (photos, colorizations)
    ]
    if rows:
        Image.fromarray(np.concatenate(rows)).save(path)
