"""Where files of stimuli lie, and their bytes."""

import hashlib
import uuid

from django.db.models.fields.files import FieldFile


def random_name(_instance: object, _name: str) -> str:
    """A file name that tells nothing: neither which photo, nor whether it is real."""
    name = uuid.uuid4().hex
    return f"stimuli/{name[:2]}/{name}.webp"


def chunk_name(_instance: object, _name: str) -> str:
    """Where a part of an upload waits for the others and for the import."""
    return f"uploads/{uuid.uuid4().hex}.part"


def manifest_name(_instance: object, _name: str) -> str:
    """Where a manifest that came beside an upload waits for its import."""
    return f"uploads/{uuid.uuid4().hex}.csv"


def upload_name(_instance: object, _name: str) -> str:
    """Where whole archives waited for their import; migrations know it."""
    return f"uploads/{uuid.uuid4().hex}.zip"


def sha256_of(data: bytes) -> str:
    """In hexadecimal digits, as rows keep it."""
    return hashlib.sha256(data).hexdigest()


def read_stimulus(file: FieldFile) -> bytes:
    """The bytes of a stored stimulus."""
    with file.open("rb") as stored:
        return bytes(stored.read())
