"""One worker at a time, for work that takes many transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

IMPORTS = 6_001  # the first half of every key, so that no other lock of the database is meant


@contextmanager
def import_lease(test_set_id: int) -> Iterator[bool]:
    """Yields whether the import of a test set is ours for the block; it is another's while that one's connection lives.

    An advisory lock of the session: it goes with a killed worker, and no row is locked while photos are rendered.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [IMPORTS, test_set_id])
        (ours,) = cursor.fetchone() or (False,)
    try:
        yield ours
    finally:
        if ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [IMPORTS, test_set_id])
