"""The facts of a report: gathered from the open trust, frozen, and stored as its snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from reporting.contents import history, impact, matrix, moves, pages, reasons, tables
from reporting.contents.facts import Contents, Cover, Notes, Section, as_snapshot, from_snapshot
from reporting.contents.gather import Found, find
from reporting.models import Report
from reporting.rules.parts import Part, plan_of
from reporting.rules.sentences import Tally, gist
from schools.models import Season
from schools.words import on

__all__ = ["Contents", "as_snapshot", "from_snapshot", "gather"]

MAKERS: dict[Part, Callable[[Found, Tally, str], Section | None]] = {
    "changes": moves.changes,
    "matrix": matrix.matrix,
    "levels": history.levels,
    "reasons": reasons.reasons,
    "differing": reasons.differing,
    "support": tables.support,
    "concerns": tables.concerns,
    "overdue": tables.overdue,
    "evidence": tables.evidence,
    "questions": tables.questions,
    "practice": tables.practice,
    "priorities": tables.priorities,
    "schools": pages.schools,
    "measures": impact.measures,
}


def gather(report: Report, *, now: datetime) -> Contents:
    """Everything the report says, from the open trust, as it stands at `now`."""
    found = find(report, now=now)
    tally = moves.tally_of(found)
    planned, unfilled = plan_of(found.kind.template, found.kind.sections)
    untold = impact.untold(found) if found.kind.template == "impact" else ()
    parts = [part for name, title in planned if (part := MAKERS[name](found, tally, title)) is not None]
    return Contents(
        cover=_cover(found, tally),
        parts=(*parts, _notes(found, [*untold, *unfilled])),
        tells=tuple(role.value for role in found.kind.audience),
    )


def _cover(found: Found, tally: Tally) -> Cover:
    report = found.report
    period = _about(report) if found.kind.template == "impact" else report.period.label
    subtitle = f"{report.school.name}, {period}" if report.school else period
    return Cover(
        trust=report.trust.name,
        accent=report.trust.accent,
        title=found.kind.label,
        subtitle=subtitle,
        running=f"{found.kind.label}, {subtitle[:1].lower() + subtitle[1:] if not report.school else subtitle}",
        gist=gist(tally),
        details=_details(found),
        record=report.record_number,
        frozen_at=found.now,
    )


def _about(report: Report) -> str:
    """“The year 2026/27”; in an earlier term than the last one “The year 2026/27, to the autumn term”."""
    period = report.period
    to = "" if period.season == Season.SUMMER else f", to the {period.get_season_display().lower()} term"
    return f"The year {period.academic_year}{to}"


def _details(found: Found) -> tuple[tuple[str, str], ...]:
    report, moment = found.report, timezone.localtime(found.now)
    pairs = []
    if report.meeting:
        starts = timezone.localtime(report.meeting.starts_at)
        pairs.append(("For", f"{report.meeting.title}, {starts:%A} {on(starts.date())}"))
    asked = report.requested_by
    who = f"{asked.user.name}{', ' + asked.job_title if asked.job_title else ''}" if asked else "The trust's calendar"
    pairs.append(("Asked for by", who))
    pairs.append(("Evidence to", f"{on(moment.date())}, {moment:%H:%M}. Nothing later is in this report."))
    pairs.append(("Strategy", str(found.version)))
    pairs.append(("Record", report.record_number))
    return tuple(pairs)


def _notes(found: Found, unfilled: list[str]) -> Notes:
    words = found.strategy.identity.words
    sources = [
        f"Ratings are those of each school's latest agreed {words.matrix}; where a moderator changed one, that counts. "
        "Levels are words in an order, and are never averaged.",
        "Out of date means older than the strategy allows for that indicator. One source means evidence of one kind.",
    ]
    if any(sheet.axes for sheet in found.sheet.sheets):
        sources.insert(0, f"Each {words.category} is the one people decided, unless it is marked as proposed.")
    published = [school.as_at for school in found.schools.values() if school.as_at]
    if published:
        sources.append(
            f"Names and pupil numbers: Get Information about Schools, as at {on(max(published))}. "
            "Contains public sector information licensed under the Open Government Licence v3.0."
        )
    return Notes("Sources and notes", tuple(unfilled), tuple(sources))
