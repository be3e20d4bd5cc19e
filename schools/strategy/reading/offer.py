"""Support in words: what every school can count on, and what each level adds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from schools.strategy.categories import Level
from schools.strategy.document import Strategy
from schools.strategy.provision import Entitlement
from schools.words import listed

from .words import amount


@dataclass(frozen=True)
class OfferRow:
    """One kind of support: how much at each level of the table, or, in the core offer, how much for all."""

    label: str
    notes: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class OfferTable:
    """Support by level on one axis."""

    key: str
    label: str
    levels: tuple[Level, ...]
    rows: tuple[OfferRow, ...]


def core_offer(strategy: Strategy) -> tuple[OfferRow, ...]:
    """What every school has, whatever its level."""
    return tuple(
        OfferRow(one.label, _notes(strategy, one, with_axis=True), (_amount(one),))
        for one in strategy.entitlements
        if not one.levels
    )


def offer_tables(strategy: Strategy) -> tuple[OfferTable, ...]:
    """One table an axis; the same support with another amount at another level stands in one row."""
    by_axis: dict[str, list[Entitlement]] = defaultdict(list)
    for one in strategy.entitlements:
        if one.levels:
            by_axis[one.axis or _axis_with(strategy, one.levels[0])].append(one)
    return tuple(
        OfferTable(
            axis,
            strategy.axis_by_key[axis].label,
            levels := strategy.axis_levels(axis),
            tuple(_row(strategy, label, same, levels) for label, same in _by_label(offered).items()),
        )
        for axis, offered in by_axis.items()
    )


def _axis_with(strategy: Strategy, level: str) -> str:
    return next(axis.key for axis in strategy.axes if level in {each.key for each in strategy.axis_levels(axis.key)})


def _by_label(offered: list[Entitlement]) -> dict[str, list[Entitlement]]:
    rows: dict[str, list[Entitlement]] = defaultdict(list)
    for one in offered:
        rows[one.label].append(one)
    return rows


def _row(strategy: Strategy, label: str, same: list[Entitlement], levels: tuple[Level, ...]) -> OfferRow:
    at = {level: _amount(one) for one in same for level in one.levels}
    notes = dict.fromkeys(note for one in same for note in _notes(strategy, one, with_axis=False))
    return OfferRow(label, tuple(notes), tuple(at.get(level.key, "") for level in levels))


def _amount(one: Entitlement) -> str:
    return amount(one.amount, one.unit, one.per, at_least=one.at_least)


def _notes(strategy: Strategy, one: Entitlement, *, with_axis: bool) -> tuple[str, ...]:
    axis = strategy.axis_by_key[one.axis].label if one.axis and with_axis and len(strategy.axes) > 1 else ""
    lines = (
        f"{axis}." if axis else "",
        f"Given by: {listed(one.given_by)}." if one.given_by else "",
        f"For: {listed(one.takes_part)}." if one.takes_part else "",
        one.detail,
    )
    return tuple(line for line in lines if line)
