"""`colorize`: photos to image files. One photo to a file, any number of files and folders to a folder."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from generator.checkpoint import SHIPPED, find_checkpoint
from generator.colorizer import Colorizer
from generator.commands.arguments import listed, positive
from generator.data import PHOTO_SUFFIXES, DataError, find_photos, read_photo


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("photos", type=Path, nargs="+", help="files and folders")
    command.add_argument("-o", "--out", type=Path, required=True, help="a file for one photo, else a folder")
    command.add_argument("--checkpoint", type=Path, default=SHIPPED, help="its weights, or the folder of a run")
    command.add_argument("--batch", type=positive, help="photos on the device at once")


def run(options: argparse.Namespace) -> int:
    targets = targets_of(options.photos, options.out)
    if not targets:
        raise DataError(f"There are no photos ({', '.join(PHOTO_SUFFIXES)}) in {listed(options.photos)}.")
    colorizer = Colorizer.load(find_checkpoint(options.checkpoint), options.device, batch=options.batch)
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
    """Each photo and the file for its colorization. Raises DataError where a picture would be lost.

    Each of several folders gets one of its own name; two photos of one name keep their suffixes.
    """
    alone = len(sources) == 1 and not sources[0].is_dir()
    if alone and (out.suffix or out.is_file()) and not out.is_dir():
        if out.suffix.lower() not in PHOTO_SUFFIXES:
            raise DataError(f"{out} must end in one of {', '.join(PHOTO_SUFFIXES)}.")
        targets = {sources[0]: out}
    elif out.is_file() or (out.suffix.lower() in PHOTO_SUFFIXES and not out.is_dir()):
        raise DataError(f"{out} is a file, and several photos become files in a folder; name one.")
    else:
        targets = _targets_in(out, sources)
    _check_nothing_is_lost(targets)
    return targets


def _targets_in(out: Path, sources: Sequence[Path]) -> dict[Path, Path]:
    folders = sum(source.is_dir() for source in sources)
    places = {photo: _place(photo, source, named=folders > 1) for source in sources for photo in find_photos(source)}
    taken = Counter(place.with_suffix(".png") for place in places.values())
    return {
        photo: out / (place.with_suffix(".png") if taken[place.with_suffix(".png")] == 1 else f"{place}.png")
        for photo, place in places.items()
    }


def _place(photo: Path, source: Path, *, named: bool) -> Path:
    """Where a photo lies in what it was found in, with the name of that folder or without."""
    if not source.is_dir():
        return Path(photo.name)
    place = photo.relative_to(source)
    return source.resolve().name / place if named else place


def _check_nothing_is_lost(targets: Mapping[Path, Path]) -> None:
    photos = {os.path.realpath(photo): photo for photo in targets}
    made: dict[Path, Path] = {}
    for photo, target in targets.items():
        if overwritten := photos.get(os.path.realpath(target)):
            raise DataError(f"The colorization of {photo} would overwrite {overwritten}; name another place by --out.")
        if other := made.get(target):
            raise DataError(
                f"{other} and {photo} would both become {target}; colorize one of them into another folder."
            )
        made[target] = photo


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
