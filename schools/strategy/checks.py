"""Cross-checks of a whole strategy. Each fault is a sentence that begins with the path it is at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .document import Strategy


def faults(strategy: Strategy) -> Iterator[str]:
    """Every broken promise of the document, as "path: what was expected" lines."""
    yield from _repeated_keys(strategy)
    yield from _criteria_faults(strategy)
    yield from _axis_faults(strategy)
    yield from _rule_faults(strategy)
    yield from _reference_faults(strategy)


def _repeated_keys(strategy: Strategy) -> Iterator[str]:
    lists = (
        "statements scales axes criteria facts entitlements menu ladders plan_types checklists forms review_types "
        "meetings measures pupil_groups returns reports impact bridges"
    )
    for name in lists.split():
        yield from _repeats(name, (item.key for item in getattr(strategy, name)))
    yield from _repeats("criteria.kpis", (kpi.key for kpi in strategy.kpis()))
    for scale in strategy.scales:
        yield from _repeats(f"scales.{scale.key}.levels", (level.key for level in scale.levels))


def _repeats(path: str, keys: Iterable[str]) -> Iterator[str]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield f"{path}: the key “{key}” is used {times} times; each key may be used once"


def _unknown(path: str, key: str | None, known: Iterable[str]) -> Iterator[str]:
    known = list(known)
    if key is not None and key not in known:
        yield f"{path}: “{key}” is not there; expected one of {', '.join(known) or 'none, as none are defined'}"


def _level_keys(strategy: Strategy, scale: str) -> list[str]:
    return [level.key for one in strategy.scales if one.key == scale for level in one.levels]


def _criteria_faults(strategy: Strategy) -> Iterator[str]:
    axes = [axis.key for axis in strategy.axes]
    scales = [scale.key for scale in strategy.scales]
    for criterion in strategy.criteria:
        path = f"criteria.{criterion.key}"
        for axis in criterion.axes:
            yield from _unknown(f"{path}.axes", axis, axes)
        if len({kpi.scale for kpi in criterion.kpis}) > 1:
            yield f"{path}.kpis: the KPIs of one criterion share one scale, so that they can be combined"
        for kpi in criterion.kpis:
            yield from _unknown(f"{path}.kpis.{kpi.key}.scale", kpi.scale, scales)
            for threshold in kpi.thresholds:
                at = f"{path}.kpis.{kpi.key}.thresholds"
                yield from _unknown(at, threshold.level, _level_keys(strategy, kpi.scale))
                if (threshold.at_least is None) == (threshold.at_most is None):
                    yield f"{at}.{threshold.level}: expected exactly one of at_least, at_most"


def _axis_faults(strategy: Strategy) -> Iterator[str]:
    for axis in strategy.axes:
        path = f"axes.{axis.key}"
        yield from _unknown(f"{path}.scale", axis.scale, [scale.key for scale in strategy.scales])
        yield from _unknown(f"{path}.meeting", axis.meeting, [meeting.key for meeting in strategy.meetings])
        for level in (*axis.cadence, *axis.features):
            yield from _unknown(f"{path}.cadence", level, _level_keys(strategy, axis.scale))
        if axis.key not in {rule.axis for rule in strategy.rules}:
            yield f"{path}: no rule proposes a level for this axis; expected one in [[rules]]"


def _rule_faults(strategy: Strategy) -> Iterator[str]:
    axis_scale = {axis.key: axis.scale for axis in strategy.axes}
    criteria = {criterion.key: criterion for criterion in strategy.criteria}
    yield from _repeats("rules.axis", (rule.axis for rule in strategy.rules))
    for number, rule in enumerate(strategy.rules):
        path = f"rules.{number}"
        yield from _unknown(f"{path}.axis", rule.axis, axis_scale)
        if rule.axis not in axis_scale:
            continue
        levels = _level_keys(strategy, axis_scale[rule.axis])
        informing = [criterion for criterion in strategy.criteria if rule.axis in criterion.axes]
        if not informing:
            yield f"{path}: no criterion names the axis “{rule.axis}” in its axes"
        for key in rule.minimum.criteria:
            yield from _unknown(f"{path}.minimum.criteria", key, criteria)
        for cap in rule.caps:
            yield from _unknown(f"{path}.caps.no_better_than", cap.no_better_than, levels)
            yield from _unknown(f"{path}.caps.fact", cap.fact, [fact.key for fact in strategy.facts])
            yield from _unknown(f"{path}.caps.criterion", cap.criterion, criteria)
            if cap.criterion in criteria:
                scale = criteria[cap.criterion].kpis[0].scale
                yield from _unknown(f"{path}.caps.at_or_below", cap.at_or_below, _level_keys(strategy, scale))
        if rule.kind == "table":
            yield from _table_faults(strategy, path, rule, levels, informing)
        elif rule.kind == "weighted_score":
            if [band.level for band in rule.bands] != levels or rule.bands[-1].up_to < 1:
                yield f"{path}.bands: expected one band for each level, strongest first, the last up to 1"
            elif any(a.up_to >= b.up_to for a, b in zip(rule.bands, rule.bands[1:], strict=False)):
                yield f"{path}.bands: each up_to must be above the one before, so that every level can be reached"
        else:
            for criterion in informing:
                if len(_level_keys(strategy, criterion.kpis[0].scale)) != len(levels):
                    yield (
                        f"criteria.{criterion.key}: its scale has another number of levels than the axis "
                        f"“{rule.axis}”, which the rule “{rule.kind}” compares level for level"
                    )


def _table_faults(strategy: Strategy, path: str, rule, levels: list[str], informing: list) -> Iterator[str]:
    if [row.level for row in rule.rows] != levels:
        yield f"{path}.rows: expected one row for each level, strongest first: {', '.join(levels)}"
        return
    for criterion in informing:
        values = _level_keys(strategy, criterion.kpis[0].scale)
        allowed = [row.allows.get(criterion.key, ()) for row in rule.rows]
        for row, cell in zip(rule.rows, allowed, strict=True):
            at = f"{path}.rows.{row.level}.{criterion.key}"
            if not cell:
                yield f"{at}: expected at least one of {', '.join(values)}"
            for value in cell:
                yield from _unknown(at, value, values)
        spans = [[n for n, cell in enumerate(allowed) if value in cell] for value in values]
        for value, span in zip(values, spans, strict=True):
            if not span:
                yield f"{path}.rows: no row allows {criterion.key} = “{value}”"
            elif span != list(range(span[0], span[-1] + 1)):
                yield f"{path}.rows: the rows that allow {criterion.key} = “{value}” must be next to each other"
        ends = [(span[0], span[-1]) for span in spans if span]
        if any(a[0] > b[0] or a[1] > b[1] for a, b in zip(ends, ends[1:], strict=False)):
            yield f"{path}.rows: a weaker value of {criterion.key} would allow a stronger level"


def _reference_faults(strategy: Strategy) -> Iterator[str]:
    axis_levels = {axis.key: _level_keys(strategy, axis.scale) for axis in strategy.axes}
    every_level = {level.key for scale in strategy.scales for level in scale.levels}
    plans = [plan.key for plan in strategy.plan_types]
    reports = [report.key for report in strategy.reports]
    for kind in ("entitlements", "plan_types", "checklists"):
        for item in getattr(strategy, kind):
            path = f"{kind}.{item.key}"
            yield from _unknown(f"{path}.axis", item.axis, axis_levels)
            levels = item.levels if kind != "checklists" else tuple(filter(None, [item.level]))
            for level in levels:
                yield from _unknown(f"{path}.levels", level, axis_levels.get(item.axis or "", sorted(every_level)))
    for plan in strategy.plan_types:
        for level in plan.update_by_level:
            yield from _unknown(f"plan_types.{plan.key}.update_by_level", level, sorted(every_level))
        for key in plan.checklists:
            yield from _unknown(f"plan_types.{plan.key}.checklists", key, [c.key for c in strategy.checklists])
    for ladder in strategy.ladders:
        for stage in ladder.stages:
            path = f"ladders.{ladder.key}.{stage.key}"
            yield from _unknown(f"{path}.plan", stage.plan, plans)
            yield from _unknown(f"{path}.fact", stage.fact, [fact.key for fact in strategy.facts])
    for form in strategy.forms:
        for field in (*form.header, *form.rows, *form.judgements, *form.footer):
            yield from _unknown(f"forms.{form.key}.{field.key}.scale", field.scale, [s.key for s in strategy.scales])
    for review in strategy.review_types:
        yield from _unknown(f"review_types.{review.key}.form", review.form, [form.key for form in strategy.forms])
        for level in review.depth:
            yield from _unknown(f"review_types.{review.key}.depth", level, sorted(every_level))
    for meeting in strategy.meetings:
        for axis in meeting.decides:
            yield from _unknown(f"meetings.{meeting.key}.decides", axis, axis_levels)
        for report in meeting.receives:
            yield from _unknown(f"meetings.{meeting.key}.receives", report, reports)
    for point in strategy.returns:
        for measure in point.measures:
            yield from _unknown(f"returns.{point.key}.measures", measure, [m.key for m in strategy.measures])
        for group in point.groups:
            yield from _unknown(f"returns.{point.key}.groups", group, [g.key for g in strategy.pupil_groups])
    kpis = {kpi.key: kpi for kpi in strategy.kpis()}
    for bridge in strategy.bridges:
        yield from _unknown(f"bridges.{bridge.key}.kpi", bridge.kpi, kpis)
        for level in bridge.grades.values() if bridge.kpi in kpis else ():
            yield from _unknown(f"bridges.{bridge.key}.grades", level, _level_keys(strategy, kpis[bridge.kpi].scale))
