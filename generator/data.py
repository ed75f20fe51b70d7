"""Photos for training and evaluation, read once from folders and zips."""

import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from tqdm import tqdm

from generator.colorizer import Photo, to_tensor
from generator.errors import Refusal
from generator.metrics import colourfulness
from generator.training.options import SetOptions

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
MAX_PHOTO_PIXELS = 100_000_000
TRIED = 20  # photos that tell how large those of a source are

# What libraries raise that unpack and decode: of files that are cut short, damaged, locked, or gone.
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    Image.DecompressionBombError,
)


class DataError(Refusal):
    """Photos that cannot be used, in one sentence that names them."""


@dataclass(frozen=True)
class Square:
    """A photo cut to a square, and the file it came from: its name, and the SHA-256 of its content."""

    name: str
    photo: Photo
    sha256: str


@dataclass(frozen=True)
class PhotoSet:
    """Square photos (N, 3, S, S) uint8 to learn from, and others held out to evaluate on.

    learn_files, held_out_files: the SHA-256 of the file of each, by which sets are kept apart.
    """

    learn: Tensor
    held_out: list[Photo]
    problems: list[str]
    learn_files: Sequence[str] = ()
    held_out_files: Sequence[str] = ()

    @property
    def side(self) -> int:
        """S, of the photos held out too."""
        return self.learn.shape[-1]


def read_photo(content: bytes | Path) -> Photo:
    """One photo (H, W, 3), turned the way up it was taken, on white where it is transparent.

    Raises DataError with the reason.
    """
    try:
        with Image.open(io.BytesIO(content) if isinstance(content, bytes) else content) as image:
            if image.width * image.height > MAX_PHOTO_PIXELS:
                raise DataError(f"it has {image.width} x {image.height} pixels, too many to be a photo.")
            return np.array(_flat(ImageOps.exif_transpose(image)).convert("RGB"))
    except UnidentifiedImageError as error:
        raise DataError("it is not a photo that can be read (no format of pictures begins like this).") from error
    except UNREADABLE as error:
        raise DataError(f"it is not a photo that can be read ({error}).") from error


def read_squares(sources: Sequence[Path], size: int) -> tuple[list[Square], list[str]]:
    """Squares of `size` pixels from all photos of folders and zips, each content once.

    In the order of the hashes of the files, so that the order depends on nothing else. Second, a sentence for each
    file that could not be read. Raises DataError for a source that does not exist or holds no readable photo.
    """
    squares: dict[str, Square] = {}
    problems: list[str] = []
    for name, read in tqdm(_files(sources), desc="reading", unit=" photos", mininterval=5):
        try:
            content = _content(read)
            sha256 = hashlib.sha256(content).hexdigest()
            squares[sha256] = Square(name, _square(read_photo(content), size), sha256)
        except DataError as error:
            problems.append(f"{name}: {error}")
    if not squares:
        first = f" {problems[0]}" if problems else ""
        raise DataError(f"There are no readable photos in {', '.join(str(source) for source in sources)}.{first}")
    return [squares[digest] for digest in sorted(squares)], problems


def read_photo_set(source: Path, options: SetOptions) -> PhotoSet:
    """The photos of a folder or zip that are not pale, some of them held out for evaluation.

    Their squares have `options.size` pixels, or as many as the photos have themselves. Held out are the first in the
    order of their files' hashes, a tenth at most: the same ones whenever the photos are the same.
    Raises DataError where nothing is left to learn from.
    """
    squares, problems = read_squares([source], min(options.size, _side(source)))
    vivid = [square for square in squares if float(colourfulness(to_tensor([square.photo]))[0]) >= options.palest]
    if not vivid:
        raise DataError(f"{source}: all {len(squares)} photos are grey or pale; there are no colours to learn.")
    photos, files = [square.photo for square in vivid], [square.sha256 for square in vivid]
    held_out = min(options.held_out, len(vivid) // 10)
    return PhotoSet(stack(photos[held_out:]), photos[:held_out], problems, files[held_out:], files[:held_out])


def keep_apart(sets: Mapping[str, PhotoSet]) -> dict[str, PhotoSet]:
    """The sets without what is held out of another one of them: a photo that judges a run must not teach it.

    Raises DataError where nothing is left of a set.
    """
    held_out = {file for photos in sets.values() for file in photos.held_out_files}
    return {name: _without(held_out, name, photos) for name, photos in sets.items()}


def _without(held_out: set[str], name: str, photos: PhotoSet) -> PhotoSet:
    kept = [place for place, file in enumerate(photos.learn_files) if file not in held_out]
    if len(kept) == len(photos.learn_files):
        return photos
    if not kept:
        raise DataError(f"All photos of {name} are held out of another source, to measure on: leave this one out.")
    files = [photos.learn_files[place] for place in kept]
    return replace(photos, learn=photos.learn[torch.tensor(kept)], learn_files=files)


def stack(photos: Sequence[Photo]) -> Tensor:
    """Photos of one size as (N, 3, S, S) uint8."""
    return torch.from_numpy(np.stack(photos)).movedim(-1, 1).contiguous()


def find_photos(path: Path) -> list[Path]:
    """The photo files under a folder, in the order of their names; or the one file."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in PHOTO_SUFFIXES and not file.is_dir())
    return [path]


def _flat(image: Image.Image) -> Image.Image:
    """The image in 8 bits without transparency, as colortest.stimuli.rendering has it, which only the site may import.

    Pillow's own way to 8 bits makes everything white that is not almost black.
    """
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image, dtype=np.float32) / 257).round().astype(np.uint8))
    if image.mode in ("I", "F"):
        raise DataError("its values of 32 bits have no known white; save it with 8 or 16 bits.")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA"))
    return image


def _side(source: Path) -> int:
    """The usual shorter side of the photos of a source, from the first ones of them."""
    sides = []
    for _name, read in islice(_files([source]), TRIED):
        with suppress(DataError):
            sides.append(min(read_photo(_content(read)).shape[:2]))
    return sorted(sides)[len(sides) // 2] if sides else 1


def _content(read: Callable[[], bytes]) -> bytes:
    """What is in a file. Raises DataError with the reason why it cannot be told."""
    try:
        return read()
    except UNREADABLE as error:
        raise DataError(f"it cannot be read ({error}).") from error


def _files(sources: Sequence[Path]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The name of each photo file, and how to read it: one that cannot be read must not cost the others."""
    for source in sources:
        if not source.exists():
            raise DataError(f"There is no {source} to read photos from.")
        if source.suffix.lower() == ".zip" and source.is_file():
            yield from _zipped(source)
        else:
            yield from ((str(file), file.read_bytes) for file in find_photos(source))


def _zipped(source: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    try:
        archive = zipfile.ZipFile(source)
    except UNREADABLE as error:
        raise DataError(f"{source} is no zip that can be read ({error}); copy it again.") from error
    with archive:
        for name in archive.namelist():
            if name.lower().endswith(PHOTO_SUFFIXES):
                yield f"{source.name}/{name}", partial(archive.read, name)


def _square(photo: Photo, size: int) -> Photo:
    image = ImageOps.fit(Image.fromarray(photo), (size, size), Image.Resampling.LANCZOS)
    return np.array(image)
