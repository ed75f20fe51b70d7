"""Every response of a study as JSON, one object a line, with the columns of the tidy table: true and false, numbers and
null instead of words and empty cells. PostgreSQL itself writes the lines, a batch of participants at a time.
"""

import io
from collections.abc import Iterator

from django.db import connection
from django.db.models import BooleanField, Expression, F
from django.db.models.functions import Cast

from colortest.analysis.exports.columns import COLUMNS, TRUTHS, Column
from colortest.analysis.exports.tidy import batches
from colortest.experiment.models import Response, Study

# The one format of COPY that changes nothing within a line: neither of these two bytes is ever in JSON.
AS_IT_IS = b"(FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"
NAMES = ", ".join(f'"{column.name}"' for column in COLUMNS)


def json_lines(study: Study) -> Iterator[bytes]:
    """Flagged and excluded responses too, those of test runs not; in constant memory."""
    for numbers in batches(study):
        yield _lines_of(study, numbers)


def _lines_of(study: Study, numbers: range) -> bytes:
    """The responses of the participants with these numbers."""
    responses = Response.objects.of_study(study).with_fooled()
    some = responses.filter(trial__participant__number__range=(numbers.start, numbers.stop - 1))
    sql, values = some.values_list(*(_value(column) for column in COLUMNS)).query.sql_with_params()
    lines = io.BytesIO()
    with connection.cursor() as cursor:
        query = f"SELECT row_to_json(line) FROM ({sql}) AS line ({NAMES})"  # noqa: S608 (ours; values are mogrified)
        cursor.copy_expert(b"COPY (" + cursor.mogrify(query, values) + b") TO STDOUT WITH " + AS_IT_IS, lines)
    return lines.getvalue()


def _value(column: Column) -> Expression | F:
    return Cast(column.of, BooleanField()) if column.levels is TRUTHS else column.of
