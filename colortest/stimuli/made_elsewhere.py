"""Fakes that others made: which photo each is of, and whether it is fit to be shown beside it. Pure."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np
from PIL import Image

from colortest.stimuli import lightness, rendering
from colortest.stimuli.archive.files import PHOTOS

# Of L*, on average over the pixels: about what an eye can see. A colorization that keeps its photo's lightness and was
# stored without loss differs by 0.3 from the photo as it is shown, as JPEG of quality 95 by 0.6, of quality 75 by 1.3.
CHANGED = 1.0
UNKNOWN = "No photo of the test set has this name."

Key = tuple[str, ...]


@dataclass
class Matches:
    """photo_of: photo for each fake that has exactly one. refused: the other fakes, each with a sentence."""

    photo_of: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def match(fakes: Iterable[str], photos: Iterable[tuple[int, str]]) -> Matches:
    """Fakes and photos (id, name) by their paths: the file's name without its extension must be the same.

    Where several photos have that name, the one that shares most folders with the fake is meant, counted from the file
    upwards; then one of the same extension. Capitals do not matter. A photo that several fakes match goes to the one
    that shares most; where two share alike, to none.
    """
    by_stem: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for photo in photos:
        by_stem[_key(photo[1])[-1]].append(photo)
    matches = Matches()
    claims: dict[tuple[int, str], list[str]] = defaultdict(list)
    for fake in fakes:
        found = _nearest(fake, by_stem.get(_key(fake)[-1], []))
        if len(found) == 1:
            claims[found[0]].append(fake)
        else:
            matches.refused[fake] = _ambiguous([name for _, name in found]) if found else UNKNOWN
    for photo, claimants in claims.items():
        _give(photo, claimants, matches)
    return matches


def wrong_size(fake: Image.Image, photo_size: tuple[int, int]) -> str:
    """Why a fake of this size cannot be of the photo, or an empty text."""
    shown = (rendering.SIDE, rendering.SIDE)
    if fake.size in (photo_size, shown):
        return ""
    own = "" if photo_size == shown else f"{photo_size[0]} × {photo_size[1]}, as the photo, or "
    return f"It has {fake.width} × {fake.height} pixels; it needs {own}{shown[0]} × {shown[1]}."


def lightness_change(fake: Image.Image, photo: Image.Image) -> float:
    """Mean of |ΔL*| between a fake as it came, RGB of any size, and its photo as it is stored."""
    rendered = np.asarray(rendering.render(fake))
    return float(np.abs(lightness.lightness(rendered) - lightness.lightness(np.asarray(photo))).mean())


def _key(name: str) -> Key:
    """Folders and file name, without extensions of photos and without regard to capitals: a.jpg.png is a."""
    path = PurePosixPath(unicodedata.normalize("NFC", name).casefold())
    while path.suffix in PHOTOS and path.stem:
        path = path.with_suffix("")
    return path.parts or ("",)


def _shared(one: str, other: str) -> int:
    """How many parts of two paths agree, counted from their ends; one more half for the same extension."""
    count = 0
    for mine, its in zip(reversed(_key(one)), reversed(_key(other)), strict=False):
        if mine != its:
            break
        count += 2
    return count + (PurePosixPath(one).suffix.casefold() == PurePosixPath(other).suffix.casefold())


def _nearest(fake: str, photos: list[tuple[int, str]]) -> list[tuple[int, str]]:
    most = max((_shared(fake, name) for _, name in photos), default=0)
    return [photo for photo in photos if _shared(fake, photo[1]) == most]


def _give(photo: tuple[int, str], fakes: list[str], matches: Matches) -> None:
    pk, name = photo
    most = max(_shared(fake, name) for fake in fakes)
    nearest = [fake for fake in fakes if _shared(fake, name) == most]
    if len(nearest) == 1:
        matches.photo_of[nearest[0]] = pk
    for fake in fakes:
        if len(nearest) > 1:
            matches.refused[fake] = f"So many files are of the photo {name}: {len(fakes)}. Keep one."
        elif fake != nearest[0]:
            matches.refused[fake] = f"{nearest[0]} is nearer to the photo {name}, the only one of this name."


def _ambiguous(names: list[str]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"Several photos have this name: {names[0]}, {names[1]}{more}. Put it into the same folder as its photo."
