"""One computation of a study at a time, and all that it reads of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from colortest.experiment.models import Study

FOOL_RATES = 1  # names the lock among those of other kinds
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"


def alone_with(study: Study) -> Study:
    """Wait until nobody else computes this study, and until the transaction ends nobody will; the row as it is then.

    The row itself stays unlocked: whoever agrees to take part locks it, and would wait for statistics.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FOOL_RATES, study.pk])
    return Study.objects.get(pk=study.pk)


@contextmanager
def one_moment(*, read_only: bool = False) -> Iterator[None]:
    """A transaction that sees the database as it was when its first statement began, and what it writes itself.

    What it reads is all of one moment, and nobody waits for it. Writing a row that somebody else has written since is
    an OperationalError that a SerializationFailure caused: then all of it is to be done again. Inside of another
    transaction it is a part of that one, which has begun to read already: then it is for that one to hold the moment.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute(f"{SNAPSHOT}, READ ONLY" if read_only else SNAPSHOT)
        yield
