"""Small words of English that pages, reports and strategies share: numbers, lists, dates, rhythms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

DAY_FORMATS = (
    "%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y", "%d.%m.%y", "%d %B %y", "%d %b %y",
)  # fmt: skip
"""How people write a day: 16 October 2026, 16 Oct 26, 16/10/2026, 16/10/26, 16.10.2026 or 2026-10-16."""

_EVERY = {
    "week": "each week",
    "three_weeks": "every three weeks",
    "month": "each month",
    "six_weeks": "every six weeks",
    "half_term": "each half term",
    "term": "each term",
    "year": "each year",
}


def number(count: int) -> str:
    """“three”, and figures above twelve."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """“three schools”, “one school”, “no schools”."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def times(count: int) -> str:
    """“once”, “twice”, “three times”."""
    return {1: "once", 2: "twice"}.get(count) or counted(count, "time")


def year_words(year: int) -> str:
    """“2026/27”: the academic year that begins in this calendar year."""
    return f"{year}/{(year + 1) % 100:02d}"


def plain(amount: Decimal) -> str:
    """“2”, “2.5”: no noughts that say nothing."""
    return f"{amount.normalize():f}"


def amount_words(amount: Decimal, unit: str) -> str:
    """“6 days”, “1 visit”, “0.5 days”."""
    return f"{plain(amount)} {unit}{'' if amount == 1 else 's'}"


def part_words(part: Decimal, whole: Decimal, unit: str) -> str:
    """“1 of 2 days”."""
    return f"{plain(part)} of {amount_words(whole, unit)}"


def pounds(cost: Decimal | None) -> str:
    """“£1,200”, “£350.50”; blank where it is not known."""
    return "" if cost is None else f"£{cost:,.2f}".removesuffix(".00")


def verb(count: int, one: str = "is", many: str = "are") -> str:
    """The verb in the number of what is counted."""
    return one if count == 1 else many


def cut(text: str, most: int) -> str:
    """At most so many characters, ended at a word and with an ellipsis where something is left out."""
    if len(text) <= most:
        return text
    begun = text[: most - 1]
    return f"{(begun.rsplit(maxsplit=1)[0] if ' ' in begun.strip() else begun).rstrip(' ,;:.')}…"


ID_DIGITS = 18
"""Of the longest number a row can have."""


def whole(text: str, *, digits: int = 9) -> int | None:
    """The whole number somebody's browser sent; None where it is none, or longer than any that we gave out."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def capital(words: str) -> str:
    """The first letter large, the rest as it is."""
    return words[:1].upper() + words[1:]


def unmarked(words: str) -> str:
    """A sentence of a strategy without the words that mark it as the trust's own, “Ours: ” or “(ours)”."""
    return capital(re.sub(r"^Ours: | \((?:what follows is )?ours\)", "", words))


def listed(words: Iterable[str], last: str = "and", *, most: int = 0) -> str:
    """“a, b and c”; beyond `most`, where it is given, the rest are counted."""
    shown = list(words)
    if most and len(shown) > most:
        shown[most:] = [f"{number(len(shown) - most)} more"]
    return f" {last} ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def on(day: date) -> str:
    """“9 July 2026”."""
    return f"{day.day} {day:%B %Y}"


def every(cadence: str | None) -> str:
    """“each half term”; without a rhythm “when needed”."""
    return _EVERY[cadence] if cadence else "when needed"
