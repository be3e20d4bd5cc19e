"""Read a strategy from TOML. The only way in: every error names the line or the path and what was expected."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache

from pydantic import ValidationError as PydanticError

from .document import Strategy
from .wording import sentences

LARGEST = 1_000_000
"""Most characters a strategy file may have. The five that ship have under 120,000."""


class StrategyError(ValueError):
    """A file that is not a strategy. `faults` holds one sentence a fault."""

    def __init__(self, name: str, faults: list[str]) -> None:
        self.name, self.faults = name, faults
        super().__init__(f"{name}: " + "; ".join(faults))


@lru_cache(maxsize=32)
def read_strategy(text: str, *, name: str = "strategy.toml") -> Strategy:
    """The strategy in `text`. Raises StrategyError with every fault found, never a bare parser error.

    It is frozen, so trusts that follow the same file share it.
    """
    if len(text) > LARGEST:
        raise StrategyError(name, [f"the file has {len(text):,} characters; at most {LARGEST:,} are read"])
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StrategyError(name, [f"this cannot be read as TOML: {error}"]) from None
    if _has_nul(raw):
        raise StrategyError(name, ["a text in the file holds the character \\u0000, which is not text"])
    return strategy_from(raw, name=name)


def _has_nul(value: object) -> bool:
    """Whether a text anywhere in it holds the one character that the database cannot."""
    if isinstance(value, dict):
        return any(_has_nul(each) for pair in value.items() for each in pair)
    return any(map(_has_nul, value)) if isinstance(value, list) else isinstance(value, str) and "\0" in value


def strategy_from(raw: dict, *, name: str = "strategy") -> Strategy:
    """The strategy in already parsed form, for example as stored with a version."""
    try:
        return Strategy.model_validate(raw)
    except PydanticError as error:
        raise StrategyError(name, sentences(error, raw, Strategy)) from None


_PARSED: dict[tuple[int, int], Strategy] = {}
_MOST_KEPT = 512


def parsed(version: tuple[int, int], text: Callable[[], str]) -> Strategy:
    """The strategy of a stored version, (trust, version), parsed once per process. `text` is asked for only then."""
    if version not in _PARSED:
        if len(_PARSED) >= _MOST_KEPT:
            _PARSED.pop(next(iter(_PARSED)))
        _PARSED[version] = read_strategy(text(), name=f"version {version[1]}")
    return _PARSED[version]
