"""The files of a zip, which may have been made to do harm."""

import io
import stat
import struct
import weakref
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from colortest.stimuli.archive.files import (
    BadArchive,
    BadEntry,
    Candidate,
    Limits,
    Problem,
    leads_out,
    passed_over,
    read_at_most,
    refusal,
)

ENCRYPTED = 0x1
LISTED_BYTES = 256  # of the zip's own list of files, for each file that is allowed
_DAMAGE = (BadZipFile, OSError, EOFError, RuntimeError, ValueError, OverflowError, struct.error, zlib.error)


def open_file(path: Path) -> io.RawIOBase:
    """A file on disk for `list_zip`, which closes it."""
    try:
        return io.FileIO(path)
    except OSError as error:
        raise BadArchive(f"It cannot be opened: {error.strerror}.") from error


def list_zip(source: io.RawIOBase, limits: Limits) -> Iterator[Candidate | Problem]:
    """Every file of a zip, in no order; raises BadArchive where it is none."""
    archive = _open(source, limits)
    seen: set[str] = set()
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        if name.endswith("/") or passed_over(name):
            continue
        reason = "The name is in the zip twice: rename one." if name in seen else _refusal(info, name, limits)
        seen.add(name)
        if reason:
            yield Problem(name, reason)
        else:
            yield Candidate(name, info.file_size, partial(_read, archive, info, limits))


class _Guarded(io.BufferedReader):
    """A file of which a single read gives no more than `most` bytes: the list of a zip is read in one."""

    most: int | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        if self.most is not None and size is not None and size > self.most:
            raise BadArchive("The zip lists too many files: split it into several test sets.")
        return super().read(size)


def _open(source: io.RawIOBase, limits: Limits) -> ZipFile:
    """The zip, which stays open for as long as somebody holds it."""
    stream = _Guarded(source)
    stream.most = LISTED_BYTES * limits.max_files
    try:
        archive = ZipFile(stream)
    except BadArchive:
        stream.close()
        raise
    except _DAMAGE as error:
        stream.close()
        raise BadArchive("It is no folder, and no zip that can be read: make the zip again.") from error
    stream.most = None
    weakref.finalize(archive, stream.close)
    return archive


def _refusal(info: ZipInfo, name: str, limits: Limits) -> str:
    """Why a file of a zip is not even read, or an empty text."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if out := leads_out(name):
        return f"{out}: make the zip again from inside the folder."
    if kind == stat.S_IFLNK:
        return "It is a link: put the photo itself into the zip."
    if kind not in (0, stat.S_IFREG):
        return "It is not an ordinary file."
    if reason := refusal(name, info.file_size, limits):
        return reason
    if info.flag_bits & ENCRYPTED:
        return "It is protected by a password: make the zip without one."
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "It is packed in a way that is not accepted: make the zip with the usual method (deflate)."
    if info.file_size > limits.max_ratio * max(info.compress_size, 1):
        return f"It would unpack to more than {limits.max_ratio} times its size, which no photo does."
    return ""


def _read(archive: ZipFile, info: ZipInfo, limits: Limits) -> bytes:
    try:
        with archive.open(info) as file:
            return read_at_most(file, limits)
    except BadEntry:
        raise
    except _DAMAGE as error:
        raise BadEntry("It is damaged inside the zip: make the zip again.") from error
