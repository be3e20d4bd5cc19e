"""Many copies of a few rows, made by the database itself: a trust of two hundred schools in seconds."""

from __future__ import annotations

from django.db import connection, models

from schools.models import ApiToken, User
from tests.architecture.catalogue import tenant_models

STEP = 10_000
"""How far apart the numbers of two copies are. Each table begins at millions of its own, so there is room."""

NEW_VALUES: dict[str, str] = {
    "school.urn": "(t.urn::int - copy * 1000)::text",
    "user.email": "copy || '.' || t.email",
    "auditentry.act": "gen_random_uuid()",
    "apitoken.token_hash": "md5(copy || t.token_hash)",
}
"""Columns of which no two rows may hold the same."""

Rows = dict[type[models.Model], set[int]]


def newest() -> dict[type[models.Model], int]:
    """The highest number in every table that is copied."""
    return {model: model.objects.aggregate(last=models.Max("pk"))["last"] or 0 for model in _copied()}


def added_since(before: dict[type[models.Model], int]) -> Rows:
    """What was written after `newest` was asked."""
    return {
        model: set(model.objects.filter(pk__gt=last).values_list("pk", flat=True)) for model, last in before.items()
    }


def multiply(rows: Rows, times: int) -> int:
    """Copy these rows so many times; what points at one of them points at its copy. How many rows that makes."""
    made = 0
    with connection.cursor() as cursor:
        cursor.execute("set constraints all deferred")
        for model, numbers in rows.items():
            if numbers:
                cursor.execute(_copying(model, rows), {"times": times, "rows": list(numbers)})
                made += cursor.rowcount
        cursor.execute("set constraints all immediate")
    return made


def _copied() -> list[type[models.Model]]:
    return [User, ApiToken, *tenant_models()]


def _copying(model: type[models.Model], rows: Rows) -> str:
    fields = model._meta.local_concrete_fields
    columns = ", ".join(f'"{one.column}"' for one in fields)
    values = ", ".join(_value(one, rows) for one in fields)
    return (
        f'insert into "{model._meta.db_table}" ({columns}) select {values}'
        f' from "{model._meta.db_table}" t, generate_series(1, %(times)s) copy where t.id = any(%(rows)s)'
    )


def _value(one: models.Field, rows: Rows) -> str:
    column, shifted = f't."{one.column}"', f't."{one.column}" + copy * {STEP}'
    known = f"{one.model._meta.model_name}.{one.name}"
    if one.primary_key:
        return shifted
    if one.is_relation and (copied := rows.get(one.remote_field.model)):
        numbers = ", ".join(map(str, sorted(copied)))
        return f"case when {column} in ({numbers}) then {shifted} else {column} end"
    return NEW_VALUES.get(known, column)
