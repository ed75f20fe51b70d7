"""`observe`: the machine fool rate: how often a network takes an algorithm's colorizations for the photos."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from generator.baselines import grey, random_colour
from generator.checkpoint import CheckpointError, describe, find_checkpoint
from generator.colorizer import Colorizer, Photo
from generator.commands.arguments import UNLIKE, listed, positive, report
from generator.comparison import read_photos
from generator.data import DataError, Square, read_squares
from generator.observer import MachineFoolRate, machine_fool_rate, observe, real_again, settings

SIZE = 256
GREY, RANDOM_COLOUR, REAL_AGAIN = "grey", "random-colour", "real against real"
ABOUT = """Machine fool rate: a network's, not people's; 50 % is chance, and brackets are 95 % intervals.
Grey and random colour should be near 0 %, real against real (each photo's own colours by the steps of a colorizer)
near 50 %: where they are not, the observer is worth nothing on these photos."""

Splits = Mapping[str, Sequence[Square]]


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "algorithms",
        nargs="+",
        metavar="ALGORITHM",
        help="a checkpoint, a run, a folder of ready colorizations with the photos' file names, grey or random-colour",
    )
    command.add_argument(
        "--data", type=_split, nargs="+", required=True, metavar="SPLIT=DIR", help="test=DIR train=DIR"
    )
    command.add_argument("--unlike", type=Path, nargs="+", default=[], help=UNLIKE)
    command.add_argument("--size", type=positive, default=SIZE, help="photos are cut to squares of so many pixels")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")


def run(options: argparse.Namespace) -> int:
    splits = _read(dict(options.data), options.size, options.unlike)
    rates: dict[str, dict[str, MachineFoolRate]] = {}
    print(ABOUT)
    for algorithm in dict.fromkeys([*options.algorithms, GREY, RANDOM_COLOUR, REAL_AGAIN]):
        kept, colorizations = _colorizations(algorithm, splits, dict(options.data), options)
        rates[algorithm] = _rates(algorithm, kept, colorizations, options)
        for split, rate in rates[algorithm].items():
            print(_sentence(algorithm, split, rate), flush=True)
    if options.json:
        content = {
            "about": "machine fool rates: a network's, not people's",
            "observer": settings(seed=options.seed),
            "size": options.size,
            "machine_fool_rates": {
                algorithm: {split: asdict(rate) for split, rate in by_split.items()}
                for algorithm, by_split in rates.items()
            },
            "sha256": {name: describe(find_checkpoint(Path(name)))["sha256"] for name in rates if _is_checkpoint(name)},
        }
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(content, indent=2) + "\n")
    return 0


def _split(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if not name or not path:
        raise argparse.ArgumentTypeError(f"{text!r} must be SPLIT=DIR, such as test=photos/test")
    return name, Path(path)


def _read(sources: Mapping[str, Path], size: int, unlike: Sequence[Path]) -> Splits:
    splits = {}
    for split, source in sources.items():
        splits[split], problems = read_photos([source], size, unlike)
        report(problems)
    return splits


def _rates(
    algorithm: str, splits: Splits, colorizations: Sequence[Photo], options: argparse.Namespace
) -> dict[str, MachineFoolRate]:
    """One observer for all splits, so that the rates of two splits are of one observer."""
    photos = [square.photo for squares in splits.values() for square in squares]
    bar = f"observing {algorithm}"
    verdicts = observe(photos, colorizations, seed=options.seed, device=options.device, progress=bar)
    rates, start = {}, 0
    for split, squares in splits.items():
        if squares:
            rates[split] = machine_fool_rate(verdicts.at(range(start, start + len(squares))))
        start += len(squares)
    return rates


def _colorizations(
    algorithm: str, splits: Splits, sources: Mapping[str, Path], options: argparse.Namespace
) -> tuple[Splits, list[Photo]]:
    """The photos that the algorithm has colorizations of, by split, and these in the same order."""
    photos = [square.photo for squares in splits.values() for square in squares]
    if algorithm == GREY:
        return splits, grey(photos)
    if algorithm == RANDOM_COLOUR:
        return splits, random_colour(photos, [*photos[1:], *photos[:1]])
    if algorithm == REAL_AGAIN:
        return splits, real_again(photos)
    if _is_checkpoint(algorithm):
        return splits, Colorizer.load(find_checkpoint(Path(algorithm)), options.device).colorize(photos)
    return _ready(Path(algorithm), splits, sources, options.size)


def _is_checkpoint(algorithm: str) -> bool:
    """A run is a folder too; every other folder holds colorizations."""
    if algorithm in (GREY, RANDOM_COLOUR, REAL_AGAIN):
        return False
    try:
        find_checkpoint(Path(algorithm))
    except CheckpointError:
        return False
    return True


def _ready(folder: Path, splits: Splits, sources: Mapping[str, Path], size: int) -> tuple[Splits, list[Photo]]:
    """FOLDER/SPLIT/NAME or FOLDER/NAME for each photo; photos without one are named and left out."""
    squares, problems = read_squares([folder], size)
    report(problems)
    ready = {_name(square, folder): square.photo for square in squares}
    kept: dict[str, list[Square]] = {split: [] for split in splits}
    colorizations: list[Photo] = []
    for split, photos in splits.items():
        for square in photos:
            name = _name(square, sources[split])
            colorization = ready.get(Path(split) / name, ready.get(name))
            if colorization is None:
                report([f"{square.name}: {folder} holds no colorization of it."])
            else:
                kept[split].append(square)
                colorizations.append(colorization)
    if not colorizations:
        raise DataError(f"{folder} holds no colorization with the name of a photo in {listed(list(sources.values()))}.")
    return kept, colorizations


def _name(square: Square, source: Path) -> Path:
    """The photo's path inside its folder or zip, without the suffix."""
    path = Path(square.name)
    return path.relative_to(source if source.is_dir() else Path(path.parts[0])).with_suffix("")


def _sentence(algorithm: str, split: str, rate: MachineFoolRate) -> str:
    low, high = 100 * rate.low, 100 * rate.high
    of = f"{rate.fooled:g} of {rate.photos} photos"
    return f"{algorithm}, {split}: machine fool rate {100 * rate.rate:.1f} % [{low:.1f}, {high:.1f}], {of}"
