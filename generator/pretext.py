"""The pretext task: an encoder learns to see by naming what is on grey photos.

    python -m generator pretext resnet18 --data ZIP… --out RUN

Where no ImageNet weights can be had, this encoder is what makes a few thousand photos enough for a generator.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from generator.batches import Crops
from generator.checkpoint import save_checkpoint
from generator.data import DataError, Square, read_squares, stack
from generator.lab import rgb_to_lab
from generator.networks.blocks import place
from generator.networks.encoders import Classifier, ClassifierOptions
from generator.portions import Portions
from generator.training.run_folder import RunFolder

CHUNK = 1000  # photos converted at once


@dataclass(frozen=True)
class PretextOptions:
    """How long and how hard; the rate rises for a fifth of the steps and falls to zero (Smith and Topin 2019).

    While the rate rises the momentum falls from 0.95 to 0.85, and then back: torch's usual one-cycle schedule.
    held_out: photos that the accuracies are measured on; nothing is learned from them.
    """

    epochs: int = 12
    batch: int = 128
    size: int = 64
    smallest_crop: float = 0.6
    learning_rate: float = 0.1
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    held_out: int = 2000


@dataclass(frozen=True)
class LabelledPhotos:
    """Grey squares (N, 1, S, S) uint8, where 255 is L* = 100, each with the number of its class."""

    pixels: Tensor
    labels: Tensor
    classes: list[str]

    def __len__(self) -> int:
        return len(self.labels)


def read_labelled(sources: Sequence[Path], size: int) -> tuple[LabelledPhotos, list[str]]:
    """Photos of folders and zips whose parent folders name their classes, in the order of their files' hashes.

    Second, a sentence for each file that could not be read. Raises DataError where there are fewer than two classes.
    """
    squares, problems = read_squares(sources, size)
    names = [Path(square.name).parent.name for square in squares]
    classes = sorted(set(names))
    if len(classes) < 2:
        raise DataError("A classifier needs photos in two folders at least, one for each class.")
    numbers = {name: number for number, name in enumerate(classes)}
    pixels = torch.cat([_lightness(stack([square.photo for square in some])) for some in _chunks(squares)])
    return LabelledPhotos(pixels, torch.tensor([numbers[name] for name in names]), classes), problems


class Pretext:
    """One run of the pretext task. Raises DataError where too few photos are left to learn from.

    folder: a new one, which `train` expects to have begun; a run that ended early cannot be gone on with.
    """

    def __init__(
        self,
        network: ClassifierOptions,
        options: PretextOptions,
        photos: LabelledPhotos,
        folder: RunFolder,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        if len(photos) <= options.held_out + options.batch:
            raise DataError(
                f"{len(photos)} photos are too few: {options.held_out} are held out, and more than a batch of "
                f"{options.batch} must be left to learn from; add photos, or hold fewer out by --held-out."
            )
        torch.manual_seed(seed)
        self.options = options
        self.network_options = network
        self.folder = folder
        self.random = torch.Generator().manual_seed(seed)
        self.pixels, self.labels = photos.pixels.to(device), photos.labels.to(device)
        self.network = place(Classifier(network), device)
        self.portions = Portions()
        self.record: dict[str, Any] = {"pretext": asdict(options), "seed": seed, "photos": len(photos), "epochs": []}

    def train(self) -> Path:
        """Every epoch; returns the checkpoint, which is written again after each."""
        options = self.options
        steps = (len(self.labels) - options.held_out) // options.batch * options.epochs
        # The schedule takes the place of this momentum, too.
        optimizer = torch.optim.SGD(
            self.network.parameters(), options.learning_rate, 0.9, weight_decay=options.weight_decay, nesterov=True
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.learning_rate, steps, pct_start=0.2)
        begin = time.monotonic()
        for epoch in range(1, options.epochs + 1):
            self.network.train()
            losses = []
            for places in tqdm(list(self._shuffled()), desc=f"epoch {epoch}", unit=" batches", mininterval=5):
                losses.append(self._learn(optimizer, places))
                schedule.step()
            minutes = round((time.monotonic() - begin) / 60, 1)
            self._save(epoch=epoch, loss=sum(losses) / len(losses), **self._accuracy(), minutes=minutes)
        return self.folder.last

    def _shuffled(self) -> Iterator[Tensor]:
        learn = torch.randperm(len(self.labels) - self.options.held_out, generator=self.random) + self.options.held_out
        whole = len(learn) // self.options.batch * self.options.batch
        yield from torch.split(learn[:whole], self.options.batch)

    def _learn(self, optimizer: torch.optim.Optimizer, places: Tensor) -> float:
        places = places.to(self.pixels.device)
        crops = Crops(self.options.size, self.options.smallest_crop).draw(self.pixels[places], self.random)
        loss = self.portions.learn(len(crops), lambda: self._add_gradients(optimizer, crops, self.labels[places]))
        optimizer.step()
        return loss

    def _add_gradients(self, optimizer: torch.optim.Optimizer, crops: Tensor, labels: Tensor) -> float:
        optimizer.zero_grad()
        mean, count = 0.0, self.portions.count
        for grey, wanted in zip(crops.chunk(count), labels.chunk(count), strict=True):
            loss = F.cross_entropy(self._logits(grey), wanted, label_smoothing=self.options.label_smoothing) / count
            loss.backward()  # type: ignore[no-untyped-call]
            mean += float(loss.detach())
        return mean

    @torch.no_grad()
    def _accuracy(self) -> dict[str, float]:
        """The share of held-out photos whose class is the first, or among the first five, of the guesses."""
        self.network.eval()
        tops = min(5, self.network_options.classes)
        held_out = torch.split(self.pixels[: self.options.held_out], self.options.batch // self.portions.count)
        guesses = torch.cat([self._logits(pixels.float() / 255).topk(tops).indices for pixels in held_out])
        right = guesses == self.labels[: self.options.held_out, None]
        return {"top1": float(right[:, 0].float().mean()), "top5": float(right.any(dim=1).float().mean())}

    def _logits(self, grey: Tensor) -> Tensor:
        with torch.autocast(grey.device.type, torch.bfloat16):
            logits: Tensor = self.network(grey * 100)
        return logits.float()

    def _save(self, **numbers: float) -> None:
        self.record["epochs"].append({name: round(value, 4) for name, value in numbers.items()})
        self.folder.log(**numbers)
        save_checkpoint(self.folder.last, self.network, self.network_options, self.record)


def _lightness(rgb: Tensor) -> Tensor:
    """L* of uint8 sRGB (B, 3, S, S) as uint8 (B, 1, S, S), where 255 is L* = 100."""
    return (rgb_to_lab(rgb.float() / 255)[:, :1] * 2.55).round().byte()


def _chunks(squares: Sequence[Square]) -> Iterator[Sequence[Square]]:
    yield from (squares[start : start + CHUNK] for start in range(0, len(squares), CHUNK))
