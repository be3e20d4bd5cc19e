"""The shipped strategies, read once for all tests."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from schools.strategy import Strategy, read_strategy

ROOT = Path(__file__).parents[2]
STRATEGIES = ROOT / "strategies"


@cache
def shipped(name: str) -> Strategy:
    """The strategy as it ships."""
    return read_strategy((STRATEGIES / f"{name}.toml").read_text(encoding="utf-8"), name=f"{name}.toml")


def keyed(things: Iterable[Any]) -> dict[str, Any]:
    """Named parts by their key."""
    return {thing.key: thing for thing in things}


def labels(things: Iterable[Any]) -> list[str]:
    """What a person reads, in the order of the file."""
    return [thing.label for thing in things]


def asked(point: Any) -> set[str]:
    """The measures a collection point asks."""
    return {ask.measure for ask in point.asks}


def every_item(seed: str, last: int) -> set[str]:
    """The inventory's numbers of one seed."""
    return {f"{seed}-{number:02}" for number in range(1, last + 1)}


def still_to_come(seed: str) -> dict[str, str]:
    """Items of S3 or S4 whose behaviour the product does not have yet, with the reason."""
    return tomllib.loads((Path(__file__).parent / "still_to_come_s3_s4.toml").read_text(encoding="utf-8"))[seed]
