"""What comes by itself: support, standing meetings, reports."""

from __future__ import annotations

from collections.abc import Iterator

from reporting.queries.calendar import deciding_kinds
from reporting.rules.due import Term, reports_ahead
from reporting.rules.owed import Owed, of_entitlements, of_meetings
from schools.access import Permission
from schools.rules import academic_year

from .reading import Reader, half_terms

P = Permission


def support(read: Reader) -> Iterator[Owed]:
    """What each school counts on, by its own calendar, and has not had: the ledger of support says what came of it."""
    years = range(academic_year(read.today), academic_year(read.until) + 1)
    for school in read.schools:
        version = read.versions[school.pk]
        if version is None or not read.access.may(P.SEE_SUPPORT, school.pk):
            continue
        for year in years:
            halves = [half for half in read.halves[school.pk] if half.year == year]
            ledger = read.recorded.ledger(school, version, halves, year, read.today).ledger
            for day, title in of_entitlements(ledger.lines, today=read.today):
                if day <= read.until:
                    place = {"school_id": school.pk}
                    yield Owed("support", day, title, school.pk, page="school_support", place=place, to_school=True)


def meetings(read: Reader) -> Iterator[Owed]:
    """Those with a day; for who plans them, those that still need one. Schools see the ones that decide."""
    sees, plans = read.access.may(P.SEE_MEETINGS), read.access.may(P.RUN_MEETINGS)
    trusts = [version.strategy for version in set(read.followed.on(read.today).values())]
    shown = deciding_kinds(trusts)
    for one in read.calendar.meets:
        if read.today <= one.day <= read.until and (sees or one.kind in shown):
            place = {"meeting_id": one.pk} if sees else {}
            page = "meeting" if sees else ""
            yield Owed("meeting", one.day, one.title, held=True, page=page, place=place, at=one.starts_at)
    halves = half_terms(read.calendar.periods)
    days = [(one.kind, one.day) for one in read.calendar.meets]
    for strategy in trusts if plans else ():
        for day, title in of_meetings(strategy, days, halves, since=read.today, until=read.until):
            yield Owed("meeting", day, title, page="meetings")


def reports(read: Reader) -> Iterator[Owed]:
    """Those this person makes, or is among the readers of."""
    makes, roles = read.access.may(P.MAKE_REPORTS), {role for role, _ in read.access.roles}
    terms = [
        Term(one.pk, one.season, one.half, one.starts_on, one.ends_on)
        for one in read.calendar.periods
        if one.school_id is None
    ]
    version = read.followed.on(read.today).get(None)
    for day, due in reports_ahead(version.strategy, terms, since=read.today, until=read.until) if version else ():
        if makes or roles & set(due.report.audience):
            yield Owed("report", day, f"{due.report.label} is made", held=True, page="reports")
