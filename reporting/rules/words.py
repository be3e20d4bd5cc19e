"""Words of reports: ages, delays, support. Plain and short; no sentence invents a figure."""

from __future__ import annotations

from schools.strategy.provision import Entitlement
from schools.words import counted, every


def in_months(months: int) -> str:
    return f"{months} month{'' if months == 1 else 's'}"


def late(days: int) -> str:
    return f"{days:,} day{'' if days == 1 else 's'}"


def promised(item: Entitlement) -> str:
    """One line of what a strategy promises: “Support visits: at least three visits each half term”."""
    if item.per is None and item.amount == 1:
        return item.label
    least = "at least " if item.at_least else ""
    often = f" {every(item.per)}" if item.per else ""
    if item.unit == "programme":
        return f"{item.label},{often}" if often else item.label
    return f"{item.label}: {least}{counted(item.amount, item.unit.value)}{often}"
