"""The small words of a strategy as people say them."""

from __future__ import annotations

from collections.abc import Iterable

from schools.strategy.basics import Cadence, Duration, SchoolPhase, Side, SupportUnit
from schools.strategy.document import Strategy
from schools.words import capital, every, listed


def counted(number: int, unit: str) -> str:
    """“1 visit”, “2 visits”."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def amount(number: int, unit: SupportUnit, per: Cadence | None, *, at_least: bool) -> str:
    """“At least 2 visits each half term”; “Programme, when needed”."""
    if per is None and number == 1:
        return f"{capital(unit)}, when needed"
    return f"{'At least ' if at_least else ''}{counted(number, unit)} {every(per)}"


def stay(span: Duration | None) -> str:
    """“2 to 4 half terms”, “up to 3 terms”, “at least 1 year”; empty when nothing is said."""
    if span is None:
        return ""
    unit = span.unit.replace("_", " ")
    few = unit[:-1]
    if span.at_most is None:
        return f"at least {span.at_least} {few if span.at_least == 1 else unit}" if span.at_least else ""
    if span.at_least and span.at_least != span.at_most:
        return f"{span.at_least} to {span.at_most} {unit}"
    return f"{'' if span.at_least else 'up to '}{span.at_most} {few if span.at_most == 1 else unit}"


SIDES = {"trust": "the central team", "school": "the school"}


def sides(whose: Iterable[Side]) -> str:
    """“the central team and the school”; empty where nobody is named."""
    return listed(SIDES[one] for one in whose)


def phases(values: Iterable[SchoolPhase]) -> str:
    """“primary, middle and all-through schools”; empty for every school."""
    names = listed(value.replace("all_through", "all-through").replace("_", " ") for value in values)
    return f"{names} schools" if names else ""


def number(value: float) -> str:
    """3, 0.5 and −8, with a true minus sign."""
    return f"{value:g}".replace("-", "−")


def level_labels(strategy: Strategy) -> dict[str, str]:
    """Level key to label. A key that two scales share means the same word in each place it is used here."""
    return {level.key: level.label for scale in strategy.scales for level in scale.levels}
