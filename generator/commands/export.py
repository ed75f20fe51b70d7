"""`export`: a checkpoint as one ONNX file, which ONNX Runtime must run with the same result."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from torch import Tensor

from generator.checkpoint import describe, find_checkpoint, load_checkpoint
from generator.colorizer import network_size, shrink, to_tensor
from generator.commands.arguments import report
from generator.data import DataError, find_photos, read_photo
from generator.export import export
from generator.lab import rgb_to_lightness

MOST_PHOTOS = 8  # to check with


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("checkpoint", type=Path, help="its weights, or the folder of a run")
    command.add_argument("-o", "--out", type=Path, required=True, help="the file, FILE.onnx")
    command.add_argument("--data", type=Path, nargs="+", default=[], help="check with some of these photos too")


def run(options: argparse.Namespace) -> int:
    if options.out.suffix != ".onnx":
        raise DataError(f"{options.out} must end in .onnx.")
    checkpoint = find_checkpoint(options.checkpoint)
    network = load_checkpoint(checkpoint, "cpu")
    real = list(photos_lightness(options.data, network.options.size))
    agreement = export(network, describe(checkpoint)["sha256"], options.out, real)
    seen = f"made pictures and {len(real)} photos" if real else "made pictures"
    print(
        f"{options.out}: {options.out.stat().st_size / 2**20:.1f} MiB; ONNX Runtime differs from torch by "
        f"{agreement.mean:.2g} ab units in the mean and {agreement.most:.2g} at most, on {seen}."
    )
    return 0


def photos_lightness(sources: Sequence[Path], size: int) -> Iterator[Tensor]:
    """L* (1, 1, H, W) of the first photos, each as the network would see it."""
    photos = [photo for source in sources for photo in find_photos(source)]
    for path in photos[:MOST_PHOTOS]:
        try:
            photo = read_photo(path)
        except DataError as error:
            report([f"{path}: {error}"])
        else:
            height, width = photo.shape[:2]
            yield shrink(rgb_to_lightness(to_tensor([photo])), network_size(height, width, size))
