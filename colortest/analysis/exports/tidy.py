"""Every response of a study as a table: one row a response. PostgreSQL itself writes the lines of CSV.

A batch of participants at a time: what is in memory never depends on how large the study is, and nothing of a download
that is broken off is left behind in the database's connection.
"""

import csv
import io
from collections.abc import Iterator

from django.db import connection

from colortest.analysis.exports.columns import COLUMNS
from colortest.experiment.models import Response, Study

NAMES = [column.name for column in COLUMNS]
ROWS = 5000  # of a batch, about


def tidy_csv(study: Study, *, rehearsals: bool = False) -> Iterator[bytes]:
    """Every response of a study, flagged and excluded ones too, as pieces of CSV in UTF-8; those of test runs only if
    asked for. The first piece is the header.
    """
    yield header()
    counts = study.counts
    step = max(1, ROWS // (counts.total + counts.reserve))
    last = study.participants.order_by("-number").values_list("number", flat=True).first() or 0
    for first in range(1, last + 1, step):
        yield rows_of(study, range(first, first + step), rehearsals=rehearsals)


def header() -> bytes:
    """The names of the columns."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(NAMES)
    return line.getvalue().encode()


def rows_of(study: Study, numbers: range, *, rehearsals: bool = False) -> bytes:
    """The responses of the participants with these numbers, in the order of participants and positions."""
    responses = Response.objects.of_study(study, rehearsals=rehearsals).with_fooled()
    some = responses.filter(trial__participant__number__range=(numbers.start, numbers.stop - 1))
    sql, values = some.values_list(*(column.of for column in COLUMNS)).query.sql_with_params()
    lines = io.BytesIO()
    with connection.cursor() as cursor:
        # COPY takes no parameters: the driver writes them into the statement, quoted.
        query = cursor.mogrify(sql, values)
        cursor.copy_expert(b"COPY (" + query + b") TO STDOUT WITH (FORMAT csv)", lines)
    return lines.getvalue()
