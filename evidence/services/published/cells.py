"""Cells of published figures, cleaned into the text that COPY takes: a number, or the publisher's code as a status.

A figure is `value TAB status TAB said`; an empty cell is an empty text: it is no figure, and never zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from schools.services.register import values
from schools.strategy.measures import Measure, official_measures

NULL = values.NULL
NUMBER = re.compile(r"-?(?:\d{1,9}(?:\.\d*)?|\.\d+)(?:[eE]-?\d{1,2})?", re.ASCII)
THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
SIGNED = frozenset({"share", "rate", "percent_of", "change"})
BOUNDS = {"share": (0.0, 100.0), "rate": (0.0, 100_000.0)}


def figure(
    measure: Measure, codes: Mapping[str, str], *, hundred_less: bool = False, most: float | None = None
) -> values.Clean:
    """Cleans the cells of one measure. A share may have a `%`, pay a `£`; what is no number is a known code."""
    least, usual = bounds_of(measure)
    most = usual if most is None else most
    known = {code: f"{NULL}\t{status}\t{code}" for code, status in codes.items()}

    def clean(cell: str) -> str:
        cell = cell.strip()
        if not cell:
            return ""
        if cell in known:
            return known[cell]
        number = plain_number(cell, measure)
        if not least <= float(number) <= most:
            raise values.BadValue(f"“{cell[:20]}” is not between {least:g} and {most:,.15g}")
        return f"{100 - Decimal(number) if hundred_less else number}\tnumber\t"

    return clean


def bounds_of(measure: Measure) -> tuple[float, float]:
    """The least and most that a figure can be. A number that adds up has no most: all of England's is large."""
    least, most = BOUNDS.get(measure.kind, (measure.least, measure.most))
    unbounded = most is None or measure.adds_up
    return (-1e9 if least is None else least), (1e9 if unbounded else float(most or 0))


def plain_number(cell: str, measure: Measure) -> str:
    """The digits alone. Raises BadValue for anything else, with the reason."""
    digits = cell
    if measure.kind in SIGNED:
        digits = digits.removesuffix("%").rstrip()
    if measure.unit == "£":
        digits = digits.removeprefix("£")
    if THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    if not NUMBER.fullmatch(digits):
        raise values.BadValue(f"“{cell[:20]}” is neither a number nor a code that is known")
    return digits


def count(codes: Mapping[str, str], *, estimated: bool = False) -> values.Clean:
    """Cleans a number of pupils, sessions or answers; unknown where a code, or an `estimated` count, stands there."""

    def clean(cell: str) -> str:
        cell = values.digits(cell)
        if not cell or cell in codes:
            return NULL
        if THOUSANDS.fullmatch(cell):
            cell = cell.replace(",", "")
        if estimated and NUMBER.fullmatch(cell) and "." in cell:
            return NULL
        if not cell.isascii() or not cell.isdecimal() or len(cell) > 15:
            raise values.BadValue(f"“{cell[:20]}” is neither a whole number nor a code that is known")
        return cell

    return clean


def weight(codes: Mapping[str, str]) -> values.Clean:
    """Cleans a number that only weighs others: it need not be whole."""

    def clean(cell: str) -> str:
        cell = cell.strip()
        if not cell or cell in codes:
            return NULL
        if not NUMBER.fullmatch(cell) or float(cell) < 0:
            raise values.BadValue(f"“{cell[:20]}” is neither a number nor a code that is known")
        return str(round(float(cell)))

    return clean


def measure_of(key: str) -> Measure:
    """A measure of figures that are published."""
    return official_measures()[key]
