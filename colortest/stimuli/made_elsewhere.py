"""Fakes that others made: which photo each is of, and whether it is fit to be shown beside it. Pure."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from PIL import Image

from colortest.stimuli import lightness, rendering
from colortest.stimuli.archive.files import PHOTOS

# Of L*, on average over the pixels: about what an eye can see. A colorization that keeps its photo's lightness and was
# stored without loss differs by 0.3 from the photo as it is shown, as JPEG of quality 95 by 0.6, of quality 75 by 1.3.
CHANGED = 1.0
UNKNOWN = "No photo of the test set has this name."


class Named(NamedTuple):
    """A name, its parts that count from the file upwards, and its extension; worked out once, for there are many."""

    name: str
    parts: tuple[str, ...]
    extension: str
    pk: int = 0


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
    by_stem: dict[str, list[Named]] = defaultdict(list)
    for pk, name in photos:
        photo = _named(name, pk)
        by_stem[photo.parts[0]].append(photo)
    matches = Matches()
    claims: dict[Named, list[Named]] = defaultdict(list)
    for fake in map(_named, fakes):
        found = _nearest(fake, by_stem.get(fake.parts[0], []))
        if len(found) == 1:
            claims[found[0]].append(fake)
        else:
            matches.refused[fake.name] = _ambiguous([photo.name for photo in found]) if found else UNKNOWN
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


def _named(name: str, pk: int = 0) -> Named:
    """Without extensions of photos in its parts and without regard to capitals: a.jpg.png is a."""
    *folders, file = [part for part in unicodedata.normalize("NFC", name).casefold().split("/") if part] or [""]
    stem, extension = file, ""
    while (cut := stem.rpartition("."))[0] and f".{cut[2]}" in PHOTOS:
        stem, extension = cut[0], extension or cut[2]
    return Named(name, (stem, *reversed(folders)), extension, pk)


def _shared(one: Named, other: Named) -> int:
    """How many parts of two paths agree, counted from their ends; one more half for the same extension."""
    count = 0
    for mine, its in zip(one.parts, other.parts, strict=False):
        if mine != its:
            break
        count += 2
    return count + (one.extension == other.extension)


def _nearest(fake: Named, photos: list[Named]) -> list[Named]:
    if len(photos) < 2:
        return photos
    most = max(_shared(fake, photo) for photo in photos)
    return [photo for photo in photos if _shared(fake, photo) == most]


def _give(photo: Named, fakes: list[Named], matches: Matches) -> None:
    most = max(_shared(fake, photo) for fake in fakes)
    nearest = [fake for fake in fakes if _shared(fake, photo) == most]
    if len(nearest) == 1:
        matches.photo_of[nearest[0].name] = photo.pk
    for fake in fakes:
        if len(nearest) > 1:
            matches.refused[fake.name] = f"So many files are of the photo {photo.name}: {len(fakes)}. Keep one."
        elif fake != nearest[0]:
            near = nearest[0].name
            matches.refused[fake.name] = f"{near} is nearer to the photo {photo.name}, the only one of this name."


def _ambiguous(names: list[str]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"Several photos have this name: {names[0]}, {names[1]}{more}. Put it into the same folder as its photo."
