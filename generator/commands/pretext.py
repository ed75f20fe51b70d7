"""`pretext`: teach an encoder to see grey photos by naming what is on them."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from generator.commands.arguments import origin, positive, report
from generator.data import DataError
from generator.networks.encoders import ENCODER_CHANNELS, ClassifierOptions
from generator.pretext import Pretext, PretextOptions, read_labelled
from generator.training.run_folder import RunFolder

LEFT = ("config.json", "metrics.jsonl", "last.safetensors")  # by a run in its folder


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("encoder", choices=ENCODER_CHANNELS)
    command.add_argument("--data", type=Path, nargs="+", required=True, help="folders or zips of CLASS/PHOTO")
    command.add_argument("--out", type=Path, required=True, help="a new folder for the checkpoint and its numbers")
    command.add_argument("--epochs", type=positive, default=PretextOptions.epochs)
    command.add_argument(
        "--held-out", type=positive, default=PretextOptions.held_out, help="photos to measure on, not to learn from"
    )
    command.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> int:
    _refuse_used(options.out)
    how = PretextOptions(epochs=options.epochs, held_out=options.held_out)
    photos, problems = read_labelled(options.data, how.size)
    report(problems)
    network = ClassifierOptions(options.encoder, len(photos.classes))
    folder = RunFolder(options.out)
    pretext = Pretext(network, how, photos, folder, seed=options.seed, device=options.device)
    pretext.record.update(origin())
    folder.begin(_config(options, network, how))
    print(f"The encoder is in {pretext.train()}")
    return 0


def _refuse_used(out: Path) -> None:
    """Before photos are read, which takes minutes. Raises DataError."""
    if any((out / name).exists() for name in LEFT):
        raise DataError(f"{out} holds a run already, and no pretext run can be gone on with; name another folder.")


def _config(options: argparse.Namespace, network: ClassifierOptions, how: PretextOptions) -> dict[str, Any]:
    """What the run is told, as JSON; the same names as those of a training run."""
    return {
        "name": "pretext",
        "network": network.to_json(),
        "pretext": asdict(how),
        "directory": str(Path.cwd()),
        "data": [str(source) for source in options.data],
        "seed": options.seed,
        "threads": torch.get_num_threads(),
        "device": torch.device(options.device).type,
        **origin(),
    }
