"""Reads of assessments and decisions that services and pages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from categorisation.models import Assessment, Rating, SchoolFact
from categorisation.rules import Evidence
from categorisation.rules.bridges import Reading, readings_of
from categorisation.rules.entry import UNKNOWN, Entry, asked_of
from categorisation.rules.published import Inspection, facts_published
from evidence.queries import InspectionShown, inspections_of
from schools.models import AuditEntry, Kpi, School
from schools.strategy import Fact, Strategy
from schools.strategy import Kpi as KpiRule
from schools.words import on as day_words


def kpis_of(assessment: Assessment) -> dict[str, Kpi]:
    """The register's entry of every KPI the school is asked, by key. One query."""
    asked = [kpi.key for kpi in asked_of(assessment.strategy_version.strategy, assessment.school.phase)]
    return {kpi.key: kpi for kpi in Kpi.objects.filter(key__in=asked)}


def ratings_of(assessment: Assessment, kpis: dict[str, Kpi] | None = None) -> dict[str, Rating]:
    """A rating for every KPI the school is asked, by key; those not written yet are unsaved rows.

    Two queries, or one when the `kpis` are known.
    """
    rows = Rating.objects.filter(assessment=assessment).select_related("moderator__user")
    written = {rating.kpi_id: rating for rating in rows}
    found = {}
    for key, kpi in (kpis or kpis_of(assessment)).items():
        found[key] = written.get(kpi.pk) or Rating(
            assessment=assessment, period_id=assessment.period_id, school_id=assessment.school_id
        )
        found[key].kpi = kpi
    return found


def entries_of(assessment: Assessment) -> dict[str, Entry]:
    """What the school has said, by KPI key. One query."""
    rows = Rating.objects.filter(assessment=assessment).values_list(
        "kpi__key", "level", "note", "evidence_on", "sources"
    )
    return {key: Entry(level, note, day, tuple(sources)) for key, level, note, day, sources in rows}


def previous_of(assessment: Assessment) -> Assessment | None:
    """The school's latest submitted or agreed matrix before this one."""
    return (
        Assessment.objects.filter(school_id=assessment.school_id, period__starts_on__lt=assessment.period.starts_on)
        .filter(state__in=(Assessment.State.SUBMITTED, Assessment.State.AGREED))
        .order_by("-period__starts_on")
        .select_related("period", "strategy_version")
        .defer("strategy_version__text", "strategy_version__document")
        .first()
    )


def previous_entries(assessment: Assessment) -> dict[str, Entry]:
    """What counted last time, by KPI key: the moderated level where there was one, once that was agreed.

    KPIs whose scale has changed since are left out.
    """
    before = previous_of(assessment)
    if before is None:
        return {}
    agreed = before.state == Assessment.State.AGREED
    old, new = before.strategy_version.strategy, assessment.strategy_version.strategy
    rows = Rating.objects.filter(assessment=before).select_related("kpi")
    return {
        row.kpi.key: Entry(row.counts_as if agreed else row.level, row.note, row.evidence_on, tuple(row.sources))
        for row in rows
        if same_scale(old, new, row.kpi.key)
    }


def same_scale(old: Strategy, new: Strategy, kpi: str) -> bool:
    """Whether two versions rate the KPI on the same levels, so that a level of one can be read in the other."""
    if old is new:
        return kpi in new.kpi_by_key
    if kpi not in old.kpi_by_key or kpi not in new.kpi_by_key:
        return False
    scales = [one.levels_of(one.kpi_by_key[kpi].scale) for one in (old, new)]
    return [level.key for level in scales[0]] == [level.key for level in scales[1]]


def level_key(strategy: Strategy, kpi: KpiRule, level: int | None) -> str | None:
    """The key of a stored level; None for unknown and not rated."""
    return None if level in (None, UNKNOWN) else strategy.levels_of(kpi.scale)[level - 1].key


