"""What the installation holds of the national data, for the operator: how much, and of which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Count, Max

from schools.models import Establishment, EstablishmentGroup, EstablishmentLink, GroupLink

HELD: list[tuple[str, type[models.Model]]] = [
    ("Schools", Establishment),
    ("Groups, such as trusts", EstablishmentGroup),
    ("Which school belongs to which group", GroupLink),
    ("Earlier and later numbers of a school", EstablishmentLink),
]
"""National tables by name; other apps add theirs when they are ready. Each has `as_at`, the day of its file."""


@dataclass(frozen=True)
class Holding:
    """One kind of national data. `as_at` is the day of the newest file, None where nothing is loaded."""

    what: str
    rows: int
    as_at: date | None


def holdings() -> list[Holding]:
    """One query a table."""
    return [Holding(what, **table.objects.aggregate(rows=Count("pk"), as_at=Max("as_at"))) for what, table in HELD]  # type: ignore[attr-defined]
