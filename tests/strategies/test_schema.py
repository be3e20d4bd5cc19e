"""The committed JSON Schema is made from the models, and the shipped strategies follow it."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schools.strategy.json_schema import SCHEMA_FILE, schema_text
from schools.strategy.load import LARGEST, read_strategy
from tests.strategies.reading import STRATEGIES

FILES = sorted(STRATEGIES.glob("*.toml"))


def as_json(value: Any) -> Any:
    """TOML as JSON has it: a date is text."""
    return json.loads(json.dumps(value, default=date.isoformat))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def test_committed_schema_is_fresh() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m schools.strategy.json_schema"


def test_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(json.loads(schema_text()))


def test_strategies_ship() -> None:
    assert {"two_axes", "no_categories"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_strategy_follows_the_schema(path: Path, validator: Draft202012Validator) -> None:
    raw = as_json(tomllib.loads(path.read_text(encoding="utf-8")))
    assert [f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in validator.iter_errors(raw)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_strategy_survives_being_stored(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) < 120_000 < LARGEST
    strategy = read_strategy(text, name=path.name)
    assert type(strategy).model_validate_json(strategy.model_dump_json()) == strategy
    assert strategy.identity.key == path.stem


def test_schema_refuses_what_the_loader_refuses(validator: Draft202012Validator) -> None:
    raw = as_json(tomllib.loads((STRATEGIES / "two_axes.toml").read_text(encoding="utf-8")))
    raw["entitlements"][0]["per"] = "fortnight"
    assert not validator.is_valid(raw)
    raw["entitlements"][0]["per"] = "when_needed"
    assert validator.is_valid(raw)