def evidence_of(
    assessment: Assessment, ratings: dict[str, Rating] | None = None, *, moderated: bool = True
) -> dict[str, Evidence]:
    """The ratings that count, as the rules want them; without `moderated` the school's own.

    Two queries, or none when the `ratings` are known.
    """
    strategy = assessment.strategy_version.strategy
    return {
        key: Evidence(
            kpi=key,
            level=level_key(strategy, strategy.kpi_by_key[key], rating.counts_as if moderated else rating.level),
            evidence_on=rating.evidence_on,
            sources=tuple(rating.sources),
            carried=rating.carried,
        )
        for key, rating in (ratings or ratings_of(assessment)).items()
    }


@dataclass(frozen=True)
class Published:
    """What the latest inspection of a school, or of its predecessors, says under a strategy."""

    inspection: Inspection | None
    readings: Mapping[str, Reading]  # by KPI
    facts: frozenset[str]


def published_of(strategies: Mapping[str, Strategy], *, on: date) -> dict[str, Published]:
    """By URN, what was published by the day `on`, read by the strategy given. One query, however many schools."""
    found = inspections_of(strategies, on)
    return {urn: read_published(strategy, found[urn]) for urn, strategy in strategies.items()}


def read_published(strategy: Strategy, inspections: Iterable[InspectionShown]) -> Published:
    """The same from the inspections of one school, the latest first. One without a day is passed over. No query."""
    inspection = next((_plain(shown, shown.inspected_on) for shown in inspections if shown.inspected_on), None)
    return Published(inspection, readings_of(strategy, inspection), facts_published(strategy, inspection))


def _plain(shown: InspectionShown, day: date) -> Inspection:
    return Inspection(
        framework=shown.framework,
        on=day,
        overall=shown.overall.published if shown.overall else "",
        grades={grade.area: grade.published for grade in shown.grades},
        safeguarding=shown.safeguarding_published,
        category=shown.category,
        predecessor=shown.of_urn if shown.of_predecessor else "",
    )


@dataclass(frozen=True)
class Held:
    """A fact of the strategy that is true of a school, and where that comes from: a record, or an inspection."""

    fact: Fact
    recorded: SchoolFact | None = None
    inspection: Inspection | None = None

    @property
    def published(self) -> str:
        """For example “requires special measures, inspection of 12 March 2024”; blank for what people recorded."""
        if self.inspection is None or self.fact.published is None:
            return ""
        return f"{self.inspection.fact_words(self.fact.published)}, {self.inspection.words}"

    @property
    def source(self) -> str:
        """For example “the inspection of 12 March 2024”, “what the trust recorded from 3 October 2026”."""
        if self.recorded is not None:
            return f"what the trust recorded from {day_words(self.recorded.since)}"
        return f"the {self.inspection.words}" if self.inspection else ""


def facts_held(strategy: Strategy, school: School, *, on: date, published: Published | None = None) -> list[Held]:
    """The strategy's facts that are true of a school on a day, in the order of the file.

    One query, and one more where the strategy has published facts and what was published is not given.
    """
    if not strategy.facts:
        return []
    if published is None and any(fact.published for fact in strategy.facts):
        published = published_of({school.urn: strategy}, on=on)[school.urn]
    rows = SchoolFact.objects.current(on).filter(school=school).select_related("by__user").order_by("since")
    recorded = {row.key: row for row in rows}
    found = []
    for fact in strategy.facts:
        if fact.published is None and fact.key in recorded:
            found.append(Held(fact, recorded=recorded[fact.key]))
        elif published is not None and fact.key in published.facts:
            found.append(Held(fact, inspection=published.inspection))
    return found


@dataclass(frozen=True)
class Ended:
    """A fact that was true of a school, and why it is no longer."""

    label: str
    record: SchoolFact
    reason: str


def facts_ended(strategy: Strategy, school: School, *, on: date) -> list[Ended]:
    """What people recorded and ended by this day, the latest first. Two queries."""
    rows = list(SchoolFact.objects.filter(school=school, until__lte=on).order_by("-until", "-pk"))
    acts = AuditEntry.objects.filter(did="fact.ended", about_id__in=[row.pk for row in rows])
    reasons = dict(acts.values_list("about_id", "why"))
    known = strategy.fact_by_key
    return [Ended(known[row.key].label, row, reasons.get(row.pk, "")) for row in rows if row.key in known]
