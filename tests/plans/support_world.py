"""A school that is owed support, and what is booked for it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from categorisation.models import Decision
from plans.models import SupportBooking
from plans.services.booking import Terms, book_support
from schools.audit import record_act
from schools.models import Period, School
from tests.conftest import Cast

LONDON = ZoneInfo("Europe/London")
LAST_SUMMER = date(2026, 7, 1)


def place(cast: Cast, school: School, level: str, axis: str = "academic", on: date = LAST_SUMMER) -> Decision:
    """Put the school at a level, told on the day itself."""
    record_act("decision.planted", Decision, by=None)
    at = datetime(on.year, on.month, on.day, 9, tzinfo=LONDON)
    return Decision.objects.create(
        school=school, period=Period.objects.get(year=2026, season="autumn", half=0), axis=axis, level=level,
        strategy_version=cast.version, effective_on=on, decided_by=cast.ruth, decided_at=at, tell_at=at,
        reply_due_on=on,
    )  # fmt: skip


def book(cast: Cast, *days: date, school: School | None = None, **more: Any) -> list[SupportBooking]:
    """Improvement visits by Ada, on these days."""
    told: dict[str, Any] = {"entitlement": "support_reinforce", "provider": "central", "provider_person": cast.ada}
    terms = Terms(dates=days, **{**told, **more})
    return book_support(school or cast.dunmere, cast.version, terms, by=cast.ada)


def external(**more: Any) -> dict[str, Any]:
    """Somebody from outside, whom the school pays."""
    named = {"provider": "external", "provider_person": None, "provider_words": "Northmere Maths Hub"}
    return {**named, "funder": "school", "cost": Decimal(350), **more}
