"""The site's files in a bucket that speaks S3, where several machines share them without a common folder.

Not in `storage`: boto3 takes half a second to load, and only who has a bucket waits for it.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

CONNECTIONS = 32  # of a process; each thread that reads or writes has one
MISSING = {"NoSuchKey", "404"}


class BucketFiles(S3Storage):
    """A private bucket. What goes wrong with it is an OSError as with a disk, a ConnectionError where it may pass.

    An object is whole or absent by what S3 promises.
    """

    def get_default_settings(self) -> dict[str, Any]:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "auto"},
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 4},
            max_pool_connections=CONNECTIONS,
            # Checksums beyond S3's first ones are not known by every store that speaks S3; we have our own.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # Names are random: asking first whether one is taken would double the requests.
        return {**super().get_default_settings(), "client_config": config, "file_overwrite": True, "default_acl": None}

    def url(self, *_: object, **__: object) -> str:
        """None is handed out: every read goes through a view that checks."""
        raise ValueError("Files in the bucket have no address of their own.")

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("Files in the bucket are written whole.")
        with _as_of_a_disk(name):
            body = self.bucket.Object(self._normalize_name(name)).get()["Body"]
            return File(io.BytesIO(body.read()), name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        key = self._normalize_name(name)
        with _as_of_a_disk(name):  # in one request: nothing here is larger than a chunk of an upload
            self.bucket.Object(key).put(Body=content.read(), **self._get_write_parameters(key, content))
        return name

    def delete(self, name: str) -> None:
        with _as_of_a_disk(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_of_a_disk(name):
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _as_of_a_disk(path):
            folders, files = super().listdir(path)
            return list(folders), list(files)

    def get_modified_time(self, name: str) -> Any:
        with _as_of_a_disk(name):
            return super().get_modified_time(name)


@contextmanager
def _as_of_a_disk(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        # NoSuchKey where something is read; without a body, where only its head is asked for, it is the number.
        if error.response.get("Error", {}).get("Code") in MISSING:
            raise FileNotFoundError(f"There is no {name} in the bucket.") from error
        raise ConnectionError(f"The bucket refuses {name}: {error}") from error
    except BotoCoreError as error:
        raise ConnectionError(f"The bucket cannot be reached: {error}") from error
