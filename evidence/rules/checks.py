"""What is looked at while a return is filled in: what cannot be, what needs a word, what is worth a look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from schools.strategy.measures import Measure
from schools.words import counted

from .arithmetic import COUNTED, HUNDRED, Amount, in_words, value_of
from .cells import HOW, NOT_APPLICABLE, Entry, read_cell, texts_of
from .grid import ALL, DENOMINATOR, NUMERATOR, VALUE, Place, Row, Table, parts_of
from .jumps import is_jump

STOP, WORD, LOOK = "stop", "word", "look"
"""It cannot be sent so; it can be sent with a word of explanation; it is only worth a look."""

TO_DO = (" Say what lies behind it.", " Say why, or put it right.", " Say why, or write n/a.")
"""What whoever fills a return in is asked to do. Who only reads it is asked for nothing."""

OVER_ONE = frozenset({"rate", "percent_of", "change"})
"""Kinds of which the count may pass what it is out of."""


@dataclass(frozen=True)
class Before:
    """The figure last time."""

    amount: Amount
    year: int
    label: str  # the term it was given in


@dataclass(frozen=True)
class Finding:
    """Something about one figure. `part` is the box it is said beside."""

    place: Place
    part: str
    level: str
    code: str
    text: str


def findings(tables: Sequence[Table], entries: Mapping[Place, Entry], before: Mapping[Place, Before]) -> list[Finding]:
    """Everything that is to be said of a return, table by table and row by row."""
    found: list[Finding] = []
    for table in tables:
        for place in table.places():
            entry = entries.get(place, Entry())
            of_cell = [one for check in CELL_CHECKS for one in check(table.measure, place, entry)]
            found += of_cell
            if not any(one.level == STOP for one in of_cell):
                found += _jump(table, place, entry, before.get(place))
        found += _groups(table, entries)
        found += _year_groups(table, entries)
    return [*_once(found)]


def in_the_way(found: Iterable[Finding], entries: Mapping[Place, Entry]) -> list[Finding]:
    """What keeps the return from being sent: what cannot be, and what still needs a word."""
    return [
        one for one in found if one.level == STOP or (one.level == WORD and not entries.get(one.place, Entry()).note)
    ]


def for_readers(text: str) -> str:
    """What is said of a figure, without what is asked of those who fill it in."""
    for asked in TO_DO:
        text = text.removesuffix(asked)
    return text


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    """What two checks say of one box is said once; each box of a figure has its own."""
    seen: set[tuple[Place, str, str]] = set()
    for one in found:
        if (key := (one.place, one.part, one.code)) not in seen:
            seen.add(key)
            yield one


# -------------------------------------------------------------------- one figure


def _unread(measure: Measure, place: Place, entry: Entry) -> Iterator[Finding]:
    if entry.unread:
        faults = read_cell(measure.kind, texts_of(measure.kind, entry))[1]
        for part in (part for part in parts_of(measure.kind) if part in entry.unread):
            text = entry.unread[part]
            said = faults.get(part) or f"“{text}” is no number that can be read. {HOW}"
            yield Finding(place, part, STOP, "unread", said)


def _half(measure: Measure, place: Place, entry: Entry) -> Iterator[Finding]:
    """One of two numbers, or a rate or mean without its count."""
    if entry.unread or not entry.amount.is_number:
        return
    if measure.kind in COUNTED and entry.numerator is not None and entry.denominator is None:
        yield Finding(place, DENOMINATOR, STOP, "half", f"Give the {measure.denominator} too.")
    if measure.kind in COUNTED and entry.value is not None:
        yield Finding(place, NUMERATOR, LOOK, "alone", _alone(measure, entry))
    if measure.kind == "mean" and entry.value is not None and entry.denominator is None:
        said = f"Without the {measure.denominator} this mean cannot be put together with those of other schools."
        yield Finding(place, DENOMINATOR, LOOK, "alone", said)


def _alone(measure: Measure, entry: Entry) -> str:
    """A rate without its counts; where it fits one whole number, which."""
    said = "A percentage alone cannot be put together with those of other schools: give both counts if you have them."
    if entry.denominator and measure.kind == "share" and entry.value is not None:
        near = round(entry.value * entry.denominator / HUNDRED)
        said = f"{in_words(entry.value, 1, '%')} of {entry.denominator:,} is about {near:,}: give the count instead."
    return said


def _possible(measure: Measure, place: Place, entry: Entry) -> Iterator[Finding]:
    """A part over its whole; nothing out of nothing; a mean outside what it can be."""
    numerator, denominator = entry.numerator, entry.denominator
    over = numerator is not None and denominator is not None and numerator > denominator
    if denominator == 0 and entry.amount.is_number and entry.is_given:
        said = f"There are no {measure.denominator}: write n/a in the first box."
        yield Finding(place, DENOMINATOR, STOP, "none", said)
    elif over and measure.kind not in OVER_ONE:
        said = f"{numerator:,} out of {denominator:,} cannot be. Are the two the wrong way round?"
        yield Finding(place, NUMERATOR, STOP, "over", said)
    if measure.kind == "share" and entry.value is not None and not 0 <= entry.value <= HUNDRED:
        yield Finding(place, NUMERATOR, STOP, "outside", "A share is between 0% and 100%.")
    if measure.kind not in COUNTED and entry.value is not None:
        yield from _within(measure, place, entry.value)


def _within(measure: Measure, place: Place, value: Decimal) -> Iterator[Finding]:
    least, most = measure.least, measure.most
    if (least is not None and value < Decimal(str(least))) or (most is not None and value > Decimal(str(most))):
        bounds = f"from {least:g} to {most:g}" if least is not None and most is not None else f"of at least {least:g}"
        yield Finding(place, VALUE, STOP, "outside", f"This can only be a number {bounds}.")
    elif measure.adds_up and measure.by_pupil and value == 0:
        yield Finding(place, VALUE, WORD, "none", "No pupils at all? Say why, or write n/a.")


CELL_CHECKS: tuple[Callable[[Measure, Place, Entry], Iterator[Finding]], ...] = (_unread, _half, _possible)


def _jump(table: Table, place: Place, entry: Entry, before: Before | None) -> Iterator[Finding]:
    """A change since last time so large that it needs a word. A year group has other pupils in another year."""
    if before is None or (place.year_group and before.year != table.year):
        return
    if is_jump(table.measure, entry.amount, before.amount):
        then, now = (_shown(table.measure, one) for one in (before.amount, entry.amount))
        said = f"{then} in {before.label}, now {now}. Say what lies behind it."
        yield Finding(place, table.parts[0], WORD, "jump", said)


def _shown(measure: Measure, amount: Amount) -> str:
    return in_words(value_of(measure.kind, amount), measure.decimals, measure.unit_shown)


# -------------------------------------------------------------------- figures that belong together


def _counts(entry: Entry | None, parts: Sequence[str]) -> dict[str, int]:
    """The counts of a figure that can be added up, by part. None where the figure does not apply: there are none."""
    if entry is None:
        return {}
    if entry.status == NOT_APPLICABLE:
        return {part: 0 for part in parts if part != VALUE}
    if not entry.amount.is_number or entry.unread:
        return {}
    known = {NUMERATOR: entry.numerator, DENOMINATOR: entry.denominator}
    return {part: number for part in parts if (number := known.get(part)) is not None}


def _countable(table: Table) -> tuple[tuple[str, ...], bool]:
    """The parts that add up over pupils; none where a figure is no count of pupils, sessions or events."""
    counted_parts = tuple(part for part in table.parts if part != VALUE)
    return counted_parts, table.measure.kind in {"share", "rate", "mean"}


def _groups(table: Table, entries: Mapping[Place, Entry]) -> Iterator[Finding]:
    """A group above all pupils; groups that split them and do not add up."""
    parts, adds = _countable(table)
    if not adds or ALL not in {group.key for group in table.groups}:
        return
    for row in table.rows:
        everyone = _counts(entries.get(_at(table, row, ALL)), parts)
        for group in table.groups:
            place = table.place(row, group)
            for part, number in _counts(entries.get(place), parts).items():
                if group.key != ALL and number > everyone.get(part, number):
                    said = f"{number:,} is more than the {everyone[part]:,} of all pupils."
                    yield Finding(place, part, STOP, "above", said)
        yield from _splits(table, row, parts, entries, everyone)


def _at(table: Table, row: Row, group: str) -> Place:
    return Place(table.measure.key, group, row.year_group, row.class_name)


def _splits(
    table: Table, row: Row, parts: Sequence[str], entries: Mapping[Place, Entry], everyone: Mapping[str, int]
) -> Iterator[Finding]:
    ordered = sorted((group for group in table.groups if group.splits), key=lambda group: group.splits)
    for _, members in groupby(ordered, key=lambda group: group.splits):
        together = list(members)
        if len(together) > 1:
            of_groups = [_counts(entries.get(table.place(row, group)), parts) for group in together]
            names = " and ".join(group.label for group in together)
            place = _at(table, row, ALL)
            yield from _sums(place, parts, of_groups, everyone, names, "split")


def _year_groups(table: Table, entries: Mapping[Place, Entry]) -> Iterator[Finding]:
    """Year groups that do not add up to the line for all of them."""
    parts, adds = _countable(table)
    years = [row for row in table.rows if row.year_group]
    if not adds or not years or len(years) == len(table.rows):
        return
    for group in table.groups:
        of_years = [_counts(entries.get(table.place(row, group)), parts) for row in years]
        total = Place(table.measure.key, group.key)
        everyone = _counts(entries.get(total), parts)
        yield from _sums(total, parts, of_years, everyone, f"The {counted(len(years), 'year group')}", "years")


def _sums(
    total: Place,
    parts: Sequence[str],
    pieces: Sequence[Mapping[str, int]],
    whole: Mapping[str, int],
    names: str,
    code: str,
) -> Iterator[Finding]:
    """More than the whole cannot be; less may have its reason."""
    for part in parts:
        if part in whole and all(part in piece for piece in pieces):
            added = sum(piece[part] for piece in pieces)
            if added > whole[part]:
                said = f"{names} come to {added:,}, more than the {whole[part]:,} given for all."
                yield Finding(total, part, STOP, f"{code}-{part}", said)
            elif added < whole[part]:
                said = f"{names} come to {added:,}, not {whole[part]:,}. Say why, or put it right."
                yield Finding(total, part, WORD, f"{code}-{part}", said)
