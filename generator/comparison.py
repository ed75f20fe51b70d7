"""Networks beside each other, beside the truth and beside grey: one table and one figure of the same photos."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from generator.checkpoint import RUN_CHECKPOINTS
from generator.colorizer import Photo, to_tensor
from generator.copies import ALIKE, difference, thumbnails_of
from generator.data import DataError, Square, read_squares
from generator.metrics import METRICS, Measured, Metric, colourfulness

TRUTH, GREY = "truth", "grey"
PALEST = 1.0  # colourfulness; rounding leaves a grey JPEG below it
COMPARED = 64  # pixels, at which photos are read to be compared with others
GAP = 4  # pixels between photos of the figure

Row = dict[str, Measured]  # one image source's number for each name of METRICS


def read_photos(sources: Sequence[Path], size: int, unlike: Sequence[Path] = ()) -> tuple[list[Square], list[str]]:
    """Squares to measure on, as `read_squares` gives them, less those of which the sources `unlike` hold a copy.

    Raises DataError also where none is left, or none of them has a colour.
    """
    squares, problems = read_squares(sources, size)
    if unlike:
        squares, copies = _without_copies(squares, unlike)
        problems += copies
    if all(float(colourfulness(to_tensor([square.photo]))) < PALEST for square in squares):
        raise DataError(
            f"All photos ({len(squares)}) of {', '.join(map(str, sources))} are grey: numbers about colours mean "
            "nothing there; add photos in colour."
        )
    return squares, problems


def row(numbers: Mapping[str, Measured], of: str = "") -> Row:
    """From the numbers of `evaluate_with_intervals`, those of the network, of "_grey" or of the "_truth"."""
    return {metric.name: _number(numbers, metric, of) for metric in METRICS}


def written(number: Measured, metric: Metric) -> str:
    """The value, and its interval where that can be seen: `21.8 [21.3, 22.4]`."""
    ends = (number["value"], number["low"], number["high"])
    value, low, high = (f"{end:.{metric.digits}f}".replace("inf", "∞") for end in ends)
    return value if low == high else f"{value} [{low}, {high}]"


def names(paths: Sequence[Path]) -> list[str]:
    """Short names of runs and checkpoints, and whole paths where those would be equal or a name of the table's own."""
    short = [_short(path.resolve()) for path in paths]
    taken = Counter([*short, TRUTH, GREY])
    return [name if taken[name] == 1 else str(path) for name, path in zip(short, paths, strict=True)]


def markdown(rows: Mapping[str, Row]) -> str:
    """The table: a heading, and a line for each name, every number rounded and beside its interval."""
    lines = [["network", *(metric.title for metric in METRICS)], ["---", *("---:" for _ in METRICS)]]
    lines += [[name, *(written(numbers[metric.name], metric) for metric in METRICS)] for name, numbers in rows.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_csv(path: Path, rows: Mapping[str, Row]) -> None:
    """A column for each number, and one for each end of its interval."""
    columns = [(metric.name, part) for metric in METRICS for part in ("value", "low", "high")]
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["network", *(name if part == "value" else f"{name}_{part}" for name, part in columns)])
        for network, numbers in rows.items():
            table.writerow([network, *(dict(numbers[name])[part] for name, part in columns)])


def draw(rows: Mapping[str, Sequence[Photo]]) -> Image.Image:
    """A row of photos (S, S, 3) for each name, with the name at its left."""
    size = len(next(iter(rows.values()))[0])
    count = max(len(photos) for photos in rows.values())
    font = ImageFont.load_default(max(10, size // 10))
    left = int(max(font.getlength(name) for name in rows)) + 3 * GAP
    figure = Image.new("RGB", (left + count * (size + GAP), len(rows) * (size + GAP)), "white")
    pen = ImageDraw.Draw(figure)
    for number, (name, photos) in enumerate(rows.items()):
        top = number * (size + GAP)
        pen.text((GAP, top + size // 2), name, fill="black", font=font, anchor="lm")
        for place, photo in enumerate(photos):
            figure.paste(Image.fromarray(np.asarray(photo)), (left + place * (size + GAP), top))
    return figure


def _without_copies(squares: Sequence[Square], unlike: Sequence[Path]) -> tuple[list[Square], list[str]]:
    """The squares of which there is no copy, and a sentence for each of the others."""
    known, parts = [], []
    problems: list[str] = []
    for source in unlike:  # one after the other, for they may be large
        others, unreadable = read_squares([source], COMPARED)
        known += [other.name for other in others]
        parts.append(thumbnails_of([other.photo for other in others]))
        problems += unreadable
    apart = difference(thumbnails_of([square.photo for square in squares]), torch.cat(parts))
    nearest = [known[place] for place in apart.argmin(dim=1).tolist()]
    copied = (apart.min(dim=1).values < ALIKE).tolist()
    kept = [square for square, is_copy in zip(squares, copied, strict=True) if not is_copy]
    if not kept:
        raise DataError(f"Nothing is left to measure on: {', '.join(map(str, unlike))} hold a copy of every photo.")
    for square, is_copy, name in zip(squares, copied, nearest, strict=True):
        if is_copy:
            problems.append(f"{square.name}: it is the photo {name}.")
    return kept, problems


def _number(numbers: Mapping[str, Measured], metric: Metric, of: str) -> Measured:
    if of == "_truth" and metric.truth is not None:
        return Measured(value=metric.truth, low=metric.truth, high=metric.truth)
    return numbers[f"{metric.name}{of}"]


def _short(path: Path) -> str:
    if path.is_dir():
        return path.name
    return path.parent.name if path.name in RUN_CHECKPOINTS else path.stem
