"""Writes of imports of photos: by a worker from an upload, or by a command from a disk."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli.chunked_file import ChunkedFile
from colortest.stimuli.models import TestSet
from colortest.stimuli.services.batches import PhotoWork
from colortest.stimuli.services.importing import TURNS, go_through, troubles_told
from colortest.stimuli.services.leases import import_lease


def import_uploaded(*, test_set_id: int) -> None:
    """UPLOADED → CHECKED, or some batches nearer to it, and then it rings for the next. Nothing in any other state."""
    with import_lease(TestSet, test_set_id) as ours:
        test_set = TestSet.objects.waiting().filter(pk=test_set_id).first() if ours else None
        if test_set is None or test_set.upload is None:
            return
        with ChunkedFile(test_set.upload) as source:
            work = PhotoWork(test_set, source)
            with troubles_told(work):
                over = go_through(work, seconds=settings.TASK_SECONDS / TURNS)
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
    work = PhotoWork(test_set, path, splits=splits, manifest=manifest)
    with import_lease(TestSet, test_set.pk) as ours:
        if not ours:
            raise Refused(f"“{test_set}” is being imported already.")
        with troubles_told(work):
            go_through(work)
    test_set.refresh_from_db()
    return test_set
