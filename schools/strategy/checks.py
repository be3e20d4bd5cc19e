"""Cross-checks of a whole strategy. Each fault is a sentence that begins with the path it is at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .form_checks import form_faults
from .kpi_checks import kpi_faults
from .rule_checks import level_keys, rule_faults, unknown
from .self_evaluation import sef_faults

if TYPE_CHECKING:
    from .document import Strategy


def faults(strategy: Strategy) -> Iterator[str]:
    """Every broken promise of the document, as "path: what was expected" lines."""
    yield from _repeated_keys(strategy)
    yield from _criteria_faults(strategy)
    yield from kpi_faults(strategy)
    yield from _axis_faults(strategy)
    yield from _repeats("rules.axis", (rule.axis for rule in strategy.rules))
    yield from rule_faults(strategy)
    yield from _level_reference_faults(strategy)
    yield from _plan_faults(strategy)
    yield from _repeats("appraisals.of", (role for one in strategy.appraisals for role in one.of))
    yield from _ladder_faults(strategy)
    yield from form_faults(strategy)
    yield from _review_and_meeting_faults(strategy)
    yield from sef_faults(strategy)
    yield from _return_faults(strategy)
    yield from _bridge_faults(strategy)
    yield from _early_faults(strategy)
    yield from _impact_faults(strategy)


def _repeated_keys(strategy: Strategy) -> Iterator[str]:
    lists = (
        "statements scales axes criteria facts entitlements menu ladders plan_types checklists forms review_types "
        "meetings measures pupil_groups returns reports impact bridges appraisals"
    )
    for name in lists.split():
        yield from _repeats(name, (item.key for item in getattr(strategy, name)))
    yield from _repeats("matrix.sources", (kind.key for kind in strategy.matrix.sources))
    yield from _repeats("self_evaluation.areas", (area.key for area in strategy.self_evaluation.areas))
    yield from _repeats("criteria.kpis", (kpi.key for kpi in strategy.kpis()))
    for scale in strategy.scales:
        yield from _repeats(f"scales.{scale.key}.levels", (level.key for level in scale.levels))


def _repeats(path: str, keys: Iterable[str]) -> Iterator[str]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield f"{path}: the key “{key}” is used {times} times; each key may be used once"


def _criteria_faults(strategy: Strategy) -> Iterator[str]:
    axes = [axis.key for axis in strategy.axes]
    for criterion in strategy.criteria:
        path = f"criteria.{criterion.key}"
        for axis in criterion.axes:
            yield from unknown(f"{path}.axes", axis, axes)
        if len({kpi.scale for kpi in criterion.kpis}) > 1:
            yield f"{path}.kpis: the KPIs of one criterion share one scale, so that they can be combined"


def _axis_faults(strategy: Strategy) -> Iterator[str]:
    for axis in strategy.axes:
        path = f"axes.{axis.key}"
        yield from unknown(f"{path}.scale", axis.scale, [scale.key for scale in strategy.scales])
        yield from unknown(f"{path}.meeting", axis.meeting, [meeting.key for meeting in strategy.meetings])
        for level in (*axis.cadence, *axis.features):
            yield from unknown(f"{path}.cadence", level, level_keys(strategy, axis.scale))
        if axis.key not in {rule.axis for rule in strategy.rules}:
            yield f"{path}: no rule proposes a level for this axis; expected one in [[rules]]"


def _level_reference_faults(strategy: Strategy) -> Iterator[str]:
    axis_levels = {axis.key: level_keys(strategy, axis.scale) for axis in strategy.axes}
    every_level = {level.key for scale in strategy.scales for level in scale.levels}
    for kind in ("entitlements", "plan_types", "checklists"):
        for item in getattr(strategy, kind):
            path = f"{kind}.{item.key}"
            yield from unknown(f"{path}.axis", item.axis, axis_levels)
            levels = item.levels if kind != "checklists" else tuple(filter(None, [item.level]))
            for level in levels:
                yield from unknown(f"{path}.levels", level, axis_levels.get(item.axis or "", sorted(every_level)))


def _plan_faults(strategy: Strategy) -> Iterator[str]:
    every_level = sorted({level.key for scale in strategy.scales for level in scale.levels})
    of_stages = {stage.plan for ladder in strategy.ladders for stage in ladder.stages}
    for plan in strategy.plan_types:
        if plan.only_on_ladder and plan.key not in of_stages:
            yield f"plan_types.{plan.key}.only_on_ladder: no stage of a ladder names it; expected one that does"
        if plan.only_on_ladder and (plan.levels or plan.of == "trust"):
            yield f"plan_types.{plan.key}.only_on_ladder: expected a plan of a school, without levels"
        for level in plan.update_by_level:
            yield from unknown(f"plan_types.{plan.key}.update_by_level", level, every_level)
        for section in plan.holds:
            yield from unknown(f"plan_types.{plan.key}.holds", section, plan.sections)
        prose = [section for section in plan.sections if section not in plan.holds]
        for section in plan.prefill:
            yield from unknown(f"plan_types.{plan.key}.prefill", section, prose)
        for key in plan.checklists:
            yield from unknown(f"plan_types.{plan.key}.checklists", key, [c.key for c in strategy.checklists])


def _ladder_faults(strategy: Strategy) -> Iterator[str]:
    plans = [plan.key for plan in strategy.plan_types]
    for ladder in strategy.ladders:
        told = sorted({words for stage in ladder.stages for words in stage.notify})
        for words in ladder.reached_as:
            yield from unknown(f"ladders.{ladder.key}.reached_as", words, told)
        for stage in ladder.stages:
            path = f"ladders.{ladder.key}.{stage.key}"
            yield from unknown(f"{path}.plan", stage.plan, plans)
            yield from _repeats(f"{path}.decided_by", stage.decided_by)
            yield from unknown(f"{path}.fact", stage.fact, [fact.key for fact in strategy.facts])


def _review_and_meeting_faults(strategy: Strategy) -> Iterator[str]:
    every_level = sorted({level.key for scale in strategy.scales for level in scale.levels})
    axes = [axis.key for axis in strategy.axes]
    reports = [report.key for report in strategy.reports]
    for item in strategy.menu:
        yield from unknown(f"menu.{item.key}.review", item.review, [review.key for review in strategy.review_types])
    for one in strategy.entitlements:
        yield from unknown(f"entitlements.{one.key}.form", one.form, [form.key for form in strategy.forms])
        yield from unknown(f"entitlements.{one.key}.plan", one.plan, [kind.key for kind in strategy.plan_types])
    for review in strategy.review_types:
        yield from unknown(f"review_types.{review.key}.form", review.form, [form.key for form in strategy.forms])
        for level in review.depth:
            yield from unknown(f"review_types.{review.key}.depth", level, every_level)
        for level, key in review.form_by_level.items():
            yield from unknown(f"review_types.{review.key}.form_by_level", level, every_level)
            yield from unknown(f"review_types.{review.key}.form_by_level", key, [form.key for form in strategy.forms])
    for meeting in strategy.meetings:
        for axis in meeting.decides:
            yield from unknown(f"meetings.{meeting.key}.decides", axis, axes)
        for report in meeting.receives:
            yield from unknown(f"meetings.{meeting.key}.receives", report, reports)


def _return_faults(strategy: Strategy) -> Iterator[str]:
    for point in strategy.returns:
        path = f"returns.{point.key}.asks"
        yield from _repeats(f"{path}.measure", (ask.measure for ask in point.asks))
        for ask in point.asks:
            yield from unknown(f"{path}.measure", ask.measure, strategy.measure_by_key)
            for group in ask.groups:
                yield from unknown(f"{path}.{ask.measure}.groups", group, strategy.group_by_key)
    for kpi in strategy.kpis():
        if kpi.measure:
            yield from unknown(f"criteria.kpis.{kpi.key}.measure", kpi.measure, strategy.measure_by_key)


def _bridge_faults(strategy: Strategy) -> Iterator[str]:
    kpis = {kpi.key: kpi for kpi in strategy.kpis()}
    for bridge in strategy.bridges:
        yield from unknown(f"bridges.{bridge.key}.kpi", bridge.kpi, kpis)
        for level in bridge.grades.values() if bridge.kpi in kpis else ():
            yield from unknown(f"bridges.{bridge.key}.grades", level, level_keys(strategy, kpis[bridge.kpi].scale))


def _impact_faults(strategy: Strategy) -> Iterator[str]:
    kinds = {"plan_verdicts": strategy.plan_types, "reviews": strategy.review_types}
    for measure in strategy.impact:
        known = [one.key for count in measure.counts for one in kinds.get(count, ())]
        for key in measure.of:
            yield from unknown(f"impact.{measure.key}.of", key, known)


def _early_faults(strategy: Strategy) -> Iterator[str]:
    for watched in strategy.early_warning.figures:
        yield from unknown("early_warning.figures.measure", watched.measure, strategy.measure_by_key)
        yield from unknown("early_warning.figures.group", watched.group, strategy.group_by_key)
