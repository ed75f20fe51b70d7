"""A zip that leaves while it is made: nothing of it is kept but its list of files, which stands at its end."""

import io
import zipfile
from collections.abc import Iterable, Iterator

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip knows
LEVEL = 2  # of zlib: a third of the time of its usual 6, and a sixth more bytes
PIECE = 2**16  # bytes


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The pieces of a zip of these files (path, content). The same files give the same bytes.

    One that breaks off has no list at its end, and no program takes it for whole.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for path, content in files:
            archive.writestr(_entry(path), content, compresslevel=LEVEL)
            if sink.size >= PIECE or sink.first:
                yield sink.taken()
    yield sink.taken()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


class _Sink(io.RawIOBase):
    """A file that hands on what is written, and in which nobody can go back."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size, self.first = 0, True

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Everything that was written since it was last taken."""
        piece = b"".join(self.pieces)
        self.pieces, self.size, self.first = [], 0, False
        return piece
