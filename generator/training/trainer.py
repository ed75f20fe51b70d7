"""A training run as a story: stage after stage the generator learns, is measured and saved.

python -m generator train best --data PHOTOS… --out RUN
python -m generator train --resume RUN
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from generator.batches import Batches, Crops
from generator.checkpoint import save_checkpoint
from generator.colorizer import Colorizer
from generator.data import DataError, PhotoSet
from generator.metrics import evaluate
from generator.networks.blocks import place
from generator.networks.registry import Discriminator, Generator, build
from generator.portions import Portions
from generator.training.average import Average
from generator.training.choice import Choice
from generator.training.colours import colour_weights
from generator.training.curves import draw_curves
from generator.training.game import Game, Numbers, TrainingError
from generator.training.labels import Labels
from generator.training.norms import share_statistics
from generator.training.options import Configuration, Stage
from generator.training.processes import Processes
from generator.training.run_folder import RunFolder
from generator.training.watch import Watch, patchy

ALONE = Processes()
SHOWN = ("huber", "adversarial", "accuracy")
SAVED_EVERY = 120.0  # seconds: what a death costs at most


class Trainer:
    """One run of a configuration over its photo sets.

    start: a generator to begin with, instead of a new one; or encoder: weights for a new one's encoder.
    record: how and by whom the run was begun; goes into its checkpoints' JSON.
    half: bf16 where it is safe.
    """

    def __init__(
        self,
        configuration: Configuration,
        sets: Mapping[str, PhotoSet],
        folder: RunFolder,
        *,
        start: Generator | None = None,
        encoder: Mapping[str, Tensor] | None = None,
        record: Mapping[str, Any] | None = None,
        seed: int = 0,
        half: bool = True,
        device: torch.device | str = "cpu",
        processes: Processes = ALONE,
    ) -> None:
        for stage in configuration.stages:
            if stage.batch % (2 * stage.accumulate * processes.count):
                raise DataError(f"A batch of {stage.batch} cannot be dealt to {processes.count} processes evenly.")
        torch.manual_seed(seed)
        self.configuration, self.folder, self.processes = configuration, folder, processes
        self.half, self.device = half, torch.device(device)
        self.photos = [photos.learn.to(device) for photos in sets.values()]
        for stage in configuration.stages:
            self._sharp(stage)  # a stage that has no photos is no news for the day on which it is reached
        # Every evaluation is made at the size that the run arrives at, and of photos that have it: only so can those of
        # different stages be compared, and an enlarged photo would judge colours that the network does not know.
        self.size = max(stage.size for stage in configuration.stages)
        self.held_out = {
            name: photos.held_out for name, photos in sets.items() if photos.held_out and photos.side >= self.size
        }
        self.generator: Generator = place(start or build(configuration.network), device)
        if encoder is not None:
            self.generator.encoder.load_state_dict(encoder)
        judge = configuration.discriminator
        self.discriminator: Discriminator | None = place(build(judge), device) if judge else None
        self.average = Average(self.generator, configuration.ema_decay)
        if processes.count > 1:
            for network in filter(None, (self.generator, self.discriminator)):
                share_statistics(network)
        self.random = torch.Generator().manual_seed(seed)
        self.labels = Labels(configuration.labels, self.random, processes.rank, processes.count)
        self.choice = Choice(configuration.huber_limit)
        self.portions = Portions(alone=processes.count == 1)
        self.saved = time.monotonic()
        self.stage, self.step, self.at = 0, 0, 0  # which stage, steps into it, steps of the whole run
        self.record: dict[str, Any] = {**(record or {}), "stages": []}

    @property
    def unmeasured(self) -> str:
        """Why the run will have no evaluation, no samples and no best checkpoint, or nothing."""
        if self.held_out:
            return ""
        why = f"no source holds out photos of {self.size} pixels (of ten photos of --data it is one, of fewer none)"
        return f"Nothing will be measured: {why}, so there will be no evaluation, no samples and no best checkpoint."

    def train(self) -> None:
        """Every stage that is left, to the end of the run. Raises TrainingError, DataError."""
        state = self.folder.load_state(self.device)
        playing = self._restore(state) if state else None
        for stage in self.configuration.stages[self.stage :]:
            self._run(stage, playing)
            playing = None

    def _run(self, stage: Stage, playing: Mapping[str, Any] | None) -> None:
        """One stage, from its beginning or from where it was saved playing."""
        game, watch = self._game(stage), Watch(stage)
        if playing:
            game.load_state_dict(playing["game"])
            watch.memory = playing["watch"]
        else:
            self.record["stages"].append({"name": stage.name, "steps": 0, "minutes": 0.0})
        draw = self._drawing(stage)
        with self._progress(stage) as bar:
            while self.step < stage.steps and not watch.reached and not self._lost(watch):
                began = time.monotonic()
                numbers = game.learn(draw(), (self.step + 1) / stage.steps)
                self.average.follow(self.generator)
                self._advance(stage, numbers, time.monotonic() - began)
                watch.look(numbers)
                bar.set_postfix({name: f"{numbers[name]:.3g}" for name in SHOWN if name in numbers}, refresh=False)
                bar.update()
                due = self._due(stage)
                if due:
                    self._measure(stage)
                if due or time.monotonic() - self.saved > SAVED_EVERY:
                    self._save({"game": game.state_dict(), "watch": watch.memory})
        self._measure(stage, self._lost(watch))
        self.stage, self.step = self.stage + 1, 0
        self._save(None)
        self.processes.wait()

    def _progress(self, stage: Stage) -> tqdm:
        hidden = not self.processes.first
        return tqdm(total=stage.steps, initial=self.step, desc=stage.name, unit=" steps", mininterval=2, disable=hidden)

    def _lost(self, watch: Watch) -> str:
        """Why the run has to end now, or nothing."""
        return watch.lost if self.configuration.stops else ""

    def _game(self, stage: Stage) -> Game:
        weights = colour_weights(self._sharp(stage), stage.rebalance).to(self.device) if stage.rebalance else None
        players = (self.generator, self.discriminator, self.labels, self.processes)
        return Game(stage, *players, weights=weights, half=self.half, portions=self.portions)

    def _drawing(self, stage: Stage) -> Callable[[], Tensor]:
        batches = Batches(self._sharp(stage), self.random, self.processes.rank, self.processes.count)
        crops = Crops(stage.size, stage.smallest_crop)
        return lambda: batches.draw(stage.batch, crops)

    def _sharp(self, stage: Stage) -> list[Tensor]:
        """The photos that are large enough for the stage."""
        sharp = [photos for photos in self.photos if photos.shape[-1] >= stage.size]
        if not sharp:
            raise DataError(
                f"Stage {stage.name} needs photos of {stage.size} pixels, and all are smaller; add larger ones."
            )
        return sharp

    def _advance(self, stage: Stage, numbers: Numbers, seconds: float) -> None:
        self.step, self.at = self.step + 1, self.at + 1
        record = self.record["stages"][-1]
        record.update(steps=self.step, minutes=record["minutes"] + seconds / 60)
        rounded = {name: round(value, 6) for name, value in numbers.items()}
        self.folder.log(at=self.at, stage=stage.name, step=self.step, **rounded)

    def _due(self, stage: Stage) -> bool:
        return self.step % max(1, stage.steps // self.configuration.evaluations) == 0 and self.step < stage.steps

    def _measure(self, stage: Stage, lost: str = "") -> None:
        """Evaluate the running mean on what is held out; keep it as the last checkpoint, and perhaps as the best."""
        if not self.processes.first:
            return
        colorizer = Colorizer(self.average.network, size=self.size)
        evaluations = {name: evaluate(colorizer, photos) for name, photos in self.held_out.items()}
        self.record["stages"][-1]["held_out"] = evaluations
        for name, photos in self.held_out.items():
            self.folder.log(at=self.at, stage=stage.name, held_out=name, **evaluations[name])
            self.folder.write_samples(f"{self.at:06d}-{name}", photos, colorizer)
        self._keep(self.folder.last)
        if self.choice.is_best(evaluations):
            self._keep(self.folder.best)
        draw_curves(self.folder.lines(), self.folder.path / "curves.png")
        if self.configuration.stops and (why := lost or patchy(evaluations)):
            raise TrainingError(f"Stopped in stage {stage.name} at step {self.step}: {why}")

    def _keep(self, path: Path) -> None:
        record = {**self.record, "configuration": self.configuration.to_json()}
        save_checkpoint(path, self.average.network, self.configuration.network, record)

    def _save(self, playing: Mapping[str, Any] | None) -> None:
        if self.processes.first:
            self.folder.save_state({**self._state(), "playing": playing})
            self.saved = time.monotonic()

    def _state(self) -> dict[str, Any]:
        cuda = torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None
        return {
            "networks": [network.state_dict() for network in self._networks()],
            "average_steps": self.average.steps,
            "random": [self.random.get_state(), torch.get_rng_state(), cuda],
            "choice": self.choice.memory,
            "record": self.record,
            "place": [self.stage, self.step, self.at],
        }

    def _restore(self, state: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Stand where the state was saved; returns what the stage was playing, if it was within one."""
        for network, weights in zip(self._networks(), state["networks"], strict=True):
            network.load_state_dict(weights)
        self.average.steps = state["average_steps"]
        own, torchs, cuda = state["random"]
        self.random.set_state(own.cpu())
        torch.set_rng_state(torchs.cpu())
        if cuda is not None and self.device.type == "cuda":
            torch.cuda.set_rng_state(cuda.cpu(), self.device)
        self.choice.memory, self.record = state["choice"], state["record"]
        self.stage, self.step, self.at = state["place"]
        playing: Mapping[str, Any] | None = state["playing"]
        return playing

    def _networks(self) -> list[torch.nn.Module]:
        both: list[torch.nn.Module] = [self.generator, self.average.network]
        return [*both, self.discriminator] if self.discriminator is not None else both
