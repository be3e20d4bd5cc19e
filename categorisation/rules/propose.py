"""From evidence to a proposal: a level or a range, what held it, what is unknown, what would move it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from schools.strategy import Axis, Kpi, Strategy
from schools.strategy.categories import Cap

from .evidence import Evidence, age_in_months, is_stale
from .judgement import Judgement
from .matrix import Row, rows_of
from .moves import moves
from .proposal import AppliedCap, CriterionResult, Moves, Proposal, Reason, SeenKinds


def axes_for(strategy: Strategy, phase: str) -> tuple[Axis, ...]:
    """The axes a school of this phase of education is put in a category for; empty where the strategy has none."""
    return tuple(axis for axis in strategy.axes if not axis.phases or phase in axis.phases)


def propose(
    strategy: Strategy,
    axis_key: str,
    evidence: Mapping[str, Evidence],
    *,
    facts: frozenset[str] = frozenset(),
    phase: str,
    today: date,
) -> Proposal:
    """What the strategy's rule proposes for one axis of one school. Evidence for other KPIs is ignored.

    Raises KeyError for an axis the strategy does not have and ValueError for a level the KPI's scale does not have.
    """
    levels = tuple(level.key for level in strategy.axis_levels(axis_key))
    rows = rows_of(strategy, axis_key, evidence, phase=phase)
    judgement = Judgement(strategy.rule_by_axis[axis_key], levels, rows, facts)
    best, worst = judgement.result(judgement.now("best"), "best"), judgement.result(judgement.now("worst"), "worst")
    lacking = tuple(_lacking(judgement, evidence))
    stale = tuple(_stale(rows, evidence, today=today))
    return Proposal(
        axis=axis_key,
        enough=not lacking,
        level=None if lacking else levels[worst],
        best=levels[best],
        worst=levels[worst],
        rule_label=judgement.rule.label,
        share_known=_share(rows),
        known=sum(row.known for row in rows),
        asked=sum(len(row.kpis) for row in rows),
        missing=tuple(kpi.key for kpi, position in _cells(rows) if position is None),
        stale=stale,
        undated=tuple(kpi.key for kpi in _rated(rows) if evidence[kpi.key].evidence_on is None),
        single_source=tuple(kpi.key for kpi in _rated(rows) if _has_one_source(kpi, evidence[kpi.key])),
        seen=tuple(_seen(rows, evidence)),
        carried=tuple(kpi.key for kpi in _rated(rows) if evidence[kpi.key].carried),
        reasons=lacking or tuple(_reasons(judgement, worst)),
        caps_applied=tuple(applied for _, applied in _caps(judgement, worst)),
        criteria=tuple(_criterion(judgement, row, evidence) for row in rows),
        up=Moves() if lacking else moves(judgement, up=True),
        down=Moves() if lacking else moves(judgement, up=False),
        enough_with=_enough_with(judgement) if lacking else (),
        ages=tuple((kpi, age_in_months(evidence[kpi].evidence_on or today, today=today)) for kpi in stale),
    )


def _cells(rows: Iterable[Row]) -> Iterator[tuple[Kpi, int | None]]:
    for row in rows:
        yield from zip(row.kpis, row.positions, strict=True)


def _rated(rows: Iterable[Row]) -> Iterator[Kpi]:
    return (kpi for kpi, position in _cells(rows) if position is not None)


def _share(rows: Iterable[Row]) -> float:
    rows = tuple(rows)
    asked = sum(kpi.weight for kpi, _ in _cells(rows))
    return sum(kpi.weight for kpi in _rated(rows)) / asked if asked else 0.0


def _stale(rows: Iterable[Row], evidence: Mapping[str, Evidence], *, today: date) -> Iterator[str]:
    for kpi in _rated(rows):
        if is_stale(evidence[kpi.key].evidence_on, after_months=kpi.stale_after_months, today=today):
            yield kpi.key


def _seen(rows: Iterable[Row], evidence: Mapping[str, Evidence]) -> Iterator[SeenKinds]:
    """Of each rated judgement that visits saw: how many kinds there are, which they add, and their last day."""
    for kpi in _rated(rows):
        one = evidence[kpi.key]
        added = tuple(dict.fromkeys(seen.kind for seen in one.seen if seen.kind not in one.sources))
        if one.seen and _counts_sources(kpi):
            yield SeenKinds(kpi.key, len(one.kinds), added, max(seen.on for seen in one.seen))


def _counts_sources(kpi: Kpi) -> bool:
    """A figure or a date has one source by nature, so its sources are not counted."""
    return kpi.kind in ("judged", "checklist")


def _has_one_source(kpi: Kpi, evidence: Evidence) -> bool:
    """A judgement with fewer than two kinds of source."""
    return _counts_sources(kpi) and len(evidence.kinds) < 2


def _share_on(rows: Iterable[Row], least: int, evidence: Mapping[str, Evidence]) -> float:
    """The share known when a judgement with fewer kinds of evidence than this does not count."""
    rows = tuple(rows)
    asked = sum(kpi.weight for kpi, _ in _cells(rows))
    resting = (kpi for kpi in _rated(rows) if not _counts_sources(kpi) or len(evidence[kpi.key].kinds) >= least)
    return sum(kpi.weight for kpi in resting) / asked if asked else 0.0


def _lacking(judgement: Judgement, evidence: Mapping[str, Evidence]) -> Iterator[Reason]:
    """Why there is too little evidence to name one level, if so."""
    minimum, axis = judgement.rule.minimum, judgement.rule.axis
    if not judgement.rows or _share(judgement.rows) < minimum.share:
        yield Reason("share", axis, judgement.rule.label)
    elif _share_on(judgement.rows, minimum.sources, evidence) < minimum.share:
        yield Reason("sources", axis, judgement.rule.label)
    for row in judgement.rows:
        if row.criterion.key in minimum.criteria and not row.known:
            yield Reason("required", row.criterion.key, row.criterion.label, unknown=tuple(k.key for k in row.kpis))


def _enough_with(judgement: Judgement) -> tuple[str, ...]:
    """The fewest KPIs to rate: the heaviest of each required criterion, then the heaviest of all."""
    unknown = [kpi for kpi, position in _cells(judgement.rows) if position is None]
    chosen = [
        max(row.kpis, key=lambda kpi: kpi.weight)
        for row in judgement.rows
        if row.criterion.key in judgement.rule.minimum.criteria and not row.known
    ]
    asked = sum(kpi.weight for kpi, _ in _cells(judgement.rows))
    weight = sum(kpi.weight for kpi in (*_rated(judgement.rows), *chosen))
    for kpi in sorted((kpi for kpi in unknown if kpi not in chosen), key=lambda kpi: -kpi.weight):
        if asked and weight / asked >= judgement.rule.minimum.share:
            break
        chosen.append(kpi)
        weight += kpi.weight
    return tuple(kpi.key for kpi in unknown if kpi in chosen)


def _caps(judgement: Judgement, worst: int) -> Iterator[tuple[Cap, AppliedCap]]:
    for cap in judgement.rule.caps:
        limit = judgement.limit(cap, judgement.now("worst"))
        if limit:
            certain = judgement.limit(cap, judgement.now("best")) > 0
            applied = AppliedCap(cap.label, cap.no_better_than, cap.criterion, cap.fact, certain, holds=limit == worst)
            yield cap, applied


def _reasons(judgement: Judgement, worst: int) -> Iterator[Reason]:
    """The limits and criteria without which the level could be stronger: none at the strongest level."""
    if worst == 0:
        return
    for cap, applied in _caps(judgement, worst):
        if applied.holds:
            yield _cap_reason(judgement, cap, certain=applied.certain)
    if judgement.uncapped(judgement.now("worst"), "worst") == worst:
        held = [row for row in judgement.rows if row.informs and _points_to(judgement, row) >= worst]
        for row in sorted(held, key=lambda row: -_points_to(judgement, row)):
            yield _row_reason(judgement, row)


def _points_to(judgement: Judgement, row: Row) -> int:
    return judgement.points_to(row, row.worst, "worst")


def _cap_reason(judgement: Judgement, cap: Cap, *, certain: bool) -> Reason:
    row = next((row for row in judgement.rows if row.criterion.key == cap.criterion), None)
    if row is None:
        return Reason("cap", cap.fact or "", cap.label, points_to=cap.no_better_than)
    kpis = _kpis_from(row, row.levels.index(cap.at_or_below or ""))
    unknown = () if certain else _unknown(row)
    return Reason("cap", row.criterion.key, cap.label, row.levels[row.worst], cap.no_better_than, kpis, unknown)


def _row_reason(judgement: Judgement, row: Row) -> Reason:
    points_to = judgement.levels[_points_to(judgement, row)]
    unknown = _unknown(row) if row.best != row.worst else ()
    level, kpis = row.levels[row.worst], _kpis_from(row, row.worst)
    return Reason("criterion", row.criterion.key, row.criterion.label, level, points_to, kpis, unknown)


def _kpis_from(row: Row, position: int) -> tuple[str, ...]:
    """The rated KPIs at this position or weaker."""
    cells = zip(row.kpis, row.positions, strict=True)
    return tuple(kpi.key for kpi, at in cells if at is not None and at >= position)


def _unknown(row: Row) -> tuple[str, ...]:
    return tuple(kpi.key for kpi, at in zip(row.kpis, row.positions, strict=True) if at is None)


def _criterion(judgement: Judgement, row: Row, evidence: Mapping[str, Evidence]) -> CriterionResult:
    dates = [evidence[kpi.key].evidence_on for kpi in _rated([row])]
    return CriterionResult(
        key=row.criterion.key,
        level=row.levels[row.best] if row.best == row.worst else None,
        best=row.levels[row.best],
        worst=row.levels[row.worst],
        known=row.known,
        asked=len(row.kpis),
        oldest=min((day for day in dates if day), default=None),
        informs=row.informs,
        points_to=judgement.levels[_points_to(judgement, row)] if row.informs else None,
    )
