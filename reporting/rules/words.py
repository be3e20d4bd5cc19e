"""Small words of reports: numbers, lists, dates, support. Plain and short; no sentence invents a figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from schools.strategy import Cadence
from schools.strategy.provision import Entitlement

_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

_EACH = {
    Cadence.WEEK: "each week",
    Cadence.THREE_WEEKS: "every three weeks",
    Cadence.MONTH: "each month",
    Cadence.SIX_WEEKS: "every six weeks",
    Cadence.HALF_TERM: "each half term",
    Cadence.TERM: "each term",
    Cadence.YEAR: "each year",
}


def number(count: int) -> str:
    """“three”, and figures above twelve."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """“three schools”, “one school”, “no schools”."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def verb(count: int, one: str = "is", many: str = "are") -> str:
    return one if count == 1 else many


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def listed(words: Sequence[str], *, most: int = 6) -> str:
    """“a, b and c”; beyond `most` the rest are counted."""
    shown = list(words[:most])
    if len(words) > most:
        shown.append(f"{number(len(words) - most)} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def on(day: date) -> str:
    """“9 July 2026”."""
    return f"{day.day} {day:%B %Y}"


def in_months(months: int) -> str:
    return f"{months} month{'' if months == 1 else 's'}"


def late(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def promised(item: Entitlement) -> str:
    """One line of what a strategy promises: “Support visits: at least three visits each half term”."""
    if item.per is None and item.amount == 1:
        return item.label
    least = "at least " if item.at_least else ""
    often = f" {_EACH[item.per]}" if item.per else ""
    if item.unit == "programme":
        return f"{item.label},{often}" if often else item.label
    return f"{item.label}: {least}{counted(item.amount, item.unit.value)}{often}"
