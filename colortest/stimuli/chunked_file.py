"""An upload as one file, read where its chunks lie: nothing is put together, on no disk."""

import io
from collections import OrderedDict

from django.core.files import File

from colortest.stimuli.models import Upload

OPEN = 4  # chunks at a time; a zip is read from front to back


class ChunkLost(Exception):
    """A chunk cannot be read now: no fault of what is in it, and no damage that a zip may have."""


class ChunkedFile(io.RawIOBase):
    """A complete upload for reading. Its chunks are opened as they are needed, and closed with it."""

    def __init__(self, upload: Upload) -> None:
        super().__init__()
        self._upload = upload
        self._chunks = list(upload.chunks.all())
        self._open: OrderedDict[int, File[bytes]] = OrderedDict()
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._upload.byte_count}[whence]
        if start + offset < 0:
            raise OSError("a seek to before the start")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """At most to the end of a chunk: whoever wants more asks again."""
        if self._at >= self._upload.byte_count:
            return 0
        position, offset = divmod(self._at, self._upload.chunk_bytes)
        data = self._read(position, offset, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()
        super().close()

    def _read(self, position: int, offset: int, size: int) -> bytes:
        try:
            chunk = self._chunk(position)
            chunk.seek(offset)
            data: bytes = chunk.read(size)
        except Exception as error:  # whatever a storage raises
            raise ChunkLost(f"part {position + 1} of the upload cannot be read ({error})") from error
        if not data:
            raise ChunkLost(f"part {position + 1} of the upload is shorter than when it arrived")
        return data

    def _chunk(self, position: int) -> "File[bytes]":
        if position not in self._open:
            if len(self._open) == OPEN:
                self._open.popitem(last=False)[1].close()
            stored = self._chunks[position].file
            self._open[position] = stored.storage.open(str(stored.name), "rb")
        self._open.move_to_end(position)
        return self._open[position]
