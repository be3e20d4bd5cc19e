"""The held published files, as a plain reader sees them: nothing of the importer is used here."""

from __future__ import annotations

import csv
import gzip
import tomllib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from tests.conftest import SHARED

DATA = SHARED / "data"
HELD: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["file"]
KEYS = ("place", "code", "measure", "group", "year", "span", "phase")


@dataclass(frozen=True)
class Spot:
    """One figure, and the cell it must come from."""

    row: dict[str, str]
    column: str
    key: dict[str, str]
    less: bool


def spot_of(text: str) -> Spot:
    row, column, said = text.split(" : ")
    words = said.split()
    less = words[-1] == "less"
    key = dict(zip(KEYS, [*words[: len(words) - less], ""], strict=False))
    return Spot(dict(part.split("=", 1) for part in row.split(";")), column, {"phase": "", **key}, less)


def rows_of(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def cell_of(rows: list[dict[str, str]], spot: Spot) -> str:
    """The one cell that a spot speaks of."""
    (row,) = [row for row in rows if all(row[name] == value for name, value in spot.row.items())]
    return row[spot.column]
