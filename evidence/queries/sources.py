"""Audits, reviews and checks that were recorded of a school, for the indicators that live by a date."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from evidence.models import Source
from schools.models import School
from schools.strategy import Kpi, Strategy

CHECK = "check"
"""The kind of source that an audit or check of a dated indicator is."""


@dataclass(frozen=True)
class Check:
    """One audit or check as a page shows it."""

    row: Source
    outcome: str


@dataclass(frozen=True)
class Dated:
    """A dated indicator with all that is recorded of it, the latest first."""

    kpi: Kpi
    checks: tuple[Check, ...]


def dated_kpis(strategy: Strategy, phase: str) -> list[Kpi]:
    """Those a school of this phase of education is asked, in the order of the file."""
    return [kpi for kpi in strategy.kpis() if kpi.kind == "dated" and strategy.asks(kpi, phase)]


def checks_of(school: School, strategy: Strategy, *, until: date) -> list[Dated]:
    """Every dated indicator of the school with its audits and checks by the day `until`. One query."""
    kpis = dated_kpis(strategy, school.phase)
    rows: dict[str, list[Source]] = defaultdict(list)
    known = Source.objects.filter(school=school, kind=CHECK, area__in=[kpi.key for kpi in kpis], on__lte=until)
    for row in known.select_related("author__user").order_by("-on", "-pk"):
        rows[row.area].append(row)
    return [Dated(kpi, tuple(Check(row, outcome_words(kpi, row.judgement)) for row in rows[kpi.key])) for kpi in kpis]


def outcome_words(kpi: Kpi, outcome: str) -> str:
    """The label of an outcome; one that the strategy no longer has keeps its key as words."""
    return next((one.label for one in kpi.outcomes if one.key == outcome), outcome.replace("_", " "))
