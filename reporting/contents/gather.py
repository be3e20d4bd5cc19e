"""Everything a report is made from, read once: a fixed number of queries, whatever the number of schools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Prefetch
from django.utils import timezone

from categorisation.access import readers_see_proposals
from categorisation.models import Assessment, Decision, Proposal, Reply, SchoolFact
from reporting.contents.slices import A_DAY, first_day, last_day
from reporting.models import Report
from reporting.queries.overview import Overview, SchoolLine, Sheet, overview
from schools.access import ROLES
from schools.models import Meeting, Period, School, StrategyVersion
from schools.queries import strategy_versions_on
from schools.strategy import Strategy
from schools.strategy.provision import ReportType
from schools.words import on

TERMS_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Found:
    """What was read for one report at one moment."""

    report: Report
    kind: ReportType
    version: StrategyVersion
    now: datetime
    today: date
    """The last day of what the report looks at."""
    sheet: Overview
    since: date
    since_words: str
    periods: tuple[Period, ...]  # the terms shown, oldest first
    decisions: dict[tuple[int, str], list[Decision]]  # of each school and axis, oldest first
    proposals: dict[tuple[int, str], Proposal]  # made from the latest agreed matrix
    facts: tuple[SchoolFact, ...]
    strategies: dict[int, Strategy]  # by version
    schools: dict[int, School]

    @property
    def strategy(self) -> Strategy:
        """The strategy the report belongs to."""
        return self.version.strategy

    @cached_property
    def lines(self) -> list[tuple[Sheet, SchoolLine]]:
        """Every school, those needing most support first."""
        pairs = [(sheet, line) for sheet in self.sheet.sheets for line in sheet.lines]
        return sorted(pairs, key=lambda pair: (pair[1].need, pair[1].name))

    def decided(self, school: int, axis: str) -> list[Decision]:
        """The decisions on an axis, oldest first; none where nothing was decided."""
        return self.decisions.get((school, axis), [])

    def moved(self, school: int, axis: str) -> list[Decision]:
        """The decisions since the last board."""
        return [one for one in self.decided(school, axis) if one.effective_on > self.since]


def find(report: Report, *, now: datetime) -> Found:
    """Read it all. Raises LookupError when the strategy no longer names this kind of report."""
    today = min(timezone.localdate(now), last_day(report))
    version = _version(report, today)
    kind = next((one for one in version.strategy.reports if one.key == report.kind), None)
    if kind is None:
        raise LookupError(f"no report “{report.kind}” in {version}")
    listed = [report.school] if report.school else list(School.objects.on(today))
    ahead = readers_see_proposals(kind.audience, report.trust)
    told_by = now if any(not ROLES[role].whole_trust for role in kind.audience) else None
    sheet = overview(report.period, today=today, schools=listed, proposals=None if ahead else (), told_by=told_by)
    ids = [school.pk for school in listed]
    since, words = _since(report, version.strategy, now)
    decisions = _decisions(ids, today, told_by)
    return Found(
        report=report,
        kind=kind,
        version=version,
        now=now,
        today=today,
        sheet=sheet,
        since=since,
        since_words=words,
        periods=_terms(report.period, decisions),
        decisions=decisions,
        proposals=_proposals(ids, report.period) if ahead else {},
        facts=tuple(SchoolFact.objects.filter(school__in=ids, since__lte=today, until=None).order_by("since", "pk")),
        strategies={one.pk: one.strategy for one in StrategyVersion.objects.defer("text", "document")},
        schools={school.pk: school for school in listed},
    )


def _version(report: Report, today: date) -> StrategyVersion:
    versions = strategy_versions_on(today)
    found = versions.get(report.school_id) or versions.get(None) if report.school_id else versions.get(None)
    if found is None:
        raise LookupError("no strategy is in force")
    return found


def _since(report: Report, strategy: Strategy, now: datetime) -> tuple[date, str]:
    """The day the readers last met, and how to say it; else of the last report; else the day before the term.

    What a report says of the impact of a year, it says from the day before that year.
    """
    if report.template == "impact":
        first = Period.objects.terms().filter(year=report.period.year).order_by("starts_on")[0]
        return first_day(first.year, first.starts_on) - A_DAY, "the year began"
    before = report.meeting.starts_at if report.meeting else now
    receiving = [meeting.key for meeting in strategy.meetings if report.kind in meeting.receives]
    met = Meeting.objects.filter(kind__in=receiving, starts_at__lt=min(before, now)).order_by("-starts_at").first()
    if met is not None:
        day = timezone.localdate(met.starts_at)
        return day, f"the last meeting on {on(day)}"
    earlier = Report.objects.filter(kind=report.kind, school=report.school, state=Report.State.READY)
    earlier = earlier.filter(period__starts_on__lt=report.period.starts_on, frozen_at__lt=now)
    last = earlier.defer("snapshot").select_related("period").order_by("-period__starts_on", "-frozen_at").first()
    if last is not None and last.frozen_at is not None:
        day = min(timezone.localdate(last.frozen_at), last.period.ends_on)  # it saw no further than its period
        return day, f"the last report on {on(day)}"
    return report.period.starts_on - timedelta(days=1), f"the term began on {on(report.period.starts_on)}"


def _terms(period: Period, decisions: dict[tuple[int, str], list[Decision]]) -> tuple[Period, ...]:
    """The terms up to the report's, oldest first, from the first in which anything was decided."""
    begun = Period.objects.terms().filter(starts_on__lte=period.starts_on).order_by("-starts_on")[:TERMS_SHOWN]
    first = min((rows[0].effective_on for rows in decisions.values()), default=period.starts_on)
    return tuple(one for one in reversed(begun) if one.ends_on >= first or one.starts_on == period.starts_on)


def _decisions(schools: Sequence[int], today: date, told_by: datetime | None) -> dict[tuple[int, str], list[Decision]]:
    found = defaultdict(list)
    replies = Prefetch("replies", Reply.objects.select_related("by__user"))
    rows = Decision.objects.filter(school__in=schools, effective_on__lte=today).order_by("effective_on", "pk")
    if told_by is not None:
        rows = rows.filter(tell_at__lte=told_by)
    for decision in rows.select_related("proposal").prefetch_related(replies):
        found[decision.school_id, decision.axis].append(decision)
    return dict(found)


def _proposals(schools: Sequence[int], period: Period) -> dict[tuple[int, str], Proposal]:
    """The proposal of each school's latest agreed matrix, on each axis."""
    rows = Proposal.objects.filter(
        assessment__school__in=schools,
        assessment__state=Assessment.State.AGREED,
        assessment__period__starts_on__lte=period.ends_on,
    )
    latest = rows.order_by("assessment__school_id", "axis", "-assessment__period__starts_on")
    latest = latest.distinct("assessment__school_id", "axis").select_related("assessment__strategy_version")
    return {(one.assessment.school_id, one.axis): one for one in latest}
