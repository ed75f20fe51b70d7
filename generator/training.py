"""The training of a generator, from photo sets and stages to a checkpoint.

    python -m generator train first --data tiny=ZIP photos=DIR demo=DIR --out RUN

Each stage learns the colours of its photos by regression. The weights that are evaluated and saved are a running
mean of those that learn.
"""

import json
import math
import time
from collections.abc import Mapping
from copy import deepcopy
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
from generator.lab import rgb_to_lab
from generator.metrics import evaluate
from generator.networks import AB_RANGE, Generator, place

WARM_UP = 0.03  # of a stage: Adam's first steps are its wildest
GRADIENT_LIMIT = 1.0
WEIGHT_DECAY = 1e-2
GRID_COLUMNS, GRID_PHOTOS = 8, 16


class TrainingError(Exception):
    """Training that cannot go on, in one sentence."""


class Trainer:
    """One run of a configuration over its photo sets, into the folder `out`.

    network: to go on from; its record `history` then comes first in the new checkpoint's.
    evaluations: in each stage, beside the one at its end.
    """

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
        self.network = place(network or Generator(configuration.network), device)
        self.average = deepcopy(self.network)
        self.steps = 0
        self.history = dict(history or {"runs": []})
        self.record: dict[str, Any] = {"configuration": configuration.to_json(), "seed": seed, "stages": []}
        self.record["photos"] = {name: len(pixels) for name, pixels in self.sets.items()}

    @property
    def checkpoint(self) -> Path:
        return self.out / "last.safetensors"

    def train(self) -> Path:
        """Run every stage; returns the checkpoint, which is written again at each evaluation."""
        self.out.mkdir(parents=True, exist_ok=True)
        for stage in self.configuration.stages:
            self._run(stage)
        return self.checkpoint

    def _run(self, stage: Stage) -> None:
        batches = Batches(self.sets, stage.shares, self.random)
        optimizer = torch.optim.AdamW(self.network.parameters(), weight_decay=WEIGHT_DECAY, fused=True)
        self.network.train()
        self.record["stages"].append({"name": stage.name})
        begin, due = time.monotonic(), 1
        for step in tqdm(range(stage.steps), desc=stage.name, unit=" steps", mininterval=2):
            minutes = (time.monotonic() - begin) / 60
            progress = max(step / stage.steps, minutes / stage.minutes if stage.minutes else 0)
            if progress >= 1:
                break
            rgb = batches.draw(stage.batch, stage.size, stage.smallest_crop)
            numbers = self._learn(optimizer, rgb, stage, progress)
            self.record["stages"][-1].update(steps=step + 1, minutes=round(minutes, 1))
            self._log(stage=stage.name, step=step + 1, minutes=round(minutes, 2), **numbers)
            if progress >= due / self.evaluations:
                due = int(progress * self.evaluations) + 1
                self._evaluate(stage)
        self._evaluate(stage)

    def _learn(self, optimizer: torch.optim.Optimizer, rgb: Tensor, stage: Stage, progress: float) -> dict[str, float]:
        """One step on real photos (B, 3, H, W) in 0..1; returns the numbers to log."""
        lab = rgb_to_lab(rgb)
        with torch.autocast(rgb.device.type, torch.bfloat16):
            made = self.network(lab[:, :1])
        loss = F.smooth_l1_loss(made / AB_RANGE, lab[:, 1:] / AB_RANGE, beta=stage.knee / AB_RANGE)
        if not loss.isfinite():
            raise TrainingError(f"The loss of stage {stage.name} is {loss}; lower its learning rate.")
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(stage, progress)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        gradient = nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_LIMIT)
        optimizer.step()
        self._update_average()
        return {"loss": float(loss.detach()), "gradient": float(gradient)}

    @torch.no_grad()
    def _update_average(self) -> None:
        """The running mean follows quickly at first, when the weights are still bad."""
        self.steps += 1
        pace = 1 - min(self.configuration.ema_decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), pace)
        for mean, value in zip(self.average.buffers(), self.network.buffers(), strict=True):
            mean.lerp_(value, pace) if mean.is_floating_point() else mean.copy_(value)

    def _evaluate(self, stage: Stage) -> None:
        colorizer = Colorizer(self.average, size=stage.size)
        numbers = {name: evaluate(colorizer, photos) for name, photos in self.held_out.items()}
        self.record["stages"][-1]["held_out"] = numbers
        for name, photos in self.held_out.items():
            self._log(stage=stage.name, held_out=name, **numbers[name])
            write_grid(self.out / f"{stage.name}-{name}.png", photos[:GRID_PHOTOS], colorizer)
        training = {**self.history, "runs": [*self.history["runs"], self.record]}
        save_checkpoint(self.checkpoint, self.average, training)

    def _log(self, **values: Any) -> None:
        with (self.out / "metrics.jsonl").open("a") as file:
            file.write(json.dumps(values) + "\n")


def learning_rate(stage: Stage, progress: float) -> float:
    """A short rise, then half a cosine down to zero; `progress` through the stage is 0..1."""
    return stage.learning_rate * min(1.0, progress / WARM_UP) * (1 + math.cos(math.pi * progress)) / 2


def write_grid(path: Path, photos: list[Photo], colorizer: Colorizer) -> None:
    """A picture of pairs: photos in one row, their colorizations under them. A row that is not full is left out."""
    colorizations = colorizer.colorize(photos)
    rows = [
        np.concatenate(images[start : start + GRID_COLUMNS], axis=1)
        for start in range(0, len(photos) - GRID_COLUMNS + 1, GRID_COLUMNS)
        for images in (photos, colorizations)
    ]
    if rows:
        Image.fromarray(np.concatenate(rows)).save(path)
