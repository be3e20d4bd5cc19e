"""Which returns are asked of which school, where each stands, and who may read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, QuerySet

from evidence.models import Figure, Return, State
from evidence.rules.checks import OVER_ONE
from evidence.rules.grid import days_of
from schools.access import Access, Permission, where_may
from schools.models import AuditEntry, Period, School, StrategyVersion
from schools.queries import Followed
from schools.strategy import Cadence, Role
from schools.strategy.measures import official_measures
from schools.strategy.provision import CollectionPoint

from .returns_sheet import tables_for

LOOK_BACK = timedelta(days=400)
"""How long a return that was never sent stays among what is due."""

NOT_OPEN, NOT_BEGUN = "not_open", "not_begun"
"""Where a return stands that has no row yet, or one that nobody of the school has touched."""

UNTOUCHED = 1
"""The version of a return that was opened, by a reminder or by the school, and in which nothing was written."""


def of_returns(access: Access, prefix: str = "") -> Q:
    """Drafts are the school's; sent ones also theirs who agree them; agreed ones everybody's."""
    school, state = f"{prefix}school", f"{prefix}state"
    open_to = where_may(access, Permission.ENTER_RETURN, school) | Q(**{state: State.AGREED})
    open_to |= where_may(access, Permission.AGREE_EVIDENCE, school) & ~Q(**{state: State.DRAFT})
    return where_may(access, Permission.SEE_RETURNS, school) & open_to


def of_figures(access: Access) -> Q:
    """The figures of returns this person may read. Which of them are hidden from whom says `hides`."""
    return of_returns(access, "part_of__")


def hides(access: Access, figure: Figure) -> bool:
    """Whether this cell is kept from this person."""
    return figure.hidden and not access.may(Permission.SEE_COUNTS, figure.school_id)


def agrees(access: Access, of_return: Return) -> bool:
    """Whether this person agrees this return: not one they sent, nor that of a school they lead."""
    led = {school for role, school in access.roles if role in (Role.HEAD, Role.LEADER)}
    own = of_return.school_id in led or of_return.submitted_by_id == access.membership.pk
    return not own and access.may(Permission.AGREE_EVIDENCE, of_return.school_id)


def returns_seen(access: Access) -> QuerySet[Return]:
    """The returns this person may read, without the texts of strategies."""
    return (
        Return.objects.filter(of_returns(access))
        .select_related("school", "period", "strategy_version", "submitted_by__user", "agreed_by__user")
        .defer("strategy_version__text", "strategy_version__document")
    )


@dataclass(frozen=True)
class DueReturn:
    """One return of one school: asked, whether or not it has been begun."""

    school: School
    period: Period
    version: StrategyVersion
    point: CollectionPoint
    opens_on: date
    due_on: date
    state: str  # a State, or NOT_OPEN or NOT_BEGUN
    row: Return | None = None
    filled: int = 0
    asked: int = 0
    asks_anything: bool = True

    @property
    def school_id(self) -> int:
        return self.school.pk

    @property
    def period_id(self) -> int:
        return self.period.pk

    @property
    def return_id(self) -> int | None:
        return self.row.pk if self.row else None

    @property
    def label(self) -> str:
        return self.point.label

    @property
    def is_with_school(self) -> bool:
        """Whether the school has something to do."""
        return self.state in (NOT_BEGUN, State.DRAFT, State.RETURNED)

    def is_overdue(self, today: date) -> bool:
        return self.is_with_school and self.due_on < today

    def days_overdue(self, today: date) -> int:
        return max((today - self.due_on).days, 0) if self.is_with_school else 0


def is_asked_in(point: CollectionPoint, period: Period, school: School) -> bool:
    """Whether the collection point belongs to this period: a term, or where it is half-termly a half term."""
    halves = point.every == Cadence.HALF_TERM
    return point.in_term(period.season) and bool(period.half) == halves and period.school_id in (None, school.pk)


def own_dates(periods: Iterable[Period]) -> set[tuple[int | None, int, str, int]]:
    """Which half terms some schools have dates of their own for: school, year, season, half."""
    return {(one.school_id, one.year, one.season, one.half) for one in periods if one.school_id is not None}


def returns_asked(
    schools: Iterable[School], today: date, *, periods: Sequence[Period] = (), followed: Followed | None = None,
    begun: Mapping[tuple[int, int], Sequence[Return]] | None = None,
) -> list[DueReturn]:  # fmt: skip
    """Every return asked of these schools in the periods, by default the last year's. Those of before joining never.

    Three queries, however many schools there are; one fewer where the periods are given. `begun`, by school and period:
    those that are known already; how much of them is filled is then not said.
    """
    schools, wanted = list(schools), list(periods) or _recent(today)
    rows = begun if begun is not None else _rows(schools, wanted)
    followed, own = followed or Followed.read(), own_dates(wanted)
    found = []
    for period in wanted:
        for school in schools:
            if period.school_id is None and (school.pk, period.year, period.season, period.half) in own:
                continue  # the school's own dates stand in their place
            left = school.left_on is not None and school.left_on <= period.starts_on
            if school.joined_on <= period.ends_on and not left:
                version = followed.by(school, max(period.starts_on, school.joined_on))
                here = rows.get((school.pk, period.pk), ())
                found += _asked_in(school, period, version, here, today)
    return found


def _recent(today: date) -> list[Period]:
    """Terms and half terms of the last year, and the current one."""
    near = Period.objects.filter(starts_on__lte=today, ends_on__gte=today - LOOK_BACK)
    return list(near.order_by("starts_on", "half"))


MAY_PASS = tuple(key for key, one in official_measures().items() if one.kind in OVER_ONE)
_COUNTS = Q(figures__numerator__lte=F("figures__denominator")) | Q(
    figures__numerator__isnull=False, figures__denominator__gt=0, figures__measure__in=MAY_PASS
)
GIVEN = Q(figures__typed={}, figures__author__isnull=False) & (
    _COUNTS | Q(figures__value__isnull=False) | ~Q(figures__status="number")
)
"""A whole figure that can be, given or looked at by somebody: near enough for lists; a return's own page checks all."""


