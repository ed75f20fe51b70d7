"""Every response of a study as a table: one row a response. PostgreSQL itself writes the lines of CSV.

A batch of participants at a time: what is in memory never depends on how large the study is, and nothing of a download
that is broken off is left behind in the database's connection.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import Expression, F

from colortest.analysis.exports.columns import COLUMNS, PERSON
from colortest.experiment.models import Response, Study

NAMES = [column.name for column in COLUMNS]
COLUMN_VALUES = [column.cell for column in COLUMNS]
ROWS = 5000  # of a batch, about


def tidy_csv(study: Study, *, rehearsals: bool = False) -> Iterator[bytes]:
    """Every response of a study, flagged and excluded ones too, as pieces of CSV in UTF-8; those of test runs only if
    asked for. The first piece is the header.
    """
    yield header()
    for numbers in batches(study):
        yield rows_of(study, numbers, COLUMN_VALUES, rehearsals=rehearsals)


def tables_of_participants(study: Study) -> Iterator[tuple[int, bytes]]:
    """(number, CSV with its header) of each participant with a response; those of test runs left out."""
    for numbers in batches(study):
        numbered = rows_of(study, numbers, [F(f"{PERSON}__number"), *COLUMN_VALUES])
        split = (record.split(b",", 1) for record in _records(numbered))
        for number, records in groupby(split, key=itemgetter(0)):
            yield int(number), b"".join([header(), *(rest for _, rest in records)])


def header() -> bytes:
    """The names of the columns."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(NAMES)
    return line.getvalue().encode()


def batches(study: Study) -> Iterator[range]:
    """Numbers of participants who together have about ROWS responses, of everybody."""
    step = max(1, ROWS // (study.counts.total + study.counts.reserve))
    numbers = study.participants.order_by("number").values_list("number", flat=True)
    first = numbers.first()
    while first is not None:  # numbers of an imported study may be far apart
        yield range(first, first + step)
        first = numbers.filter(number__gte=first + step).first()


def rows_of(study: Study, numbers: range, values: Sequence[Expression | F], *, rehearsals: bool = False) -> bytes:
    """The responses of the participants with these numbers, in the order of participants and positions."""
    responses = Response.objects.of_study(study, rehearsals=rehearsals).with_fooled()
    some = responses.filter(trial__participant__number__range=(numbers.start, numbers.stop - 1))
    sql, parameters = some.values_list(*values).query.sql_with_params()
    lines = io.BytesIO()
    with connection.cursor() as cursor:
        # COPY takes no parameters: the driver writes them into the statement, quoted.
        query = cursor.mogrify(sql, parameters)
        cursor.copy_expert(b"COPY (" + query + b") TO STDOUT WITH (FORMAT csv)", lines)
    return lines.getvalue()


def _records(lines: bytes) -> Iterator[bytes]:
    """A record ends with its line, unless the line ends within quotes."""
    record = b""
    for line in lines.splitlines(keepends=True):
        record += line
        if record.count(b'"') % 2 == 0:
            yield record
            record = b""
