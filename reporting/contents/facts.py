"""What a report holds, as frozen records. Stored whole as the snapshot; the document is made from nothing else.

New fields need a default, so that the snapshots of earlier releases can still be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

Step = int | Literal["na"]
"""The tone of a level, 1 (strongest) to 5 (most support); 0 is unknown; "na" does not apply."""


@dataclass(frozen=True)
class Tile:
    """A level as it is printed."""

    word: str
    step: Step = 0


@dataclass(frozen=True)
class Reply:
    """The school's words on a decision; or, without them, what stands in their place."""

    text: str = ""
    by: str = ""
    on: date | None = None
    waiting: str = ""


@dataclass(frozen=True)
class Move:
    """From one level to another. `was` is None the first time."""

    about: str
    now: Tile
    was: Tile | None = None


@dataclass(frozen=True)
class Change:
    """What changed for one school, with the reason that was given and the school's reply."""

    school: str
    note: str
    moves: tuple[Move, ...]
    reason: str = ""
    reply: Reply | None = None
    more: bool = False  # of the same school as the one above


@dataclass(frozen=True)
class Changes:
    """The opening part."""

    title: str
    lede: str
    changes: tuple[Change, ...] = ()
    asks_title: str = ""
    asks: tuple[str, ...] = ()
    kind: Literal["changes"] = "changes"


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; `word` empty and `step` "na" where the school is not asked."""

    word: str
    step: Step = 0
    sub: str = ""
    stale: bool = False
    travel: Literal["up", "down", ""] = ""
    was: str = ""
    state: str = ""  # of a category: '', 'proposed' or 'Not yet'


@dataclass(frozen=True)
class MatrixRow:
    """One school."""

    school: str
    small: str
    categories: tuple[Cell, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class MatrixSheet:
    """The schools that follow one strategy. Columns come in groups, each with a name and a size."""

    caption: str
    key: tuple[Tile, ...]
    axes: tuple[str, ...]
    category: str
    groups: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    foot: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Matrix:
    """Every school, every criterion."""

    title: str
    sheets: tuple[MatrixSheet, ...]
    kind: Literal["matrix"] = "matrix"


@dataclass(frozen=True)
class HistoryRow:
    """One school (or, on a school's own page, one axis) term by term."""

    label: str
    tiles: tuple[Tile, ...]
    since: str = ""


@dataclass(frozen=True)
class LevelCount:
    """How many schools were at one level at the end of each term."""

    level: str
    step: Step
    counts: tuple[int, ...]


@dataclass(frozen=True)
class LevelsSheet:
    """One axis: the schools at each level by term, counted and one by one."""

    axis: str
    caption: str
    terms: tuple[str, ...]
    counts: tuple[LevelCount, ...]
    rows: tuple[HistoryRow, ...]
    schools: int


@dataclass(frozen=True)
class Levels:
    """How the trust moves."""

    title: str
    lede: str
    sheets: tuple[LevelsSheet, ...]
    kind: Literal["levels"] = "levels"


@dataclass(frozen=True)
class Reason:
    """Why a school is where it is on one axis, what would move it, and what the strategy promises it there."""

    school: str
    axis: str
    tile: Tile
    note: str = ""
    held: tuple[str, ...] = ()
    up: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    more: bool = False  # of the same school as the one above


@dataclass(frozen=True)
class Reasons:
    title: str
    lede: str
    reasons: tuple[Reason, ...]
    kind: Literal["reasons"] = "reasons"


@dataclass(frozen=True)
class Differing:
    """A decision that is not what the rules proposed."""

    school: str
    note: str
    proposed: Tile
    decided: Tile
    reason: str
    reply: Reply | None = None


@dataclass(frozen=True)
class Differences:
    title: str
    lede: str
    decisions: tuple[Differing, ...]
    kind: Literal["differing"] = "differing"


@dataclass(frozen=True)
class Table:
    """A plain table: the first cell of a row is its header; columns named in `numbers` hold figures."""

    title: str
    lede: str
    caption: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    note: str = ""
    name: str = ""  # which part of the plan this is
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Group:
    """Tables under a heading of their own; of one without rows its lede is printed."""

    title: str
    lede: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Tables:
    """A part of several tables."""

    title: str
    lede: str
    groups: tuple[Group, ...]
    kind: Literal["tables"] = "tables"


@dataclass(frozen=True)
class Listing:
    """Sentences one under another."""

    title: str
    lede: str
    items: tuple[str, ...] = ()
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class SchoolCategory:
    """A school's place on one axis, on its own page."""

    axis: str
    tile: Tile
    note: str
    reason: str = ""
    reply: Reply | None = None
    up: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """A row of the matrix on a school's own page."""

    group: str
    label: str
    tile: Tile
    note: str = ""
    words: tuple[str, ...] = ()  # what the school wrote, and what the moderator did


@dataclass(frozen=True)
class SchoolPage:
    """Everything a report says of one school."""

    name: str
    small: str
    categories: tuple[SchoolCategory, ...]
    terms: tuple[str, ...]
    history: tuple[HistoryRow, ...]
    criteria: tuple[Criterion, ...]
    unknown: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    matrix: str = "Risk matrix"


@dataclass(frozen=True)
class Schools:
    title: str
    lede: str
    schools: tuple[SchoolPage, ...]
    kind: Literal["schools"] = "schools"


@dataclass(frozen=True)
class Notes:
    """What this report stands on, and what it cannot say."""

    title: str
    unfilled: tuple[str, ...]
    sources: tuple[str, ...]
    kind: Literal["notes"] = "notes"


Section = Annotated[
    Changes | Matrix | Levels | Reasons | Differences | Table | Tables | Listing | Schools | Notes,
    Field(discriminator="kind"),
]


@dataclass(frozen=True)
class Cover:
    """The first page. `details` are pairs of label and text."""

    trust: str
    accent: str
    title: str
    subtitle: str
    running: str
    gist: tuple[str, ...]
    details: tuple[tuple[str, str], ...]
    record: str
    frozen_at: datetime


@dataclass(frozen=True)
class Contents:
    """A whole report, frozen."""

    cover: Cover
    parts: tuple[Section, ...]
    tells: tuple[str, ...] = ()  # roles the strategy names as its readers


_ADAPTER: TypeAdapter[Contents] = TypeAdapter(Contents)


def as_snapshot(contents: Contents) -> dict[str, Any]:
    """Plain values, dates as text, for keeping."""
    return _ADAPTER.dump_python(contents, mode="json")


def from_snapshot(snapshot: dict[str, Any]) -> Contents:
    """The frozen records again. Raises pydantic's ValidationError for something that is no snapshot."""
    return _ADAPTER.validate_python(snapshot)
