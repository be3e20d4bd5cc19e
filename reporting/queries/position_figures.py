"""A school's figures beside what the strategy compares them with, for the positional analysis of its plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice

from categorisation.rules.entry import asked_of
from evidence.queries.values import known_values
from evidence.rules.arithmetic import in_words, rounded, value_of
from evidence.rules.comparing import PUBLISHED, Beside, Found, Known, about_words, nearest
from schools.models import School
from schools.strategy import Kpi, Strategy
from schools.strategy.measures import Measure
from schools.words import capital, on

MOST_FIGURES = 12
MOST_BESIDE = 2
FIRST = ("attendance", "behaviour")
"""Topics of the measures that an analysis takes in before results and internal data (S4-11)."""

ITSELF = "school"
"""Its own figure a year before, which may be one of few pupils; left out."""

PLACES = ("national", "local", "similar")


def figure_lines(strategy: Strategy, school: School, day: date) -> tuple[str, ...]:
    """Of every measured indicator, what is known for anybody to read; none of few pupils. At most four queries."""
    kpis = {(kpi.measure, kpi.group): kpi for kpi in asked_of(strategy, school.phase) if kpi.kind == "measured"}
    values = known_values(
        [school],
        list(kpis),
        on=day,
        measures=strategy.measure_by_key,
        groups=strategy.group_by_key,
        against={one for kpi in kpis.values() for one in _against(kpi, strategy.measure_by_key[kpi.measure])},
    )
    shown = []
    for (key, group), kpi in kpis.items():
        measure, found = strategy.measure_by_key[key], values.of(school, key, group)
        known = next(iter(found.numbers), None)
        if known is None or known.hidden or value_of(measure.kind, known.amount) is None:
            continue
        label = measure.label if group == "all" else f"{measure.label}, {strategy.group_by_key[group].label.lower()}"
        order = (measure.topic not in FIRST, known.origin != PUBLISHED)
        shown.append((order, f"{label}: {_told(measure, kpi, known, found)}"))
    shown.sort(key=lambda one: one[0])
    return tuple(islice((line for _, line in shown), MOST_FIGURES))


def _against(kpi: Kpi, measure: Measure) -> list[str]:
    """What it is set beside: no place where there is no agreed benchmark (S4-08)."""
    named = [one for one in (kpi.comparator, *kpi.also) if one and one != ITSELF]
    return [one for one in named if not (measure.benchmark and one in PLACES)]


def _told(measure: Measure, kpi: Kpi, known: Known, found: Found) -> str:
    value = value_of(measure.kind, known.amount)
    assert value is not None  # asked before
    of = f"{known.source}, {on(known.as_at)}" if known.as_at else known.source
    said = [f"{in_words(value, measure.decimals, measure.unit_shown)}, {about_words(known.year, known.span)} ({of})."]
    fair = (nearest(found.besides.get(one, ()), known) for one in _against(kpi, measure))
    said += [_beside(measure, value, known, one) for one in islice(filter(None, fair), MOST_BESIDE)]
    return " ".join((*said, *_no_benchmark(measure)))


def _beside(measure: Measure, value: Decimal, known: Known, beside: Beside) -> str:
    """“Below England, primary schools: 94.5%.”, with its year where that is another one."""
    if beside.against == "pan":
        return f"Of {beside.label}."
    here, there = rounded(value, measure.decimals), rounded(beside.value, measure.decimals)
    stands = "The same as" if here == there else "Above" if here > there else "Below"
    words = in_words(beside.value, measure.decimals, measure.unit_shown)
    when = "" if beside.year == known.year else f", {about_words(beside.year, beside.span)}"
    return f"{stands} {_label(beside)}: {words}{when}."


def _label(beside: Beside) -> str:
    return beside.label if beside.against in ("national", "local") else beside.label[:1].lower() + beside.label[1:]


def _no_benchmark(measure: Measure) -> Iterator[str]:
    if measure.benchmark:
        yield capital(measure.benchmark.rstrip(".")) + "."
