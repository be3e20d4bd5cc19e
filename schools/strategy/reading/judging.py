"""How schools are judged, in words: levels side by side, axes, criteria and indicators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schools.strategy.basics import SchoolPhase
from schools.strategy.categories import Axis, Criterion, Kpi, Level, Scale
from schools.strategy.document import Strategy
from schools.words import capital, every, listed

from .words import counted, number, phases, sides, stay

Lines = tuple[str, ...]


@dataclass(frozen=True)
class LevelTable:
    """Levels side by side: one column a level, one row an aspect that any level says something about."""

    key: str
    label: str
    note: str
    levels: tuple[Level, ...]
    rows: tuple[tuple[str, tuple[Lines, ...]], ...]


def scales_of(strategy: Strategy, roles: Mapping[str, str]) -> tuple[LevelTable, ...]:
    return tuple(
        LevelTable(scale.key, scale.label, scale.note, scale.levels, _aspects(scale, roles))
        for scale in strategy.scales
    )


NOT_ASKED = "Not asked to give any, unless its head says that it can."


def _aspects(scale: Scale, roles: Mapping[str, str]) -> tuple[tuple[str, tuple[Lines, ...]], ...]:
    def row(heading: str, cells: Iterable[Lines]) -> tuple[str, tuple[Lines, ...]]:
        return heading, tuple(cells)

    levels = scale.levels
    rows = (
        row("In short", (_line(level.descriptor) for level in levels)),
        row("What such a school is like", (level.features for level in levels)),
        row("What would suggest it", (level.indicative for level in levels)),
        row("Leadership", (level.leadership for level in levels)),
        row("What is expected of it", (level.expectations for level in levels)),
        row("Who directs improvement", (_line(level.directs) for level in levels)),
        row("Who approves its plan", (_line(listed(roles[role] for role in level.approves)) for level in levels)),
        row("Who writes its plan", (_line(capital(sides(level.edits))) for level in levels)),
        row("Support to other schools", (_line("" if level.gives_support else NOT_ASKED) for level in levels)),
        row("How long a school stays", (_line(stay(level.stay)) for level in levels)),
    )
    return tuple(each for each in rows if any(each[1]))


def _line(text: str) -> Lines:
    return (text,) if text else ()


@dataclass(frozen=True)
class AxisReading:
    """One axis: who decides, where, how often, and what marks each level on it."""

    key: str
    label: str
    sentences: Lines
    levels: tuple[Level, ...]
    rhythm: tuple[str, ...]  # by level, when it differs between levels
    features: tuple[Lines, ...]  # by level; empty when the axis adds none


def axes_of(strategy: Strategy, roles: Mapping[str, str]) -> tuple[AxisReading, ...]:
    return tuple(_axis(strategy, axis, roles) for axis in strategy.axes)


def _axis(strategy: Strategy, axis: Axis, roles: Mapping[str, str]) -> AxisReading:
    levels = strategy.levels_of(axis.scale)
    rhythm = tuple(every(axis.cadence.get(level.key, axis.default_cadence)) for level in levels)
    same = len(set(rhythm)) == 1
    meeting = strategy.meeting_by_key[axis.meeting].label if axis.meeting else ""
    decided = f"Decided by the {roles[axis.decided_by].lower()}" + (f", at the meeting “{meeting}”" if meeting else "")
    asked = phases(axis.phases)
    sentences = (
        f"Placed on the scale “{strategy.scale_by_key[axis.scale].label}”.",
        f"{decided}.",
        f"Looked at {rhythm[0]}." if same else "How often it is looked at follows the level.",
        *((f"For {asked} only.",) if asked else ()),
    )
    features = tuple(axis.features.get(level.key, ()) for level in levels)
    return AxisReading(
        axis.key, axis.label, sentences, levels, () if same else rhythm, features if any(features) else ()
    )


@dataclass(frozen=True)
class KpiReading:
    """One indicator, and how it comes by its level."""

    label: str
    hint: str
    how: str
    thresholds: tuple[tuple[str, int, str], ...]  # level, tone, from where
    notes: Lines


@dataclass(frozen=True)
class CriterionReading:
    """A row of the risk matrix with its indicators."""

    key: str
    label: str
    sentence: str
    kpis: tuple[KpiReading, ...]


KINDS = {"judged": "Judged", "measured": "Measured", "dated": "By a date", "checklist": "By a checklist"}
COMPARATORS = {
    "national": "the national figure",
    "local": "the local authority's figure",
    "similar": "similar schools",
    "pan": "the published admission number",
    "trust": "the trust's figure",
    "target": "the school's target",
    "school": "the school's own a year before",
}


def matrix_of(strategy: Strategy) -> Lines:
    """When a matrix is due, and what a rating may rest on."""
    rules, identity = strategy.matrix, strategy.identity
    meeting, end = rules.due_days_before_meeting, rules.due_days_before_end
    by_end = f"{counted(end, 'day')} before the period ends"
    due = f"Due {by_end}."
    if any(one.decides for one in strategy.meetings):
        due = f"Due {counted(meeting, 'day')} before the meeting that decides, or where there is none, {by_end}."
    labels = [f"{one.label[:1].lower()}{one.label[1:]}" for one in rules.sources]
    return (f"The {identity.words.matrix}. {due}", f"A rating names what it rests on: {listed(labels, 'or')}.")


def criteria_of(strategy: Strategy) -> tuple[CriterionReading, ...]:
    return tuple(
        CriterionReading(
            criterion.key,
            criterion.label,
            _informs(strategy, criterion),
            tuple(_kpi(strategy, kpi) for kpi in criterion.kpis),
        )
        for criterion in strategy.criteria
    )


def _informs(strategy: Strategy, criterion: Criterion) -> str:
    axes = listed(strategy.axis_by_key[key].label for key in criterion.axes)
    how = "the weakest decides" if criterion.combine == "worst" else "the best fit decides"
    count = len(criterion.kpis)
    parts = [f"Informs {axes}" if axes else "", f"of {count} indicators {how}" if count > 1 else ""]
    weight = f"counts {criterion.weight} times" if criterion.weight > 1 else ""
    sentence = "; ".join(part for part in (*parts, weight) if part)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _kpi(strategy: Strategy, kpi: Kpi) -> KpiReading:
    how = _how_measured(strategy, kpi) if kpi.kind == "measured" else KINDS[kpi.kind]
    notes = (
        *((f"For {phases(kpi.phases)}.",) if kpi.phases else ()),
        *((f"Counts {kpi.weight} times.",) if kpi.weight > 1 else ()),
        *_outcomes(strategy, kpi),
        *(f"Instead of {each.replaces} (until {each.retired_on:%-d %B %Y}): {each.rule}" for each in kpi.substitutes),
        f"Out of date after {kpi.stale_after_months} months.",
    )
    lines = _ages(strategy, kpi) if kpi.kind == "dated" else _thresholds(strategy, kpi)
    return KpiReading(kpi.label, kpi.hint, how, lines, notes)


def _how_measured(strategy: Strategy, kpi: Kpi) -> str:
    """For example “Measured: difference from the national figure, in percentage points, of girls”."""
    comparator, how = COMPARATORS.get(kpi.comparator, ""), KINDS[kpi.kind]
    beside = ": difference from" if kpi.against == "difference" else ", beside"
    how += f"{beside} {comparator}" if comparator else ""
    how += f", {kpi.unit if kpi.unit.startswith('per ') else f'in {kpi.unit}'}" if kpi.unit else ""
    group = strategy.group_by_key[kpi.group].label if kpi.group != "all" else ""
    return how + (f", of {group[:1].lower()}{group[1:]}" if group else "")


Line = tuple[str, int, str]


def _thresholds(strategy: Strategy, kpi: Kpi) -> tuple[Line, ...]:
    """Those for every phase of education, then those of some."""
    order = sorted(dict.fromkeys(one.phases for one in kpi.thresholds), key=bool)
    return tuple(line for named in order for line in _thresholds_of(strategy, kpi, named))


def _thresholds_of(strategy: Strategy, kpi: Kpi, named: tuple[SchoolPhase, ...]) -> Iterator[Line]:
    levels = {level.key: level for level in strategy.levels_of(kpi.scale)}
    shown = [one for one in kpi.thresholds if one.phases == named]
    whom = f", for {phases(named)}" if named else ""
    for threshold in shown:
        level = levels[threshold.level]
        least = threshold.at_least is not None
        value = number((threshold.at_least if least else threshold.at_most) or 0)
        yield level.label, level.tone, f"{value} or {'more' if least else 'less'}{whom}"
    last = strategy.levels_of(kpi.scale)[-1]
    if last.key not in {threshold.level for threshold in shown}:
        yield last.label, last.tone, f"otherwise{whom}"


def _ages(strategy: Strategy, kpi: Kpi) -> tuple[Line, ...]:
    if not kpi.ages:
        return ()
    levels = {level.key: level for level in strategy.levels_of(kpi.scale)}
    found = [(levels[age.level].label, levels[age.level].tone, f"up to {age.months} months old") for age in kpi.ages]
    last = strategy.levels_of(kpi.scale)[-1]
    if last.key not in {age.level for age in kpi.ages}:
        found.append((last.label, last.tone, "older"))
    return tuple(found)


def _outcomes(strategy: Strategy, kpi: Kpi) -> Iterator[str]:
    """For example “Can end with: no points raised; points still open (no better than Reinforce).”"""
    labels = {level.key: level.label for level in strategy.levels_of(kpi.scale)}
    said = [
        f"{one.label[:1].lower()}{one.label[1:]}"
        + (f" (no better than {labels[one.no_better_than]})" if one.no_better_than else "")
        for one in kpi.outcomes
    ]
    if said:
        yield f"Can end with: {'; '.join(said)}."
