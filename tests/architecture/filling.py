"""A row in every table of a trust, and a canary in every text."""

from __future__ import annotations

from typing import Any

import time_machine
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from psycopg import sql

from schools.audit import record_act
from schools.models import School
from schools.tenancy import TrustOwned, trust_scope
from tests.architecture.catalogue import all_models, tenant_models
from tests.architecture.owner import connect_as_owner
from tests.architecture.planted import NOW, Planted, canary

MACHINE_WORDS = frozenset(
    {"key", "kind", "axis", "level", "was", "best", "worst", "role", "phase", "urn", "laestab", "ukprn", "template"}
    | {"did", "about", "route", "path", "criterion", "html_hash", "file_hash", "area", "judgement", "text", "release"}
    | {"point", "measure", "group", "year_group", "class_name", "form", "ladder", "stage", "came_from", "item"}
    | {"checklist"}
)
"""Text columns that hold keys, addresses or hashes: a canary there would only break the page."""


def fill_what_is_empty(here: Planted) -> None:
    """One made-up row in every tenant table the story has not reached, so that new tables are tried at once."""
    with time_machine.travel(NOW), trust_scope(here.trust):
        record_act("row.planted", School, by=None)
        for _ in range(3):  # a table may need a row of another
            for model in tenant_models():
                if not model.objects.exists():
                    _made_up(model, here)


def _made_up(model: type[models.Model], here: Planted) -> None:
    values: dict[str, Any] = {}
    for one in model._meta.local_concrete_fields:
        if one.primary_key or one.name == "trust" or one.null or one.has_default() or getattr(one, "auto_now_add", 0):
            continue
        values[one.name] = _value(one, here)
    if None not in values.values():
        model.objects.create(**values)


def _value(one: models.Field, here: Planted) -> Any:
    if one.is_relation:
        return one.remote_field.model._base_manager.first()
    if one.choices:
        return one.choices[0][0]
    made: list[tuple[type[models.Field], Any]] = [
        (models.DateTimeField, timezone.now()),
        (models.DateField, timezone.localdate()),
        (models.IntegerField | models.DecimalField, 1),
        (models.BooleanField, False),
        (models.BinaryField, canary(here.slug).encode()),
        (models.JSONField, {"words": f"{canary(here.slug)}words"}),
        (ArrayField, []),
        (models.Field, f"{canary(here.slug)}text"[: one.max_length or 200]),
    ]
    return next(value for kind, value in made if isinstance(one, kind))


def text_columns(model: type[models.Model]) -> list[models.Field]:
    """The columns of a table in which a canary can be planted."""
    return [
        one
        for one in model._meta.local_concrete_fields
        if isinstance(one, models.CharField | models.TextField)
        and not one.choices
        and one.name not in MACHINE_WORDS
        and not one.name.startswith("pgh_")
        and (one.max_length or 200) >= len(canary("alder")) + 4
    ]


def write_canaries(here: Planted) -> None:
    """Overwrite every text of the trust, its history too. The owner does it: some of it nobody else may change."""
    with connect_as_owner() as owner:
        owner.execute("set local row_security = on")
        owner.execute("select set_config('app.trust', %s, true)", [str(here.trust.pk)])
        for model in all_models():
            behind = issubclass(model, TrustOwned) or hasattr(model, "pgh_tracked_model")
            columns = text_columns(model) if behind else []
            if columns:
                owner.execute(_overwrite(model, columns, here.slug))


def _overwrite(model: type[models.Model], columns: list[models.Field], slug: str) -> sql.Composed:
    key = sql.Identifier(model._meta.pk.column)
    parts = []
    for one in columns:
        words = f"{canary(slug)}{model._meta.model_name}.{one.name}."
        words = f"{words.lower()}" if isinstance(one, models.EmailField) else words
        ending = "@example.org" if isinstance(one, models.EmailField) else ""
        text = sql.SQL("left({} || {} || {}, {})").format(words, key, ending, one.max_length or 2000)
        parts.append(sql.SQL("{} = {}").format(sql.Identifier(one.column), text))
    return sql.SQL("update {} set {}").format(sql.Identifier(model._meta.db_table), sql.SQL(", ").join(parts))
