"""`pretext`: teach an encoder to see grey photos by naming what is on them."""

import argparse
from pathlib import Path

from generator.commands.arguments import origin, positive, report
from generator.networks.encoders import ENCODER_CHANNELS, ClassifierOptions
from generator.pretext import Pretext, PretextOptions, read_labelled


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("encoder", choices=ENCODER_CHANNELS)
    command.add_argument("--data", type=Path, nargs="+", required=True, help="folders or zips of CLASS/PHOTO")
    command.add_argument("--out", type=Path, required=True, help="folder for the checkpoint and its numbers")
    command.add_argument("--epochs", type=positive, default=PretextOptions.epochs)
    command.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> int:
    how = PretextOptions(epochs=options.epochs)
    photos, problems = read_labelled(options.data, how.size)
    report(problems)
    network = ClassifierOptions(options.encoder, len(photos.classes))
    pretext = Pretext(network, how, photos, options.out, seed=options.seed, device=options.device)
    pretext.record.update(origin())
    print(f"The encoder is in {pretext.train()}")
    return 0
