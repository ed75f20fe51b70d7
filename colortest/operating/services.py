"""Writes of what workers tell of themselves."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from colortest.operating.models import Worker

_TOLD = ("device", "last_seen", "batches", "photos", "photos_per_minute")


@dataclass(frozen=True)
class Told:
    """What a worker process knows of itself at one moment."""

    key: UUID
    name: str
    host: str
    process: int
    device: str
    batches: int = 0
    photos: int = 0
    photos_per_minute: float = 0.0


@transaction.atomic
def record_worker(told: Told) -> None:
    """Write or renew a worker's row, and sweep those that nobody asks for any more."""
    Worker.objects.filter(key=told.key, photos__lt=told.photos).update(last_made=Now())
    row = Worker(**asdict(told), last_seen=Now())
    Worker.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=_TOLD)
    Worker.objects.forgotten().delete()


def stop_worker(key: UUID) -> None:
    """A worker ended in order: it is not there any more, from this moment on."""
    Worker.objects.filter(key=key).update(stopped=Now())
