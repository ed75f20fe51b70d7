"""One computation of a study at a time."""

from django.db import connection

from colortest.experiment.models import Study

FOOL_RATES = 1  # names the lock among those of other kinds


def alone_with(study: Study) -> Study:
    """Wait until nobody else computes this study, and until the transaction ends nobody will; the row as it is then.

    The row itself stays unlocked: whoever agrees to take part locks it, and would wait for statistics.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FOOL_RATES, study.pk])
    return Study.objects.get(pk=study.pk)
