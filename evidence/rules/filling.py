"""What the January census says of the pupils a return counts: how many a group has, and that it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .arithmetic import Amount
from .grid import ALL, DENOMINATOR, VALUE, YOUNGEST, Row, Table

ROLL = "roll"
SHARES = {
    "disadvantaged": ("fsm_share",),
    "eal": ("eal_share",),
    "sen_support": ("sen_support_share",),
    "ehc_plan": ("ehc_plan_share",),
    "send": ("sen_support_share", "ehc_plan_share"),
}
"""By official group, the census measures whose pupils make it up. Those eligible for free school meals in the last six
years stand for the disadvantaged, who are those and the few in care: near enough to begin from, and said to be so."""

OTHERS = {"not_disadvantaged": "disadvantaged", "not_eal": "eal", "not_send": "send"}
CENSUS = frozenset({ROLL, *(measure for of_group in SHARES.values() for measure in of_group)})

PUPILS_ON_ROLL = "pupils on roll"
"""How a denominator begins that counts everybody, not only those who sat something."""

PRIMARY = frozenset({"primary", "infant", "junior"})
FIRST_AGE, LAST_AGE = YOUNGEST["R"], 11


def group_counts(census: Mapping[tuple[str, str], Amount]) -> dict[str, int]:
    """How many pupils the census counts, by official group; `census` is by measure and group."""
    found: dict[str, int] = {}
    for (measure, group), amount in census.items():
        if measure == ROLL and amount.is_number and amount.value is not None:
            found[group] = int(amount.value)
    for group, measures in SHARES.items():
        parts = [census[measure, ALL].numerator for measure in measures if (measure, ALL) in census]
        if len(parts) == len(measures) and None not in parts:
            found[group] = sum(part or 0 for part in parts)
    for others, group in OTHERS.items():
        if group in found and ALL in found:
            found[others] = max(found[ALL] - found[group], 0)
    return found


def takes_count(table: Table, row: Row) -> str:
    """The part of a figure that is a number of all the school's pupils; empty where there is none such."""
    if row.year_group or row.class_name:
        return ""
    if table.measure.key == ROLL:
        return VALUE
    counts = DENOMINATOR in table.parts and table.measure.denominator.startswith(PUPILS_ON_ROLL)
    return DENOMINATOR if counts and table.measure.kind in {"share", "rate"} else ""


def places_a_year(phase: str, ages: tuple[int | None, int | None], capacity: int | None) -> int | None:
    """The admission number that a primary school's places come to; None where they do not divide into its years."""
    low, high = ages
    if phase not in PRIMARY or not capacity or low is None or high is None or high > LAST_AGE:
        return None
    years = high - max(low, FIRST_AGE)
    return capacity // years if years > 0 and capacity % years == 0 else None


def has_none(group: str, official: str, counts: Mapping[str, int]) -> bool:
    """Whether the census counts no pupil of the group at all."""
    return group != ALL and ALL in counts and counts.get(official) == 0


def latest(rows: Iterable[tuple[int, str, str, Amount]], years: Iterable[int]) -> dict[int, dict[str, int]]:
    """The counts of the groups by census year; `rows` are (year, measure, group, amount)."""
    by_year: dict[int, dict[tuple[str, str], Amount]] = {}
    for year, measure, group, amount in rows:
        by_year.setdefault(year, {})[measure, group] = amount
    return {year: group_counts(by_year[year]) for year in years if year in by_year}
