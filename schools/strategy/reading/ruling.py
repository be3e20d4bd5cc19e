"""How a level is proposed, in words: rules with their tables and limits, and the reading of inspections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schools.strategy.categories import Bridge, Cap, Fact, Level, Rule
from schools.strategy.document import Strategy
from schools.words import listed

from .words import level_labels, number

Lines = tuple[str, ...]


@dataclass(frozen=True)
class RuleReading:
    """A rule in words, with its table where it has one."""

    axis: str
    label: str
    sentences: Lines
    caps: Lines
    note: str
    headings: Lines = ()
    rows: tuple[tuple[Level, Lines], ...] = ()


KINDS_OF_RULE = {
    "best_fit": "The middle of the criteria's levels is proposed, each criterion by its weight; a tie goes to the "
    "weaker level.",
    "worst_column": "The weakest criterion decides.",
    "table": "Each criterion allows some levels, as in the table. The strong end of the answer is the middle of the "
    "strongest levels allowed, the weak end the middle of the weakest: one level where both agree, else a range.",
    "weighted_score": "The criteria's positions are averaged by weight, from 0 (strongest) to 1 (weakest), and cut as "
    "in the table.",
}


def rules_of(strategy: Strategy) -> tuple[RuleReading, ...]:
    return tuple(_rule(strategy, rule) for rule in strategy.rules)


def _rule(strategy: Strategy, rule: Rule) -> RuleReading:
    criteria = strategy.criterion_by_key
    informing = [criterion for criterion in strategy.criteria if rule.axis in criterion.axes]
    must = listed(criteria[key].label for key in rule.minimum.criteria)
    minimum = (
        f"At least {rule.minimum.share:.0%} of the indicators, by weight, must be known"
        + (f", {must} among them" if must else "")
        + ". With less, the answer is a range: every unknown at its best, every unknown at its worst."
    )
    levels = {level.key: level for level in strategy.axis_levels(rule.axis)}
    headings: Lines = ()
    rows: tuple[tuple[Level, Lines], ...] = ()
    if rule.kind == "table":
        words = level_labels(strategy)
        headings = tuple(criterion.label for criterion in informing)
        rows = tuple(
            (
                levels[row.level],
                tuple(listed((words[k] for k in row.allows.get(c.key, ())), "or") for c in informing),
            )
            for row in rule.rows
        )
    elif rule.kind == "weighted_score":
        headings = ("Up to",)
        rows = tuple((levels[band.level], (number(band.up_to),)) for band in rule.bands)
    return RuleReading(
        strategy.axis_by_key[rule.axis].label,
        rule.label,
        (KINDS_OF_RULE[rule.kind], minimum),
        tuple(_cap(strategy, cap, levels) for cap in rule.caps),
        rule.note,
        headings,
        rows,
    )


def _cap(strategy: Strategy, cap: Cap, levels: Mapping[str, Level]) -> str:
    limit = f"no better than {levels[cap.no_better_than].label}"
    if cap.fact:
        fact = next(fact for fact in strategy.facts if fact.key == cap.fact)
        return f"{cap.label}: where it is true that “{fact.label}”, {limit}."
    criterion = strategy.criterion_by_key[cap.criterion or ""]
    at = next(level for level in strategy.levels_of(criterion.kpis[0].scale) if level.key == cap.at_or_below)
    return f"{cap.label}: with {criterion.label} at {at.label} or weaker, {limit}."


@dataclass(frozen=True)
class FactReading:
    """Something the rules look at beside the ratings, and how it comes on record."""

    label: str
    note: str
    how: str


def facts_of(strategy: Strategy) -> tuple[FactReading, ...]:
    return tuple(FactReading(fact.label, fact.note, _how_known(fact)) for fact in strategy.facts)


def _how_known(fact: Fact) -> str:
    """In a sentence."""
    if fact.published:
        return "Read from the latest published inspection."
    if fact.computed:
        by = f"by {number(fact.from_levels)} of a level or more better on average"
        beside = "than the trust’s moderation of the latest agreed matrix and later judgements from outside"
        return f"Worked out: {by} {beside}, over {fact.least_compared} judgements or more."
    return "Put on record by the trust, from a day on."


@dataclass(frozen=True)
class BridgeReading:
    """The trust's own reading of published grades for one indicator."""

    label: str
    sentence: str
    grades: tuple[tuple[str, Level], ...]
    note: str


FRAMEWORKS = {"graded_1_to_4": "grades 1 to 4", "report_card_2025": "the report card of November 2025"}


def bridges_of(strategy: Strategy) -> tuple[BridgeReading, ...]:
    return tuple(_bridge(strategy, bridge) for bridge in strategy.bridges)


def _bridge(strategy: Strategy, bridge: Bridge) -> BridgeReading:
    kpi = strategy.kpi_by_key[bridge.kpi]
    levels = {level.key: level for level in strategy.levels_of(kpi.scale)}
    span = ""
    if bridge.applies_from:
        span += f", for inspections from {bridge.applies_from:%-d %B %Y}"
    if bridge.applies_to:
        span += f"{' ' if span else ', for inspections '}until {bridge.applies_to:%-d %B %Y}"
    area = "" if bridge.area == "any" else f", “{bridge.area.replace('_', ' ')}”"
    sentence = f"From {FRAMEWORKS[bridge.framework]}{area}, to the indicator “{kpi.label}”{span}. "
    sentence += f"Made by the trust on {bridge.made_on:%-d %B %Y}."
    grades = tuple((grade.replace("_", " "), levels[level]) for grade, level in bridge.grades.items())
    return BridgeReading(bridge.label, sentence, grades, bridge.note)
