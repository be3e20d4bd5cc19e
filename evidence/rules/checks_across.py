"""What figures of different measures of one return say of each other. Which belong together says `across.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from .cells import Entry
from .checks import STOP, WORD, Finding
from .grid import DENOMINATOR, NUMERATOR, Place, Table

APART_SHARE, APART_PUPILS = Decimal("0.1"), 5
"""Pupils come and go within a term: fewer counts are apart than both of these need no word."""


@cache
def known(kind: str) -> tuple[dict[str, Any], ...]:
    """The rules of one kind. Read once per process."""
    return tuple(tomllib.loads(Path(__file__).with_name("across.toml").read_text(encoding="utf-8"))[kind])


def across(tables: Sequence[Table], entries: Mapping[Place, Entry]) -> list[Finding]:
    """Everything that is to be said of figures beside those of another measure."""
    by_measure = {table.measure.key: table for table in tables}
    return [*chain(_within(by_measure, entries), _same(by_measure, entries), _on_roll(by_measure, entries))]


def _beside(tables: Mapping[str, Table], one: str, other: str) -> Iterator[tuple[Place, Place]]:
    """The places of the first measure that the second is asked for too, about the same year and part of it."""
    first, second = tables.get(one), tables.get(other)
    if first is None or second is None or (first.year, first.span) != (second.year, second.span):
        return
    theirs = set(second.places())
    for place in first.places():
        if (twin := replace(place, measure=other)) in theirs:
            yield place, twin


def _within(tables: Mapping[str, Table], entries: Mapping[Place, Entry]) -> Iterator[Finding]:
    for rule in known("within"):
        for place, twin in _beside(tables, rule["part"], rule["whole"]):
            part, whole = _count(entries, place, NUMERATOR), _count(entries, twin, NUMERATOR)
            if part is not None and whole is not None and part > whole:
                label = tables[twin.measure].measure.label
                said = f"{part:,} here and {whole:,} under “{label}” cannot be. {rule['why']}."
                yield Finding(place, NUMERATOR, STOP, f"within-{twin.measure}", said)


def _same(tables: Mapping[str, Table], entries: Mapping[Place, Entry]) -> Iterator[Finding]:
    """Each measure beside the first of its kind that the return asks for."""
    for rule in known("same"):
        asked = [key for key in rule["measures"] if key in tables]
        for key in asked[1:]:
            for place, twin in _beside(tables, key, asked[0]):
                here, there = _count(entries, place, DENOMINATOR), _count(entries, twin, DENOMINATOR)
                if here is not None and there is not None and _apart(here, there):
                    label = tables[twin.measure].measure.label
                    said = f"Out of {here:,} here, and out of {there:,} under “{label}”. Say why, or put it right."
                    yield Finding(place, DENOMINATOR, WORD, f"same-{twin.measure}", said)


def _on_roll(tables: Mapping[str, Table], entries: Mapping[Place, Entry]) -> Iterator[Finding]:
    for rule in known("on_roll"):
        roll = entries.get(Place(rule["roll"]), Entry())
        if rule["roll"] not in tables or roll.value is None or roll.unread:
            continue
        pupils, year = int(roll.value), tables[rule["roll"]].year
        for table in (tables[key] for key in rule["measures"] if key in tables and tables[key].year == year):
            for place in table.places():
                here = _count(entries, place, DENOMINATOR)
                if here is not None and here > pupils and _apart(here, pupils):
                    said = f"Out of {here:,}, and {pupils:,} pupils are on roll. Say why, or put it right."
                    yield Finding(place, DENOMINATOR, WORD, "on-roll", said)


def _count(entries: Mapping[Place, Entry], place: Place, part: str) -> int | None:
    """A count that stands in the box; None where none can be read there."""
    entry = entries.get(place, Entry())
    if entry.unread or not entry.amount.is_number:
        return None
    return entry.numerator if part == NUMERATOR else entry.denominator


def _apart(one: int, other: int) -> bool:
    apart = abs(one - other)
    return apart > APART_PUPILS and apart > APART_SHARE * max(one, other)
