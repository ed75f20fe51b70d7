"""Writes of uploads: begun, arriving in chunks, thrown away."""

import hashlib
import shutil
from collections.abc import Callable

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli.models import CHUNK_BYTES, Chunk, FakesUpload, TestSet, Upload
from colortest.stimuli.services.forgetting import forget_files_of

SPARE = 2**30  # bytes of the disk that no upload may take


def begin_upload(*, file_name: str, byte_count: int) -> Upload:
    """An upload of which nothing is there yet.

    Raises:
        Refused: it is empty, larger than UPLOAD_MAX_MB, or larger than what is free on the disk.
    """
    name = file_name[-255:] or "upload"
    if byte_count <= 0:
        raise Refused(f"{name} is empty.")
    if byte_count > settings.UPLOAD_MAX_MB * 2**20:
        raise Refused(f"{name} has {told(byte_count)} and is larger than {settings.UPLOAD_MAX_MB:,} MB, the limit.")
    room = free_bytes()
    if room is not None and byte_count + SPARE > room:
        raise Refused(f"{name} has {told(byte_count)}, and the disk of the site has room for {told(room - SPARE)}.")
    return Upload.objects.create(file_name=name, byte_count=byte_count, chunk_bytes=CHUNK_BYTES)


def receive_chunk(*, upload: Upload, position: int, data: bytes) -> None:
    """Keep one chunk; the last one that was missing rings for what follows. Sent twice it changes nothing.

    Raises:
        Refused: it is not the chunk of this upload at that position; the sentence says what to do.
    """
    if not 0 <= position < upload.chunk_count or len(data) != upload.length_of(position):
        raise Refused(f"This is no part of {upload}: choose the same file or folder as before.")
    digest = hashlib.sha256(data).hexdigest()
    if _is_there(upload, position, digest):
        return
    chunk = Chunk(upload=upload, position=position, sha256=digest)
    chunk.file.save("chunk", ContentFile(data), save=False)
    try:
        _store(chunk)
    except (IntegrityError, Refused) as error:  # whatever else it is, the chunk may be committed: the sweep will know
        chunk.file.storage.delete(str(chunk.file.name))
        if isinstance(error, Refused) or not _is_there(upload, position, digest):
            raise


@transaction.atomic
def _store(chunk: Chunk) -> None:
    # One at a time, so that whichever is the last sees that it is.
    upload = Upload.objects.select_for_update().filter(pk=chunk.upload_id).first()
    if upload is None:
        raise Refused("This upload was thrown away meanwhile.")
    chunk.save()
    if upload.is_complete:
        _arrived(TestSet.objects.filter(upload=upload), jobs.import_test_set)
        _arrived(FakesUpload.objects.filter(upload=upload), jobs.import_fakes)


def _arrived(rows: "QuerySet[TestSet] | QuerySet[FakesUpload]", ring: Callable[[int], None]) -> None:
    """UPLOADING → UPLOADED for whatever the upload is of, and a ring for who checks it."""
    for pk in rows.filter(status="UPLOADING").values_list("pk", flat=True):
        rows.update(status="UPLOADED")
        ring(pk)


def send_whole(*, upload: Upload, file: "UploadedFile[bytes]") -> None:
    """All chunks of a file that a browser without scripts sent whole."""
    file.seek(0)
    for position in range(upload.chunk_count):
        receive_chunk(upload=upload, position=position, data=file.read(upload.chunk_bytes))


def discard_upload(*, upload: Upload) -> None:
    """Forget an upload that nothing needs any more, and its chunks."""
    forget_files_of(upload.chunks.all())
    upload.delete()


def free_bytes() -> int | None:
    """What is free where uploads are stored; None where that is no disk of this machine."""
    try:
        folder = default_storage.path("")
    except NotImplementedError:
        return None
    return shutil.disk_usage(folder).free if default_storage.exists("") else None


def told(byte_count: int) -> str:
    """A number of bytes as people say it."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if byte_count >= size:
            return f"{byte_count / size:.3g} {unit}"
    return f"{max(0, byte_count)} bytes"


def _is_there(upload: Upload, position: int, digest: str) -> bool:
    there = upload.chunks.filter(position=position).values_list("sha256", flat=True).first()
    if there not in (None, digest):
        raise Refused(f"This is another file than {upload}, of which a part is here: choose the same one as before.")
    return there is not None
