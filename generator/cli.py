"""The commands of `python -m generator`. Each returns 0, or 1 after one sentence on standard error."""

import argparse
import json
import os
import platform
import shlex
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from generator.checkpoint import SHIPPED, CheckpointError, describe, load_checkpoint, write_description
from generator.colorizer import BATCH, Colorizer
from generator.configurations import CONFIGURATIONS
from generator.data import PHOTO_SUFFIXES, DataError, find_photos, read_photo, read_photo_set, read_squares
from generator.metrics import evaluate
from generator.networks import NetworkOptions
from generator.training import Trainer, TrainingError


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads or torch.get_num_threads())
    try:
        return int(options.run(options))
    except (CheckpointError, DataError, TrainingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def run_colorize(options: argparse.Namespace) -> int:
    """Photos to image files: one photo to a file, any number of files and folders to a folder."""
    targets = _targets(options.photos, options.out)
    if not targets:
        raise DataError(f"There are no photos ({', '.join(PHOTO_SUFFIXES)}) in {_listed(options.photos)}.")
    colorizer = Colorizer.load(options.checkpoint, options.device, batch=options.batch)
    photos, done = list(targets), 0
    with tqdm(total=len(photos), unit=" photos", disable=len(photos) < 2) as bar:
        for start in range(0, len(photos), options.batch):
            chunk = photos[start : start + options.batch]
            done += _colorize_files(colorizer, {photo: targets[photo] for photo in chunk})
            bar.update(len(chunk))
    if not done:
        raise DataError(f"Nothing was colorized: none of {_listed(options.photos)} is a readable photo.")
    print(f"{done} of {len(photos)} photos colorized into {options.out}")
    return 0


def run_info(options: argparse.Namespace) -> int:
    print(json.dumps(describe(options.checkpoint), indent=2))
    return 0


def run_train(options: argparse.Namespace) -> int:
    configuration, paths = CONFIGURATIONS[options.configuration], dict(options.data)
    if set(paths) != set(configuration.photo_sets):
        wanted = " ".join(f"{name}=PATH" for name in configuration.photo_sets)
        raise DataError(f"{options.configuration} learns from other photo sets: give --data {wanted}.")
    sets = {name: read_photo_set(paths[name], how) for name, how in configuration.photo_sets.items()}
    for problem in (problem for photos in sets.values() for problem in photos.problems):
        print(f"Skipped {problem}", file=sys.stderr)
    start = options.start
    trainer = Trainer(
        configuration,
        sets,
        options.out,
        network=load_checkpoint(start) if start else None,
        history=describe(start)["training"] if start else None,
        seed=options.seed,
        device=options.device or "cpu",
    )
    trainer.record["command"] = f"python -m generator {shlex.join(sys.argv[1:])}"
    trainer.record["machine"] = f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads"
    print(f"The checkpoint is {trainer.train()}")
    return 0


def run_evaluate(options: argparse.Namespace) -> int:
    """Print the numbers of a checkpoint on photos; with a name, also keep them in its JSON."""
    photos, problems = read_squares(options.data, options.size, palest=0)
    if not photos:
        raise DataError(f"There are no readable photos in {_listed(options.data)}.")
    for problem in problems:
        print(f"Skipped {problem}", file=sys.stderr)
    numbers = evaluate(Colorizer.load(options.checkpoint, options.device), photos)
    print(json.dumps(numbers, indent=2))
    if options.record:
        content = describe(options.checkpoint)
        evaluations = {**content["training"].get("evaluations", {}), options.record: numbers}
        network = NetworkOptions.from_json(content["network"])
        training = {**content["training"], "evaluations": evaluations}
        write_description(options.checkpoint, network, training, content["sha256"])
    return 0


def _targets(sources: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Each photo and the file for its colorization. Two photos of one name keep their suffixes."""
    if len(sources) == 1 and not sources[0].is_dir() and out.suffix and not out.is_dir():
        if out.suffix.lower() not in PHOTO_SUFFIXES:
            raise DataError(f"{out} must end in one of {', '.join(PHOTO_SUFFIXES)}.")
        return {sources[0]: out}
    places = {
        photo: photo.relative_to(source) if source.is_dir() else Path(photo.name)
        for source in sources
        for photo in find_photos(source)
    }
    taken = Counter(place.with_suffix(".png") for place in places.values())
    return {
        photo: out / (place.with_suffix(".png") if taken[place.with_suffix(".png")] == 1 else f"{place}.png")
        for photo, place in places.items()
    }


def _colorize_files(colorizer: Colorizer, targets: Mapping[Path, Path]) -> int:
    readable = {}
    for photo in targets:
        try:
            readable[photo] = read_photo(photo)
        except DataError as error:
            tqdm.write(f"{photo} is skipped: {error}", file=sys.stderr)
    for photo, colorization in zip(readable, colorizer.colorize(list(readable.values())), strict=True):
        targets[photo].parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(colorization).save(targets[photo])
    return len(readable)


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in paths)


def _named_paths(text: str) -> tuple[str, list[Path]]:
    name, _, paths = text.partition("=")
    if not name or not paths:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PATH[,PATH]")
    return name, [Path(path) for path in paths.split(",")]


def _device(text: str) -> str:
    try:
        torch.empty(0, device=text)
    except (RuntimeError, AssertionError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be used here; leave it out or say cpu") from error
    return text


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m generator", description="Colorize photos.")
    commands = parser.add_subparsers(required=True)
    _describe_colorize(commands.add_parser("colorize", help="give photos made-up colours"))
    _describe_train(commands.add_parser("train", help="train a generator"))
    _describe_evaluate(commands.add_parser("evaluate", help="measure a checkpoint on photos"))
    info = commands.add_parser("info", help="say what a checkpoint is and how it was made")
    info.set_defaults(run=run_info)
    info.add_argument("checkpoint", type=Path)
    for command in commands.choices.values():
        command.add_argument("--threads", type=_count, help="CPU threads of torch")
        command.add_argument("--device", type=_device, help="cpu or cuda; a GPU is used where there is one")
    return parser


def _describe_colorize(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=run_colorize)
    command.add_argument("photos", type=Path, nargs="+", help="files and folders")
    command.add_argument("-o", "--out", type=Path, required=True, help="a file for one photo, else a folder")
    command.add_argument("--checkpoint", type=Path, default=SHIPPED)
    command.add_argument("--batch", type=_count, default=BATCH)


def _describe_train(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=run_train)
    command.add_argument("configuration", choices=CONFIGURATIONS)
    command.add_argument("--data", type=_named_paths, nargs="+", required=True, metavar="NAME=PATH[,PATH]")
    command.add_argument("--out", type=Path, required=True, help="folder for the checkpoint, metrics and pictures")
    command.add_argument("--start", type=Path, help="a checkpoint to go on from")
    command.add_argument("--seed", type=int, default=0)


def _describe_evaluate(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=run_evaluate)
    command.add_argument("checkpoint", type=Path)
    command.add_argument("--data", type=Path, nargs="+", required=True, help="folders and zips of photos")
    command.add_argument("--size", type=_count, default=256, help="photos are cut to squares of this many pixels")
    command.add_argument("--record", metavar="NAME", help="keep the numbers in the checkpoint's JSON")
