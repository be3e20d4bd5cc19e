"""Reads of matrices that services and pages share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from categorisation.models import Assessment, Rating
from categorisation.rules import Evidence
from categorisation.rules.entry import UNKNOWN, Entry, asked_of
from categorisation.rules.evidence import Seen
from schools.models import Kpi
from schools.strategy import Kpi as KpiRule
from schools.strategy import Strategy


def kpis_of(assessment: Assessment) -> dict[str, Kpi]:
    """The register's entry of every KPI the school is asked, by key. One query."""
    asked = [kpi.key for kpi in asked_of(assessment.strategy_version.strategy, assessment.school.phase)]
    return {kpi.key: kpi for kpi in Kpi.objects.filter(key__in=asked)}


def ratings_of(assessment: Assessment, kpis: dict[str, Kpi] | None = None) -> dict[str, Rating]:
    """A rating for every KPI the school is asked, by key; those not written yet are unsaved rows.

    Two queries, or one when the `kpis` are known.
    """
    written = {rating.kpi_id: rating for rating in Rating.objects.filter(assessment=assessment)}
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
    """What counted last time, by KPI key. Two queries."""
    return entries_since(previous_of(assessment), assessment)


def entries_since(before: Assessment | None, assessment: Assessment) -> dict[str, Entry]:
    """What counted in the matrix `before` this one: the moderated level where there was one, once that was agreed.

    KPIs whose scale has changed since are left out. At most one query.
    """
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
    assessment: Assessment,
    ratings: dict[str, Rating] | None = None,
    *,
    moderated: bool = True,
    seen: Mapping[str, Sequence[Seen]] | None = None,
) -> dict[str, Evidence]:
    """The ratings that count, as the rules want them; without `moderated` the school's own.

    `seen` is what visits add, by KPI. Two queries, or none when the `ratings` are known.
    """
    strategy = assessment.strategy_version.strategy
    return {
        key: Evidence(
            kpi=key,
            level=level_key(strategy, strategy.kpi_by_key[key], rating.counts_as if moderated else rating.level),
            evidence_on=rating.evidence_on,
            sources=tuple(rating.sources),
            carried=rating.carried,
            seen=tuple((seen or {}).get(key, ())),
        )
        for key, rating in (ratings or ratings_of(assessment)).items()
    }
