"""What a folder and a zip have in common: files with names and sizes that may all be lies."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

PHOTOS = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"})
HEIC = frozenset({".heic", ".heif"})
ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"})
LEFT_BY_SYSTEMS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
LONGEST_SHOWN = 255
# Bytes that are no text, signs that a terminal obeys, and those that turn the direction of what follows.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Limits:
    """The most that a test set may be. Bytes are counted unpacked, `max_name` over the whole path inside."""

    max_files: int = 200_000
    max_file_bytes: int = 64 * 2**20
    max_total_bytes: int = 64 * 2**30
    max_ratio: int = 200  # unpacked over packed bytes; photos are packed already and stay near 1
    max_name: int = 255
    max_split: int = 50


@dataclass(frozen=True)
class Entry:
    """A file that may be a photo. `read` gives its bytes for as long as the Entry lives, or raises BadEntry."""

    name: str
    split: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Problem:
    """A file that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Candidate:
    """A file that passed every check that needs no reading; `size` is the number of bytes that it claims."""

    name: str
    size: int
    read: Callable[[], bytes]


class BadArchive(ValueError):
    """Nothing of the folder or zip can be used. Its text is one sentence, without the name."""


class BadEntry(ValueError):
    """One file cannot be read. Its text is one sentence, without the name."""


def passed_over(name: str) -> bool:
    """Whether a system left the file behind: hidden, or in __MACOSX, or a Thumbs.db. `..` is no hidden folder."""
    parts = PurePosixPath(name).parts
    return any(part.lower() in LEFT_BY_SYSTEMS or (part.startswith(".") and part != "..") for part in parts)


def is_manifest(name: str) -> bool:
    """Whether a file says which photos belong to which split, and is none itself."""
    return PurePosixPath(name).name.lower() == "manifest.csv"


def leads_out(name: str) -> str:
    """Why a path could mean a place outside of the folder that it is in; empty where it could not."""
    if re.match(r"[A-Za-z]:", name):
        return "Its path begins with a drive of Windows"
    if name.startswith("/"):
        return "Its path begins at the root of a disk"
    return "Its path leads out of the zip" if ".." in name.split("/") else ""


def refusal(name: str, size: int, limits: Limits) -> str:
    """Why a file is not even read, or an empty text."""
    extension = PurePosixPath(name).suffix.lower()
    if printable(name, longest=len(name)) != name:
        return "Its name is not valid text: rename it."
    if len(name) > limits.max_name:
        return f"Its name has more than {limits.max_name} characters with its folders: shorten it."
    if is_manifest(name):
        return _too_large(size, limits) if size > limits.max_file_bytes else ""
    if extension in ARCHIVES:
        return "An archive inside is not opened: unpack it first."
    if extension in HEIC:
        return "HEIC photos cannot be read here: export it as JPEG."
    if extension not in PHOTOS:
        return "It is not a photo: JPEG, PNG, WebP, AVIF, TIFF, BMP and GIF files are accepted."
    if size > limits.max_file_bytes:
        return _too_large(size, limits)
    return ""


def read_at_most(file: IO[bytes], limits: Limits) -> bytes:
    """All of an open file; BadEntry, with no more than the limit read, where it is longer than it claimed."""
    data = file.read(limits.max_file_bytes + 1)
    if len(data) > limits.max_file_bytes:
        raise BadEntry(_too_large(len(data), limits))
    return data


def printable(name: str, *, longest: int = LONGEST_SHOWN) -> str:
    """A name that any page or table can hold: valid text, and of a length to read."""
    text = _UNSHOWN.sub("?", name)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _too_large(size: int, limits: Limits) -> str:
    return f"It has {size / 2**20:.1f} MiB, the limit is {limits.max_file_bytes / 2**20:g}: make it smaller."
