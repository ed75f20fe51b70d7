"""Writes of colorizations: asked for, tried again, given up. Their way through a worker is in `claims` and `making`."""

from collections.abc import Iterable
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Field
from django.db.models.functions import Now

from colortest import jobs
from colortest.stimuli.models import Algorithm, Colorization, Photo, PhotoQuerySet, TestSet

WAKE = 4


def colorize_with_all(*, test_set: TestSet) -> None:
    """Ask every algorithm that is in use and can be asked for its colorizations of a test set."""
    for algorithm in Algorithm.objects.active().made_here():
        request_colorizations(photos=test_set.photos.all(), algorithm=algorithm)


@transaction.atomic
def request_colorizations(*, photos: PhotoQuerySet, algorithm: Algorithm) -> int:
    """Insert the PENDING rows that are missing and ring for them. Returns how many were."""
    count = _insert_pending(photos.without_colorization(algorithm), algorithm)
    _ring_for(count)
    return count


def _insert_pending(photos: PhotoQuerySet, algorithm: Algorithm) -> int:
    """One statement, whose rows never leave the database: a hundred thousand photos are asked for inside a request."""
    select, chosen = photos.values_list("pk").query.sql_with_params()
    blank = Colorization(algorithm=algorithm)
    fields = [field for field in Colorization._meta.concrete_fields if _same_for_all(field)]
    values = [field.get_db_prep_save(field.pre_save(blank, add=True), connection) for field in fields]
    columns = ", ".join(str(field.column) for field in fields)
    rows = f"SELECT photo.id, {', '.join(['%s'] * len(fields))} FROM ({select}) AS photo (id)"  # noqa: S608 (ours)
    with connection.cursor() as cursor:
        into = f"INSERT INTO {Colorization._meta.db_table} (photo_id, {columns})"
        cursor.execute(f"{into} {rows} ON CONFLICT DO NOTHING", [*values, *chosen])
        return int(cursor.rowcount)


def _same_for_all(field: "Field[Any, Any]") -> bool:
    """Whether rows that were just asked for have one value in it, which Python knows and not the database."""
    return not field.primary_key and field.name != "photo" and not field.has_db_default()


@transaction.atomic
def colorize_now(*, photo: Photo, algorithm: Algorithm) -> Colorization:
    """PENDING, before everything that nobody waits for, and ring; FAILED is tried again, READY stays as it is."""
    row, _ = Colorization.objects.get_or_create(photo=photo, algorithm=algorithm, defaults={"asked": Now()})
    failed = Colorization.objects.failed().filter(pk=row.pk)
    failed.update(status=Colorization.Status.PENDING, error="", tries=0, tried=None)
    # Where a worker holds the row it is being made this very moment, and nobody waits for the worker's lock.
    waiting = Colorization.objects.pending().filter(pk=row.pk).unheld().first()
    if waiting:
        Colorization.objects.filter(pk=waiting.pk).update(asked=Now())
        jobs.colorize(urgent=True)
    row.refresh_from_db()
    return row


@transaction.atomic
def retry_failed(*, algorithm: Algorithm, photos: PhotoQuerySet | None = None) -> int:
    """FAILED → PENDING for an algorithm's colorizations, of these photos or of all, and ring. Returns how many."""
    failed = algorithm.colorizations.failed()
    failed = failed if photos is None else failed.filter(photo__in=photos)
    count = failed.update(status=Colorization.Status.PENDING, error="", asked=None, tries=0, tried=None)
    _ring_for(count)
    return count


def _ring_for(count: int) -> None:
    """For up to as many workers as one request may wake: each goes on until nothing is left."""
    for _ in range(min(ceil(count / settings.COLORIZE_BATCH), WAKE)):
        jobs.colorize()


def fail_colorizations(*, colorizations: Iterable[Colorization], reason: str) -> None:
    """PENDING → FAILED, with the reason."""
    ids = [colorization.pk for colorization in colorizations]
    Colorization.objects.filter(pk__in=ids).update(status=Colorization.Status.FAILED, error=reason[:1000])
