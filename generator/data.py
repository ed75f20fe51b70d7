"""Photos for training and evaluation, read once from folders and zips."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from tqdm import tqdm

from generator.colorizer import Photo, to_tensor
from generator.metrics import colourfulness
from generator.training.options import SetOptions

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
MAX_PHOTO_PIXELS = 100_000_000
TRIED = 20  # photos that tell how large those of a source are


class DataError(Exception):
    """Photos that cannot be used, in one sentence that names them."""


@dataclass(frozen=True)
class Square:
    """A photo cut to a square, and the file it came from."""

    name: str
    photo: Photo


@dataclass(frozen=True)
class PhotoSet:
    """Square photos (N, 3, S, S) uint8 to learn from, and others held out to evaluate on."""

    learn: Tensor
    held_out: list[Photo]
    problems: list[str]

    @property
    def side(self) -> int:
        """S, of the photos held out too."""
        return self.learn.shape[-1]


def read_photo(content: bytes | Path) -> Photo:
    """One photo (H, W, 3), turned the way up it was taken. Raises DataError with the reason."""
    try:
        with Image.open(io.BytesIO(content) if isinstance(content, bytes) else content) as image:
            if image.width * image.height > MAX_PHOTO_PIXELS:
                raise DataError(f"it has {image.width} x {image.height} pixels, too many to be a photo.")
            return np.array(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"it is not a photo that can be read ({error}).") from error


def read_squares(sources: Sequence[Path], size: int) -> tuple[list[Square], list[str]]:
    """Squares of `size` pixels from all photos of folders and zips, each content once.

    In the order of the hashes of the files, so that the order depends on nothing else. Second, a sentence for each
    file that could not be read. Raises DataError for a source that does not exist or holds no readable photo.
    """
    squares: dict[str, Square] = {}
    problems: list[str] = []
    for name, content in tqdm(_files(sources), desc="reading", unit=" photos", mininterval=5):
        try:
            squares[hashlib.sha256(content).hexdigest()] = Square(name, _square(read_photo(content), size))
        except DataError as error:
            problems.append(f"{name}: {error}")
    if not squares:
        raise DataError(f"There are no readable photos in {', '.join(str(source) for source in sources)}.")
    return [squares[digest] for digest in sorted(squares)], problems


def read_photo_set(source: Path, options: SetOptions) -> PhotoSet:
    """The photos of a folder or zip that are not pale, some of them held out for evaluation.

    Their squares have `options.size` pixels, or as many as the photos have themselves. Held out are the first in the
    order of their files' hashes, a tenth at most: the same ones whenever the photos are the same.
    Raises DataError where nothing is left to learn from.
    """
    squares, problems = read_squares([source], min(options.size, _side(source)))
    photos = [square.photo for square in squares]
    photos = [photo for photo in photos if float(colourfulness(to_tensor([photo]))[0]) >= options.palest]
    if not photos:
        raise DataError(f"{source}: all {len(squares)} photos are grey or pale; there are no colours to learn.")
    held_out = min(options.held_out, len(photos) // 10)
    return PhotoSet(learn=stack(photos[held_out:]), held_out=photos[:held_out], problems=problems)


def stack(photos: Sequence[Photo]) -> Tensor:
    """Photos of one size as (N, 3, S, S) uint8."""
    return torch.from_numpy(np.stack(photos)).movedim(-1, 1).contiguous()


def find_photos(path: Path) -> list[Path]:
    """The photo files under a folder, in the order of their names; or the one file."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in PHOTO_SUFFIXES)
    return [path]


def _side(source: Path) -> int:
    """The usual shorter side of the photos of a source, from the first ones of them."""
    sides = []
    for _name, content in islice(_files([source]), TRIED):
        with suppress(DataError):
            sides.append(min(read_photo(content).shape[:2]))
    return sorted(sides)[len(sides) // 2] if sides else 1


def _files(sources: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for source in sources:
        if not source.exists():
            raise DataError(f"There is no {source} to read photos from.")
        if source.suffix == ".zip":
            yield from _zipped(source)
        else:
            yield from ((str(file), file.read_bytes()) for file in find_photos(source))


def _zipped(source: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(source) as archive:
            for name in archive.namelist():
                if name.lower().endswith(PHOTO_SUFFIXES):
                    yield f"{source.name}/{name}", archive.read(name)
    except (zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{source} is no zip that can be read ({error}); copy it again.") from error


def _square(photo: Photo, size: int) -> Photo:
    image = ImageOps.fit(Image.fromarray(photo), (size, size), Image.Resampling.LANCZOS)
    return np.array(image)