def _rows(schools: Sequence[School], periods: Sequence[Period]) -> dict[tuple[int, int], list[Return]]:
    rows = (
        Return.objects.filter(school__in=schools, period__in=periods)
        .select_related("strategy_version")
        .defer("strategy_version__text", "strategy_version__document")
        .annotate(given=ArrayAgg("figures__measure", filter=GIVEN, default=[]))
        .order_by("pk")
    )
    found: dict[tuple[int, int], list[Return]] = {}
    for row in rows:
        found.setdefault((row.school_id, row.period_id), []).append(row)
    return found


def _asked_in(
    school: School, period: Period, version: StrategyVersion | None, begun: Sequence[Return], today: date
) -> list[DueReturn]:
    """What has begun, in the strategy version it began with; then what is asked and has not."""
    found = []
    for row in begun:
        point = row.strategy_version.strategy.return_by_key.get(row.point)
        row.school, row.period = school, period
        if point is not None:
            found.append(_due(school, period, row.strategy_version, point, row, today))
    keys = {row.point for row in begun}
    for point in version.strategy.returns if version else ():
        if version and point.key not in keys and is_asked_in(point, period, school):
            due = _due(school, period, version, point, None, today)
            if due.asks_anything:
                found.append(due)
    return found


def _due(
    school: School, period: Period, version: StrategyVersion, point: CollectionPoint, row: Return | None, today: date
) -> DueReturn:
    opens, due = (row.opens_on, row.due_on) if row else days_of(point, period.ends_on)
    tables = tables_for(version.strategy, point, school, period)
    required = {table.measure.key: len(table.groups) * len(table.rows) for table in tables if not table.optional}
    state = row.state if row and is_begun(row) else (NOT_OPEN if today < opens else NOT_BEGUN)
    given = Counter(getattr(row, "given", ()))  # annotated where it was read here
    filled = sum(min(given[measure], most) for measure, most in required.items())
    asked = sum(required.values())
    return DueReturn(school, period, version, point, opens, due, state, row, filled, asked, asks_anything=bool(tables))


def is_begun(row: Return) -> bool:
    """Whether somebody of the school has written in it. One that was only asked for, or reminded of, is not begun."""
    return row.state != State.DRAFT or row.version > UNTOUCHED


def chased_on(return_ids: Iterable[int]) -> dict[int, datetime]:
    """When each return was last chased. One query."""
    entries = AuditEntry.objects.filter(
        did="return.chased", about=Return._meta.label_lower, about_id__in=list(return_ids)
    )
    return dict(entries.order_by("at").values_list("about_id", "at"))
