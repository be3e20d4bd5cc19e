"""Thousands of rows in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection, models

MOST = 2000


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model as one document each time: some times faster than `bulk_create`, but tells no keys."""
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    table, columns = model._meta.db_table, ", ".join(f'"{field.column}"' for field in fields)
    sql = f"insert into {table} ({columns}) select {columns} from jsonb_populate_recordset(null::{table}, %s)"  # noqa: S608
    for start in range(0, len(rows), MOST):
        values = [{field.column: field.pre_save(row, True) for field in fields} for row in rows[start : start + MOST]]
        with connection.cursor() as cursor:
            cursor.execute(sql, [json.dumps(values, default=str)])
