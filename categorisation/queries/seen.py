"""What visits add to the evidence of ratings."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from categorisation.rules.entry import asked_of
from categorisation.rules.evidence import Seen, is_stale
from evidence.models import Source
from schools.models import School
from schools.strategy import Strategy


def seen_by_visits(school: School, strategy: Strategy, *, today: date) -> dict[str, list[Seen]]:
    """By KPI, each kind of evidence with its last day, from records that are published and not too old. One query.

    A record is about a KPI, or about a criterion and so about each KPI of it.
    """
    criteria = {kpi.key: one.key for one in strategy.criteria for kpi in one.kpis}
    days = _last_days(school, today)
    found: dict[str, list[Seen]] = {}
    for kpi in asked_of(strategy, school.phase):
        known: dict[str, date] = {}
        for area in (kpi.key, criteria[kpi.key]):
            for kind, day in days.get(area, {}).items():
                known[kind] = max(day, known.get(kind, day))
        fresh = {kind: day for kind, day in known.items() if not _too_old(day, kpi.stale_after_months, today)}
        if fresh:
            found[kpi.key] = [Seen(kind, day) for kind, day in sorted(fresh.items())]
    return found


def _too_old(day: date, months: int, today: date) -> bool:
    return is_stale(day, after_months=months, today=today)


def _last_days(school: School, today: date) -> dict[str, dict[str, date]]:
    """By area, the kinds of evidence there are with the last day of each."""
    rows = Source.objects.filter(school=school, on__lte=today).exclude(evidence="").order_by("on")
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for area, kind, day in rows.values_list("area", "evidence", "on"):
        found[area][kind] = day
    return found
