"""The shipped strategies against the inventory: an item is covered by values, still to come, or not content."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from schools.strategy import Strategy, read_strategy

HERE = Path(__file__).parent
STRATEGIES = HERE.parents[1] / "strategies"

Case = tuple[str, Callable[[Strategy], Any], Any]
"""An inventory item, a look into the strategy, and what must be found there."""


@cache
def strategy(name: str) -> Strategy:
    """The shipped strategy with this file name."""
    return read_strategy((STRATEGIES / f"{name}.toml").read_text(encoding="utf-8"), name=f"{name}.toml")


def still_to_come(seed: str) -> dict[str, str]:
    """Items whose behaviour the product does not have yet, with the reason."""
    return tomllib.loads((HERE / "still_to_come.toml").read_text(encoding="utf-8"))[seed]


def every_item(seed: str, count: int) -> set[str]:
    return {f"{seed.upper()}-{number:02}" for number in range(1, count + 1)}


def keys(things: Iterable[Any]) -> list[str]:
    return [thing.key for thing in things]


def labels(things: Iterable[Any]) -> list[str]:
    return [thing.label for thing in things]


def by_key(things: Iterable[Any], key: str) -> Any:
    return {thing.key: thing for thing in things}[key]


def items(loaded: Strategy, key: str) -> tuple[str, ...]:
    """The list under one statement."""
    return by_key(loaded.statements, key).items


def missing(texts: Iterable[str], *expected: str) -> list[str]:
    """Which of the expected words occur in none of the texts (case aside)."""
    said = "\n".join(texts).lower()
    return [word for word in expected if word.lower() not in said]
