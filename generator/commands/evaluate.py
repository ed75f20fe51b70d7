"""`evaluate`: measure a checkpoint on photos, beside the truth and grey: print it, and keep it where told to."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.checkpoint import describe, find_checkpoint, write_description
from generator.colorizer import Colorizer
from generator.commands.arguments import UNLIKE, positive, report
from generator.comparison import read_photos, row, written
from generator.metrics import METRICS, Measured, evaluate_with_intervals
from generator.networks.registry import options_from_json

SIZE = 256


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("checkpoint", type=Path, help="its weights, or the folder of a run")
    command.add_argument("--data", type=Path, nargs="+", required=True, help="folders or zips of photos")
    command.add_argument("--unlike", type=Path, nargs="+", default=[], help=UNLIKE)
    command.add_argument("--size", type=positive, default=SIZE, help="photos are cut to squares of so many pixels")
    command.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write every number here, with its interval; else they are printed only",
    )
    command.add_argument("--record", metavar="NAME", help="keep the numbers in the checkpoint's JSON, under this name")


def run(options: argparse.Namespace) -> int:
    checkpoint = find_checkpoint(options.checkpoint)
    colorizer = Colorizer.load(checkpoint, options.device)
    squares, problems = read_photos(options.data, options.size, options.unlike)
    report(problems)
    numbers = evaluate_with_intervals(colorizer, [square.photo for square in squares])
    print(f"{checkpoint} on {len(squares)} photos of {options.size} pixels, with 95 % intervals\n")
    print(table(numbers))
    about = {"photos": len(squares), "size": options.size}
    if options.json:
        content = {"checkpoint": str(checkpoint), "sha256": describe(checkpoint)["sha256"], **about, "numbers": numbers}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(content, indent=2) + "\n")
    if options.record:
        record(checkpoint, options.record, about, numbers)
    return 0


def table(numbers: Mapping[str, Measured]) -> str:
    """A line for each metric: the network's number, grey's and the truth's."""
    columns = [row(numbers), row(numbers, "_grey"), row(numbers, "_truth")]
    lines = [["", "network", "grey", "truth"]]
    lines += [[metric.title, *(written(column[metric.name], metric) for column in columns)] for metric in METRICS]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def record(checkpoint: Path, name: str, about: Mapping[str, int], numbers: Mapping[str, Measured]) -> None:
    """Keep the numbers in the JSON beside the weights, as training.evaluations[name], each beside its interval."""
    description = describe(checkpoint)
    kept: dict[str, Any] = dict(about)
    for metric, number in numbers.items():
        kept |= {metric: number["value"], f"{metric}_interval": [number["low"], number["high"]]}
    training = description["training"]
    training["evaluations"] = {**training.get("evaluations", {}), name: kept}
    write_description(checkpoint, options_from_json(description["network"]), training, description["sha256"])
