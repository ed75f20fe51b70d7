"""Which split a photo belongs to, from where it lies. Pure: names in, names out."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

TRAIN, TEST = "train", "test"


def splits_by_folder(names: Iterable[str]) -> dict[str, str]:
    """Photo name → split, where the folders are the splits.

    They are the first level at which there are several, or the folder `train` or `test` where it is the only one
    there: `train/1.jpg` and `set/train/1.jpg` are both `train`. Photos that lie in none of them are `test`.
    """
    folders = {name: PurePosixPath(name).parts[:-1] for name in names}
    level = _level_of_splits(set(folders.values()))
    return {name: _split(parts[level]) if len(parts) > level else TEST for name, parts in folders.items()}


def _level_of_splits(folders: set[tuple[str, ...]]) -> int:
    for level in range(max(map(len, folders), default=0)):
        there = {_split(parts[level]) for parts in folders if len(parts) > level}
        if len(there) > 1 or there & {TRAIN, TEST}:
            return level
    return max(map(len, folders), default=0)


def _split(folder: str) -> str:
    """`Train` and `TEST` mean what they say; any other folder keeps its name."""
    return folder.lower() if folder.lower() in (TRAIN, TEST) else folder


def splits_by_place(name: str, places: Mapping[str, str]) -> list[str]:
    """Every split whose place holds `name`. A place is a folder or a glob: `photos/test`, `*/val`, `a/*.jpg`, `.`."""
    parts = PurePosixPath(name).parts
    return [split for split, place in places.items() if _holds(PurePosixPath(place).parts, parts)]


def _holds(place: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Whether `place` is a folder above `parts`, or `parts` itself; `**` stands for any folders."""
    if not place:
        return True
    if place[0] == "**":
        return any(_holds(place[1:], parts[skipped:]) for skipped in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], place[0]) and _holds(place[1:], parts[1:])
