"""Figures for tests: agreed returns of a school, and official figures of schools and of England."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from evidence.models import Figure, PublishedFigure, Return
from schools.models import Membership, Period, School, StrategyVersion

MEMBER = "ada"
SENT = datetime(2026, 11, 16, 12, tzinfo=UTC)


def agreed_return(
    school: School, period: Period, version: StrategyVersion, by: Membership, *, point: str = "autumn_return"
) -> Return:
    """A return that was sent and agreed."""
    return Return.objects.create(
        school=school, period=period, strategy_version=version, point=point, state="agreed",
        opens_on=date(2026, 11, 2), due_on=date(2026, 12, 18), submitted_at=SENT, submitted_by=by,
        agreed_at=SENT, agreed_by=by,
    )  # fmt: skip


def put(
    of: Return, measure: str, numerator: int | None, denominator: int | None, *, group: str = "all",
    span: str = "to_date", hidden: bool = False, value: Decimal | None = None,
) -> Figure:  # fmt: skip
    """One figure of a return."""
    return Figure.objects.create(
        part_of=of, school=of.school, period=of.period, measure=measure, group=group, year=of.period.year, span=span,
        numerator=numerator, denominator=denominator, value=value, hidden=hidden,
    )  # fmt: skip


def published(
    measure: str, value: str, *, code: str = "E92000001", place: str = "england", year: int = 2024, span: str = "year",
    phase: str = "", group: str = "all", numerator: int | None = None, denominator: int | None = None,
    as_at: date = date(2026, 1, 15),
) -> PublishedFigure:  # fmt: skip
    """One official figure, of England unless said otherwise."""
    return PublishedFigure.objects.create(
        place=place, code=code, phase=phase, measure=measure, group=group, year=year, span=span, value=Decimal(value),
        numerator=numerator, denominator=denominator, release="final", source="figures.csv", as_at=as_at,
    )  # fmt: skip
