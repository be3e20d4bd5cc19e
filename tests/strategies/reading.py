"""What the inventory tests share: the shipped strategies, and the list of what they do not hold yet."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from schools.strategy import Strategy, read_strategy

ROOT = Path(__file__).parents[2]
STRATEGIES = ROOT / "strategies"


@cache
def shipped(name: str) -> Strategy:
    """The strategy as it ships."""
    return read_strategy((STRATEGIES / f"{name}.toml").read_text(encoding="utf-8"), name=f"{name}.toml")


@cache
def still_to_come(seed: str) -> tuple[dict[str, str], int]:
    """Items of a seed (S3, S4) with the reason they are missing, and how many there may be at most."""
    listed = tomllib.loads((Path(__file__).parent / "still_to_come_s3_s4.toml").read_text(encoding="utf-8"))[seed]
    return listed["items"], listed["at_most"]


def by_key(items: tuple) -> dict:
    """Named parts by their key."""
    return {item.key: item for item in items}


def labels(items: tuple) -> list[str]:
    """What a person reads, in the order of the file."""
    return [item.label for item in items]
