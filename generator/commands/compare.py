"""`compare`: networks beside each other on the same photos, as one table and one figure."""

import argparse
from pathlib import Path

from generator.baselines import grey
from generator.checkpoint import find_checkpoint
from generator.colorizer import Colorizer
from generator.commands.arguments import UNLIKE, listed, positive, report
from generator.commands.evaluate import SIZE
from generator.comparison import GREY, TRUTH, draw, markdown, names, read_photos, row, write_csv
from generator.metrics import evaluate_with_intervals


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("networks", type=Path, nargs="+", metavar="RUN_OR_CHECKPOINT")
    command.add_argument("--data", type=Path, nargs="+", required=True, help="folders or zips of photos")
    command.add_argument("--unlike", type=Path, nargs="+", default=[], help=UNLIKE)
    command.add_argument("--out", type=Path, required=True, help="folder for the table and the figure")
    command.add_argument("--photos", type=positive, default=8, help="how many photos the figure shows")
    command.add_argument("--size", type=positive, default=SIZE, help="photos are cut to squares of so many pixels")


def run(options: argparse.Namespace) -> int:
    # All are loaded before the first is measured: a broken one at the end must not cost the work before it.
    colorizers = {
        name: Colorizer.load(find_checkpoint(path), options.device)
        for name, path in zip(names(options.networks), options.networks, strict=True)
    }
    squares, problems = read_photos(options.data, options.size, options.unlike)
    report(problems)
    photos = [square.photo for square in squares]
    shown = photos[: options.photos]
    numbers = {name: evaluate_with_intervals(colorizer, photos) for name, colorizer in colorizers.items()}
    first = next(iter(numbers.values()))
    rows = {
        TRUTH: row(first, "_truth"),
        GREY: row(first, "_grey"),
        **{name: row(some) for name, some in numbers.items()},
    }
    images = {name: colorizer.colorize(shown) for name, colorizer in colorizers.items()}

    options.out.mkdir(parents=True, exist_ok=True)
    heading = (
        f"{len(photos)} photos of {options.size} pixels from {listed(options.data)}; 95 % intervals in brackets.\n\n"
    )
    (options.out / "comparison.md").write_text(heading + markdown(rows))
    write_csv(options.out / "comparison.csv", rows)
    draw({TRUTH: shown, GREY: grey(shown), **images}).save(options.out / "comparison.png")
    print(heading + markdown(rows) + f"\nThe table and the figure are in {options.out}")
    return 0
