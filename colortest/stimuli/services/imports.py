"""Writes of imports: the files of an upload become photos or problems, in batches that a killed worker leaves whole.

What is done is what the report has rows for. A batch is begun (`tries`, committed), rendered outside of any
transaction, stored, and then written at once with its rows of the report.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from os import sched_getaffinity
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli import archive
from colortest.stimuli.chunked_file import ChunkedFile, ChunkLost
from colortest.stimuli.models import TestSet
from colortest.stimuli.services.batches import Batch
from colortest.stimuli.services.leases import import_lease
from colortest.stimuli.services.uploads import discard_upload, forget_files

BATCH = 64
TRIES = 3  # how often one file may end the process that renders it
TURNS = 20  # an import gives the worker back this many times in the time of a task: others wait too
THREADS = 4  # at most: each may hold a photo of 50 megapixels
CRASHED = "It ended the program that renders photos, three times: save it anew as JPEG or PNG."

Found = archive.Entry | archive.Problem


def import_uploaded(*, test_set_id: int) -> None:
    """UPLOADED → CHECKED, or some batches nearer to it, and then it rings for the next. Nothing in any other state."""
    with import_lease(test_set_id) as ours:
        test_set = TestSet.objects.waiting().filter(pk=test_set_id).first() if ours else None
        if test_set is None or test_set.upload is None:
            return
        with _troubles_told(test_set), ChunkedFile(test_set.upload) as source:
            over = _import(test_set, source, seconds=settings.TASK_SECONDS / TURNS)
    if not over:
        jobs.import_test_set(test_set_id)


def import_photos(
    *, test_set: TestSet, path: Path, splits: Mapping[str, str] | None = None, manifest: bytes = b""
) -> TestSet:
    """UPLOADED → CHECKED from a folder or zip on a disk of this machine, in this process; goes on where one stopped.

    Args:
        splits: split name → folder inside `path`; by default the folders of the upload are the splits.
        manifest: a CSV that says the splits, instead of one inside.

    Raises:
        Refused: another process is at it, or other files are there than when it was begun.
    """
    with import_lease(test_set.pk) as ours:
        if not ours:
            raise Refused(f"“{test_set}” is being imported already.")
        with _troubles_told(test_set):
            _import(test_set, path, splits=splits, manifest=manifest)
    test_set.refresh_from_db()
    return test_set


def _import(test_set: TestSet, source: archive.Source, *, seconds: float = inf, **options: object) -> bool:
    """Batch after batch until all is done (true) or the time is over (false)."""
    until = time.monotonic() + seconds
    found = _look_into(test_set, source, options)
    threads = min(THREADS, len(sched_getaffinity(0)))
    with ThreadPoolExecutor(threads, thread_name_prefix="render") as pool:
        done = test_set.imported_files.dealt_with()
        while done < len(found):
            if not _next_batch(test_set, found, done, pool):
                return True
            done = test_set.imported_files.dealt_with()
            if done < len(found) and time.monotonic() > until:
                return False
    _finish(test_set)
    return True


def _look_into(test_set: TestSet, source: archive.Source, options: dict[str, object]) -> Sequence[Found]:
    if test_set.manifest:
        with test_set.manifest.open("rb") as file:
            options["manifest"] = file.read()
    try:
        found = list(archive.walk(source, split=test_set.split, **options))  # type: ignore[arg-type]
    except archive.BadArchive as error:
        found = [archive.Problem("the upload", str(error))]
    if test_set.entry_count not in (None, len(found)):
        raise Refused(f"Other files are there than when “{test_set}” was begun: delete it and import them anew.")
    TestSet.objects.filter(pk=test_set.pk).update(entry_count=len(found))
    return found


def _next_batch(test_set: TestSet, found: Sequence[Found], done: int, pool: Executor) -> bool:
    """Whether the import is still wanted afterwards. `tries` stays where the process ends in the middle."""
    tries, careful_until = _begin(test_set, done)
    if tries > TRIES:
        batch = Batch(test_set, done, [archive.Problem(found[done].name, CRASHED)])
    else:
        size = 1 if done < careful_until else BATCH
        batch = Batch(test_set, done, found[done : done + size])
    return batch.keep(pool)


def _begin(test_set: TestSet, done: int) -> tuple[int, int]:
    """How often the files at `done` were begun, this time included; and until where they go one by one."""
    row = TestSet.objects.filter(pk=test_set.pk)
    if row.filter(tries__gt=0, careful_until__lte=done).exists():
        row.update(careful_until=done + BATCH)
    row.update(tries=F("tries") + 1)
    return row.values_list("tries", "careful_until").first() or (1, 0)


@contextmanager
def _troubles_told(test_set: TestSet) -> Iterator[None]:
    """A disk that is full is no photo's fault, nor a lost part: the page tells, the clock rings again."""
    try:
        yield
    except (OSError, ChunkLost) as error:
        trouble = f"The import stands still: {getattr(error, 'strerror', None) or error}. It is tried again by itself."
        TestSet.objects.filter(pk=test_set.pk).update(tries=0, trouble=trouble)
        raise


@transaction.atomic
def _finish(test_set: TestSet) -> None:
    """UPLOADED → CHECKED; the upload has served its purpose."""
    row = TestSet.objects.select_for_update().filter(pk=test_set.pk, status=TestSet.Status.UPLOADED).first()
    if row is None:
        return
    upload, manifest = row.upload, str(row.manifest.name or "")
    row.status, row.upload, row.manifest, row.tries, row.trouble = TestSet.Status.CHECKED, None, "", 0, ""
    row.save(update_fields=["status", "upload", "manifest", "tries", "trouble"])
    forget_files([manifest])
    if upload:
        discard_upload(upload=upload)
