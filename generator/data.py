"""Photos for training: read once from folders and zips, kept as one uint8 tensor, cropped where they are."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor
from tqdm import tqdm

from generator.colorizer import Photo, to_tensor
from generator.configurations import SetOptions
from generator.metrics import colourfulness

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
MAX_PHOTO_PIXELS = 100_000_000


class DataError(Exception):
    """Photos that cannot be used, in one sentence that names them."""


@dataclass(frozen=True)
class PhotoSet:
    """Square photos (N, 3, S, S) uint8 to learn from, and others held out to evaluate on."""

    learn: Tensor
    held_out: list[Photo]
    problems: list[str]


def read_photo(content: bytes | Path) -> Photo:
    """One photo (H, W, 3), turned the way up it was taken. Raises DataError with the reason."""
    try:
        with Image.open(io.BytesIO(content) if isinstance(content, bytes) else content) as image:
            if image.width * image.height > MAX_PHOTO_PIXELS:
                raise DataError(f"it has {image.width} x {image.height} pixels, too many to be a photo.")
            return np.array(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"it is not a photo that can be read ({error}).") from error


def read_squares(sources: Sequence[Path], size: int, palest: float) -> tuple[list[Photo], list[str]]:
    """Squares of `size` pixels from all photos of folders and zips that have at least `palest` colourfulness.

    In the order of the hashes of the files, so that the order depends on nothing else. Second, a sentence for each
    file that could not be read. Raises DataError for a source that does not exist.
    """
    photos: dict[str, Photo] = {}
    problems: list[str] = []
    for name, content in tqdm(_files(sources), desc="reading", unit=" photos", mininterval=5):
        try:
            photo = _square(read_photo(content), size)
        except DataError as error:
            problems.append(f"{name}: {error}")
            continue
        if float(colourfulness(to_tensor([photo]))[0]) >= palest:
            photos[hashlib.sha256(content).hexdigest()] = photo
    return [photos[digest] for digest in sorted(photos)], problems


def read_photo_set(sources: Sequence[Path], options: SetOptions) -> PhotoSet:
    """The photos of the sources; the first `held_out` of their order are kept for evaluation.

    Raises DataError where nothing is left to learn from.
    """
    photos, problems = read_squares(sources, options.size, options.palest)
    held_out = options.held_out
    if len(photos) <= held_out:
        named = ", ".join(str(source) for source in sources)
        raise DataError(f"{named}: {len(photos)} colourful photos, of which {held_out} are held out; add photos.")
    pixels = torch.from_numpy(np.stack(photos[held_out:])).movedim(-1, 1).contiguous()
    return PhotoSet(learn=pixels, held_out=photos[:held_out], problems=problems)


class Batches:
    """Endless batches of random crops, drawn from several photo sets in given shares."""

    def __init__(self, sets: Mapping[str, Tensor], shares: Mapping[str, float], random: torch.Generator) -> None:
        self.sets = [sets[name] for name in shares]
        self.shares = torch.tensor(list(shares.values()))
        self.random = random

    def draw(self, batch: int, size: int, smallest: float) -> Tensor:
        """sRGB (batch, 3, size, size) in 0..1; each crop spans `smallest` to 1 of its photo's side."""
        chosen = torch.multinomial(self.shares, batch, replacement=True, generator=self.random)
        counts = torch.bincount(chosen, minlength=len(self.sets)).tolist()
        crops = [
            self._crops(photos, count, size, smallest) for photos, count in zip(self.sets, counts, strict=True) if count
        ]
        return torch.cat(crops)

    def _crops(self, photos: Tensor, count: int, size: int, smallest: float) -> Tensor:
        places = torch.randint(len(photos), (count,), generator=self.random)
        span = smallest + (1 - smallest) * torch.rand(count, generator=self.random)
        shift = (1 - span)[:, None] * (torch.rand(count, 2, generator=self.random) * 2 - 1)
        flip = torch.randint(2, (count,), generator=self.random) * 2.0 - 1
        affine = torch.zeros(count, 2, 3)
        affine[:, 0, 0], affine[:, 1, 1], affine[:, :, 2] = span * flip, span, shift
        grid = F.affine_grid(affine.to(photos.device), [count, 3, size, size], align_corners=False)
        chosen = photos[places.to(photos.device)].float() / 255
        return F.grid_sample(chosen, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def find_photos(path: Path) -> list[Path]:
    """The photo files under a folder, in the order of their names; or the one file."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in PHOTO_SUFFIXES)
    return [path]


def _files(sources: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for source in sources:
        if not source.exists():
            raise DataError(f"There is no {source} to read photos from.")
        if source.suffix == ".zip":
            yield from _zipped(source)
        else:
            yield from ((str(file), file.read_bytes()) for file in find_photos(source))


def _zipped(source: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if name.lower().endswith(PHOTO_SUFFIXES):
                yield f"{source.name}/{name}", archive.read(name)


def _square(photo: Photo, size: int) -> Photo:
    image = ImageOps.fit(Image.fromarray(photo), (size, size), Image.Resampling.LANCZOS)
    return np.array(image)
