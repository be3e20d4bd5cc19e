"""Which place a row speaks of: a school, a trust, a local authority, a region or England."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evidence.rules.published_files import FileKind, PlaceRule, common, local_authorities, squeezed
from schools.services.register import values

Row = Sequence[str]
Find = Callable[[tuple[str, ...]], int | None]
"""The place of the first of these columns that the file has."""

ENGLAND = "E92000001"
REGION = re.compile(r"E1[23]\d{6}", re.ASCII)
LAESTAB = "L"
"""Stands before a DfE number until the register says which URN it is."""


class SetAside(Exception):
    """A sound row that is not kept. The text is the reason."""


class BadCell(Exception):
    """A cell that is not what its column says."""

    def __init__(self, column: int | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True)
class Place:
    """Reads the place of the rows that are of it."""

    rule: PlaceRule
    when: tuple[tuple[int, frozenset[str]], ...]
    codes: tuple[int, ...]
    laestab: int | None
    la: int | None
    number: int | None

    def holds(self, row: Row) -> bool:
        return all(squeezed(row[at]) in known for at, known in self.when)

    def code(self, row: Row) -> str:
        """Raises BadCell."""
        try:
            return CODES[self.rule.place](self, row)
        except values.BadValue as bad:
            raise BadCell(self.codes[0] if self.codes else self.laestab, str(bad)) from None


def places_of(kind: FileKind, find: Find) -> tuple[Place, ...]:
    """The rules that a file has the columns for."""
    found = (place_of(rule, find) for rule in kind.places)
    return tuple(place for place in found if place is not None)


def place_of(rule: PlaceRule, find: Find) -> Place | None:
    """None where the columns that would tell its rows are not there; a school's need not be."""
    conditions = [(find((column,)), known) for column, known in rule.when.items()]
    if rule.place != "school" and any(at is None for at, _ in conditions):
        return None
    codes = tuple(at for at in (find((name,)) for name in rule.code) if at is not None)
    la, number = find(rule.la), find(rule.number)
    place = Place(
        rule=rule,
        when=tuple((at, frozenset(map(squeezed, known))) for at, known in conditions if at is not None),
        codes=codes,
        laestab=find(rule.laestab),
        la=la,
        number=number,
    )
    known = rule.place == "england" or codes or place.laestab is not None or (la is not None and number is not None)
    return place if known else None


def school(place: Place, row: Row) -> str:
    """Its URN, or its DfE number with an L before it."""
    urn = row[place.codes[0]].strip() if place.codes else ""
    if urn and urn not in common().codes:
        return values.URN(urn)
    laestab = row[place.laestab] if place.laestab is not None else ""
    if not laestab.strip() and place.la is not None and place.number is not None and row[place.number].strip():
        laestab = row[place.la].strip() + values.NUMBER(row[place.number])
    found = values.laestab(laestab)
    if not found:
        raise values.BadValue("is empty, and no other column names the school")
    return LAESTAB + found


def trust(place: Place, row: Row) -> str:
    return values.UID(row[place.codes[0]])


def local_authority(place: Place, row: Row) -> str:
    """Its code of three digits, or the one that belongs to its longer code."""
    cell = first_said(place, row)
    if re.fullmatch(r"[0-9]{3}", cell, re.ASCII):
        return cell
    known = local_authorities().get(cell)
    if known is None:
        raise values.BadValue(f"“{cell[:20]}” is not a local authority code of three digits")
    return known.code


def region(place: Place, row: Row) -> str:
    cell = first_said(place, row)
    if REGION.fullmatch(cell):
        return cell
    known = common().regions.get(squeezed(cell))
    if known is None:
        raise values.BadValue(f"“{cell[:20]}” is not a region of England")
    return known


def first_said(place: Place, row: Row) -> str:
    """The first of a place's columns that says something: a longer code stands in where the short one is not given."""
    for at in place.codes:
        cell = values.digits(row[at])
        if cell and cell not in common().codes:
            return cell
    return ""


CODES: dict[str, Callable[[Place, Row], str]] = {
    "school": school,
    "trust": trust,
    "la": local_authority,
    "region": region,
    "england": lambda place, row: ENGLAND,
}
