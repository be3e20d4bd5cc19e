"""The measures by which a strategy judges itself, each counted from the record, term by term (S0-62)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reporting.contents import impact_figures, impact_schools, impact_work
from reporting.contents.facts import Group, Table, Tables
from reporting.contents.gather import Found
from reporting.contents.slices import Year, year_of
from reporting.rules.sentences import Tally
from schools.strategy.provision import ImpactCount, ImpactMeasure
from schools.words import on

COUNTS: Mapping[ImpactCount, Callable[[Found, Year, ImpactMeasure], Iterator[Table]]] = {
    "targets": impact_figures.targets,
    "figures": impact_figures.figures,
    "movement": impact_schools.movement,
    "inspections": impact_schools.inspections,
    "self_evaluations": impact_schools.self_evaluations,
    "accuracy": impact_schools.accuracy,
    "plan_verdicts": impact_work.plan_verdicts,
    "reviews": impact_work.reviews,
    "support": impact_work.support,
    "inside_support": impact_work.inside_support,
    "givers": impact_work.givers,
    "practice": impact_work.practice,
}


def measures(found: Found, tally: Tally, title: str) -> Tables:
    """Every measure of which something can be counted, in the order of the strategy, under its own name."""
    year = year_of(found.report, today=found.today)
    groups = tuple(_group(found, year, one) for one in found.strategy.impact if one.counts)
    lede = (
        f"Counted from what is on record, from {on(year.since)} to {on(year.until)}. Schools are those in the trust on "
        "that day. No measure is added to another."
    )
    return Tables(title or "Measures of impact", lede, groups)


def _group(found: Found, year: Year, measure: ImpactMeasure) -> Group:
    tables = tuple(table for count in measure.counts for table in COUNTS[count](found, year, measure))
    return Group(measure.label, measure.detail, tables)


def untold(found: Found) -> tuple[str, ...]:
    """The measures nothing is counted for: people bring them."""
    return tuple(one.label for one in found.strategy.impact if not one.counts)
