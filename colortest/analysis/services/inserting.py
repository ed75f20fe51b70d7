"""Rows from a query into a table, without leaving the database."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

MANY = 1000  # participants, from whom on a table of the moment pays


def insert(
    model: type[models.Model], columns: Sequence[str], rows: "models.QuerySet[Any, Any]", *, many: bool = False
) -> None:
    """What a query gives. The columns are in the order of the query.

    many: by way of a table of the moment, because PostgreSQL asks several cores for that, and for an INSERT one.
    """
    select, values = rows.query.sql_with_params()
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        if many:
            cursor.execute(f"CREATE TEMPORARY TABLE moment ON COMMIT DROP AS {select}", values)
            select, values = "SELECT * FROM moment", ()
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) {select}", values)
        if many:
            cursor.execute("DROP TABLE moment")
