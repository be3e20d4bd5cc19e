"""Short stories for tests of pages: a school rates, the trust agrees, people decide, each on its day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine

from categorisation.models import Assessment, Decision, Proposal
from categorisation.rules.entry import Entry, asked_of
from categorisation.services import agree_assessment, decide_category, open_assessment, save_ratings, submit_assessment
from schools.models import AgendaItem, Meeting, Membership, Period, School
from tests.categorisation.concluding import ALL_STAYS
from tests.conftest import TODAY

LONDON = ZoneInfo("Europe/London")
TERM_DAYS = timedelta(days=50)


def moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), LONDON)


def term(season: str, year: int, half: int = 0) -> Period:
    return Period.objects.get(season=season, year=year, half=half, school=None)


def rate(
    school: School,
    period: Period,
    *,
    head: Membership,
    level: int = 2,
    but: Mapping[str, Entry | int] | None = None,
    on: date | None = None,
) -> Assessment:
    """A submitted matrix, every KPI at `level` from two fresh sources except those in `but`."""
    day = on or min(period.starts_on + TERM_DAYS, TODAY)
    usual = Entry(level, "What lies behind it.", day - timedelta(days=10), ("data", "records"))
    with time_machine.travel(moment(day), tick=False):
        matrix = open_assessment(school, period)
        strategy = matrix.strategy_version.strategy
        entries = {kpi.key: usual for kpi in asked_of(strategy, school.phase)}
        for key, entry in (but or {}).items():
            entries[key] = (
                entry if isinstance(entry, Entry) else Entry(entry, usual.note, usual.evidence_on, usual.sources)
            )
        save_ratings(matrix, entries, by=head)
        return submit_assessment(matrix, by=head, today=day)


def agree(matrix: Assessment, *, by: Membership, on: date | None = None) -> Assessment:
    """The matrix, agreed; the rules then propose."""
    with time_machine.travel(moment(on or min(matrix.period.starts_on + TERM_DAYS, TODAY), 11), tick=False):
        return agree_assessment(matrix, by=by)


def decide(
    matrix: Assessment, *, by: Membership, level: str = "", reason: str = "", on: date | None = None,
    meeting: Meeting | None = None,
) -> list[Decision]:  # fmt: skip
    """A decision on every axis: what is proposed, or `level` with a reason."""
    with time_machine.travel(moment(on or matrix.period.starts_on + TERM_DAYS, 12), tick=False):
        if meeting is not None:
            AgendaItem.objects.get_or_create(meeting=meeting, school=matrix.school, defaults={"position": 1})
        return [
            decide_category(
                matrix.school, one.axis, by=by, level=level or one.level or one.worst, period=matrix.period,
                reason=reason or "As discussed.", meeting=meeting, conclusion=ALL_STAYS,
            )
            for one in Proposal.objects.filter(assessment=matrix).order_by("axis")
        ]  # fmt: skip


def plan(kind: str, period: Period, day: date, title: str = "Risk meeting") -> Meeting:
    return Meeting.objects.create(
        kind=kind, title=title, period=period, starts_at=moment(day, 9) + timedelta(minutes=30)
    )
