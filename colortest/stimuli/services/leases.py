"""One worker at a time, for work that takes many transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from colortest.stimuli.models import FakesUpload, Import, TestSet

# The first half of every key, so that no other lock of the database is meant.
IMPORTS: dict[type[Import], int] = {TestSet: 6_001, FakesUpload: 6_002}


@contextmanager
def import_lease(kind: type[Import], pk: int) -> Iterator[bool]:
    """Yields whether an import is ours for the block; it is another's while that one's connection lives.

    An advisory lock of the session: it goes with a killed worker, and no row is locked while pictures are read.
    """
    key = [IMPORTS[kind], pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (ours,) = cursor.fetchone() or (False,)
    try:
        yield ours
    finally:
        if ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
