"""Files that no row knows: of workers that were killed between file and commit, of deletions that were cut short."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.utils import timezone

from colortest.celery import SWEEP_MINUTES

# Whatever writes files names them in a row within hours, or never does.
AGE = timedelta(days=1)
AT_ONCE = 1000
FOLDERS = [f"stimuli/{first:02x}" for first in range(256)] + ["uploads"]
TURN = timedelta(minutes=SWEEP_MINUTES)


def folder_of(now: datetime) -> str | None:
    """Whose turn it is: by the clock alone, so that no restart begins anew. None in what the day has left."""
    turn = (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) // TURN
    return FOLDERS[turn] if turn < len(FOLDERS) else None


def sweep_folder(*, folder: str, now: datetime | None = None) -> int:
    """Delete the files of a folder that are a day old and that no row of any table names. Returns how many."""
    until = (now or timezone.now()) - AGE
    swept = 0
    for name in _orphans(folder):
        with suppress(FileNotFoundError):  # who wrote it was faster
            if default_storage.get_modified_time(name) < until:
                default_storage.delete(name)
                swept += 1
    return swept


def _orphans(folder: str) -> Iterator[str]:
    try:
        _, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for start in range(0, len(files), AT_ONCE):
        names = {f"{folder}/{file}" for file in files[start : start + AT_ONCE]}
        yield from sorted(names - _named(names))


def _named(names: set[str]) -> set[str]:
    """Those that a row names, whichever table keeps files."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField) and field.storage is default_storage:
                rows = model._default_manager.exclude(**{field.name: ""}).order_by()
                found.update(rows.filter(**{f"{field.name}__in": names}).values_list(field.name, flat=True))
    return found
