"""System checks: each way to set the site up wrong, with an id and a hint."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from colortest.logs.lines import FORMATS


@register
def secret_key(**_: Any) -> list[CheckMessage]:
    """Several processes need one key, or a login in one is unknown in the next."""
    if settings.SECRET_FILE.exists() or "SECRET_KEY" in os.environ:
        return []
    hint = "Set SECRET_KEY, or start with `make run`, which keeps one."
    return [Warning("There is no SECRET_KEY: each process makes one up.", hint=hint, id="colortest.W001")]


@register
def checkpoint_folder(**_: Any) -> list[CheckMessage]:
    """Algorithms are registered from this folder only."""
    if Path(settings.CHECKPOINT_DIR).is_dir():
        return []
    hint = "Set CHECKPOINT_DIR to the folder that holds the .safetensors and .json files."
    return [Error(f"CHECKPOINT_DIR {settings.CHECKPOINT_DIR} is not a folder.", hint=hint, id="colortest.E002")]


@register
def numbers(**_: Any) -> list[CheckMessage]:
    """A batch holds photos, and a task has time for one."""
    found: list[CheckMessage] = []
    if settings.COLORIZE_BATCH < 1:
        found.append(Error("COLORIZE_BATCH is below 1.", hint="32 is a good start.", id="colortest.E003"))
    if settings.TASK_SECONDS < 60:
        hint = "One batch on a slow machine takes a minute: 600 is a good start."
        found.append(Error("TASK_SECONDS is below 60.", hint=hint, id="colortest.E004"))
    if settings.DATABASE_SILENCE < 4:
        hint = "A busy network is silent for some seconds: 20 is a good start."
        found.append(Error("DATABASE_SILENCE is below 4.", hint=hint, id="colortest.E010"))
    return found


@register
def open_to_the_world(**_: Any) -> list[CheckMessage]:
    """Debug pages show settings and source to whoever asks."""
    if settings.DEBUG and settings.HTTPS:
        hint = "Unset DEBUG wherever others can reach the site."
        return [Error("DEBUG is on while HTTPS says that the site is public.", hint=hint, id="colortest.E005")]
    return []


@register
def log_format(**_: Any) -> list[CheckMessage]:
    """Lines are written in one of two ways."""
    if settings.LOG_FORMAT in FORMATS:
        return []
    hint = "Set it to json or text, or unset it."
    return [Error(f"LOG_FORMAT {settings.LOG_FORMAT} is no format of logs.", hint=hint, id="colortest.E006")]


@register
def bucket(**_: Any) -> list[CheckMessage]:
    """All of a bucket's settings or none, or the files lie elsewhere than somebody thinks."""
    found: list[CheckMessage] = []
    others = [name for name in ("S3_ENDPOINT", "S3_REGION", "S3_KEY", "S3_SECRET") if getattr(settings, name)]
    if others and not settings.S3_BUCKET:
        hint = f"Set S3_BUCKET, or unset {' and '.join(others)}."
        found.append(Error("Files are kept in MEDIA_ROOT: no bucket is named.", hint=hint, id="colortest.E007"))
    if bool(settings.S3_KEY) != bool(settings.S3_SECRET):
        hint = "Set both, or neither where the machine itself may use the bucket."
        found.append(Error("Of S3_KEY and S3_SECRET only one is set.", hint=hint, id="colortest.E008"))
    if settings.S3_ENDPOINT and not settings.S3_ENDPOINT.startswith(("https://", "http://")):
        hint = "Write it as https://s3.example.org, or unset it for Amazon's."
        found.append(Error(f"S3_ENDPOINT {settings.S3_ENDPOINT} is no address.", hint=hint, id="colortest.E009"))
    return found
