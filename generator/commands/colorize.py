"""`colorize`: photos to image files. One photo to a file, any number of files and folders to a folder."""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from generator.checkpoint import SHIPPED
from generator.colorizer import Colorizer
from generator.commands.arguments import listed, positive
from generator.data import PHOTO_SUFFIXES, DataError, find_photos, read_photo


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("photos", type=Path, nargs="+", help="files and folders")
    command.add_argument("-o", "--out", type=Path, required=True, help="a file for one photo, else a folder")
    command.add_argument("--checkpoint", type=Path, default=SHIPPED)
    command.add_argument("--batch", type=positive, help="photos on the device at once")


def run(options: argparse.Namespace) -> int:
    targets = targets_of(options.photos, options.out)
    if not targets:
        raise DataError(f"There are no photos ({', '.join(PHOTO_SUFFIXES)}) in {listed(options.photos)}.")
    colorizer = Colorizer.load(options.checkpoint, options.device, batch=options.batch)
    photos, done, step = list(targets), 0, colorizer.full_batch
    with tqdm(total=len(photos), unit=" photos", disable=len(photos) < 2) as bar:
        for start in range(0, len(photos), step):
            chunk = photos[start : start + step]
            done += _colorize_files(colorizer, {photo: targets[photo] for photo in chunk})
            bar.update(len(chunk))
    if not done:
        raise DataError(f"Nothing was colorized: none of {listed(options.photos)} is a readable photo.")
    print(f"{done} of {len(photos)} photos colorized into {options.out}")
    return 0


def targets_of(sources: Sequence[Path], out: Path) -> dict[Path, Path]:
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
