"""What a school hands in, and when its categories are judged again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from categorisation.models import Assessment
from categorisation.rules import next_due
from categorisation.rules.cadence import Period as RulePeriod
from categorisation.rules.cadence import period_asked
from evidence.queries.returns import returns_asked
from evidence.queries.sef import due_day, sef_due_of
from reporting.rules.owed import Owed
from schools.access import Permission
from schools.models import Period, School
from schools.strategy import Strategy
from schools.words import capital

from .reading import LOOK_BACK, Reader, name_of

P = Permission


def matrices(read: Reader) -> Iterator[Owed]:
    """Those a school has still to send, of this term and of those that begin in the span."""
    schools = read.of(P.SEE_MATRIX)
    rows = Assessment.objects.filter(school__in=schools, period__ends_on__gte=read.today - LOOK_BACK)
    begun = {(row.school_id, row.period_id): row for row in rows.only("school_id", "period_id", "state", "due_on")}
    for school in schools:
        strategy = read.strategies[school.pk]
        if strategy is None:
            continue
        title = capital(strategy.identity.words.matrix)
        for period in _periods_asked(read, school, strategy):
            row = begun.get((school.pk, period.pk))
            due = row.due_on if row else read.calendar.due_on(period, strategy)
            if Assessment.is_unsent(row.state if row else "") and due <= read.until:
                place = {"school_id": school.pk, "period_id": period.pk}
                yield Owed("matrix", due, f"{title}, {period.short}", school.pk, page="matrix", place=place)


def _periods_asked(read: Reader, school: School, strategy: Strategy) -> Iterator[Period]:
    """The terms or half terms whose matrix is asked, from the term that has begun last, each once."""
    axes = strategy.axis_by_key
    decided = [(axes[one.axis], one.level, one.on) for one in read.latest(school) if one.axis in axes]
    periods = [one for one in read.periods_of(school) if one.ends_on >= school.joined_on]
    terms = [one for one in periods if not one.half]
    now = max((one.starts_on for one in terms if one.starts_on <= read.today), default=read.today)
    asked: dict[int, Period] = {}
    for term in (one for one in terms if one.starts_on >= now):
        halves = [one for one in periods if one.half and name_of(one)[:2] == name_of(term)[:2]]
        ahead = [one for one in halves if one.ends_on >= read.today]
        for half in ahead or halves[-1:]:
            found = period_asked(term, half, decided)
            asked.setdefault(found.pk, found)
    yield from asked.values()


def categories(read: Reader) -> Iterator[Owed]:
    """When the latest decision on each axis is looked at again."""
    for school in read.of(P.SEE_DECISIONS):
        strategy, periods = read.strategies[school.pk], read.periods_of(school)
        ruled = [RulePeriod("half_term" if each.half else "term", each.starts_on, each.ends_on) for each in periods]
        for one in read.latest(school):
            axis = strategy.axis_by_key.get(one.axis) if strategy else None
            due = next_due(axis, one.level, one.on, ruled) if axis else None
            if axis and due and due <= read.until:
                place = {"school_id": school.pk}
                yield Owed("category", due, f"{axis.label}: judged again", school.pk, page="school", place=place)


def sefs(read: Reader) -> Iterator[Owed]:
    """Those not sent of this term, and those of the terms to come."""
    schools = read.of(P.SEE_SEF)
    terms = [one for one in read.calendar.periods if not one.half and one.ends_on >= read.today]
    for term in terms[:1]:
        for one in sef_due_of(schools, term, read.today, followed=read.followed):
            if one.is_unsent and one.due_on <= read.until:
                place = {"school_id": one.school_id, "period_id": one.period_id}
                yield Owed("sef", one.due_on, capital(one.label), one.school_id, page="sef", place=place)
    for term in terms:
        for school in schools if term.starts_on > read.today else ():
            strategy = read.strategies[school.pk]
            if strategy and strategy.self_evaluation.in_term(term.season):
                due = due_day(term, strategy)
                if due <= read.until:
                    yield Owed("sef", due, capital(strategy.self_evaluation.label), school.pk)


def returns(read: Reader) -> Iterator[Owed]:
    """Those with the school, and those that open in the span."""
    schools = read.of(P.SEE_RETURNS)
    near = [one for one in read.calendar.periods if one.ends_on >= read.today - timedelta(days=70)]
    for one in returns_asked(schools, read.today, periods=near, followed=read.followed):
        if one.due_on <= read.until and (one.is_with_school or one.opens_on > read.today):
            place = {"school_id": one.school_id, "period_id": one.period_id, "point": one.point.key}
            page = "return_page" if one.is_with_school else ""
            yield Owed("return", one.due_on, one.label, one.school_id, page=page, place=place)
