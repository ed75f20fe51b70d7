"""Files that go with their rows: noted in the same transaction, deleted after it, and nobody waits for many of them."""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import QuerySet

from colortest.stimuli.models import ForgottenFile

log = logging.getLogger(__name__)
FEW = 100  # for each call at once, where somebody waits
AT_ONCE, THREADS = 1000, 8


def forget_files(names: Iterable[str]) -> None:
    """Delete stored files once what forgets them is committed: a few at once, the rest by the clock.

    No crash leaves a row without its file, nor a file that is not deleted in the end.
    """
    if rows := [ForgottenFile(name=name) for name in names if name]:
        ForgottenFile.objects.bulk_create(rows)
        transaction.on_commit(_delete_few)


def forget_files_of(rows: "QuerySet[Any]") -> None:
    """The same for the files of rows that are about to go, whose names never leave the database."""
    select, chosen = rows.exclude(file="").order_by().values_list("file").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {ForgottenFile._meta.db_table} (name) {select}", chosen)  # noqa: S608 (ours)
    transaction.on_commit(_delete_few)


def delete_forgotten(*, seconds: float = 5) -> int:
    """Delete files that were forgotten, for about so long; returns how many. Where the storage is away they stay."""
    until, deleted = time.monotonic() + seconds, 0
    while count := _delete_some(AT_ONCE):
        deleted += count
        if time.monotonic() > until:
            break
    return deleted


def _delete_few() -> None:
    _delete_some(FEW)


@transaction.atomic
def _delete_some(most: int) -> int:
    """The last ones first, whose deletion somebody sees. Whoever deletes is not told that a storage is away."""
    rows = list(ForgottenFile.objects.select_for_update(skip_locked=True).order_by("-pk")[:most])
    try:
        with ThreadPoolExecutor(THREADS, "delete") as pool:
            for _ in pool.map(default_storage.delete, [row.name for row in rows]):
                pass
    except OSError as error:
        log.warning("forgotten files stay until the clock rings again: %s", error)
        return 0
    ForgottenFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
