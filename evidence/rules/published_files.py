"""The kinds of published file as data (files*.toml): how each is recognised, and where in it a figure stands.

A column is found by its name without regard to case and spaces; of several spellings the first that a file has counts.

    needs, any, one_of, without   all of these, at least one, at least one, none of these columns
    places          which rows are of which place: `when` columns hold these values (a column that is lacking is no
                    obstacle to a school), the place, and the columns of its code; rows of no place are set aside
    year_columns    where the rows say the year; else the file's name does, moved by `year_shift`
    span_columns, phase_columns, group_columns, series_columns, week_columns, only   filters of long files
    groups          for columns with `{}` in their name: the suffix of each group, and whom it counts (`of`)
    figures         measure, group, and the columns of its value, its part (numerator) and whom it is of (denominator);
                    `hundred_less`: the value is 100 less what is published (attendance from absence)
    short_rows, may_be_cut, weighted, estimated, nothing   see there
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Names = tuple[str, ...]


def squeezed(name: str) -> str:
    """A name to compare by: no spaces, small letters."""
    return "".join(name.split()).casefold()


@dataclass(frozen=True)
class PlaceRule:
    """Rows whose columns hold these values are of this place, whose code stands in one of these columns."""

    place: str
    code: Names = ()
    when: Mapping[str, Names] = field(default_factory=dict)
    phase: str = ""
    phase_columns: Names = ()
    phases: Mapping[str, str] = field(default_factory=dict)
    laestab: Names = ()
    la: Names = ()
    number: Names = ()


@dataclass(frozen=True)
class FigureRule:
    """One figure of a row."""

    measure: str
    value: Names
    group: str = "all"
    part: Names = ()
    of: Names = ()
    phase: str = ""
    span: str = ""
    series: str = ""
    hundred_less: bool = False
    most: float | None = None  # where real figures pass what the measure would allow, such as 104% of pupils


@dataclass(frozen=True)
class FileKind:
    """One kind of file."""

    key: str
    label: str
    needs: Names = ()
    any: Names = ()
    one_of: Names = ()
    without: Names = ()
    places: tuple[PlaceRule, ...] = ()
    figures: tuple[FigureRule, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, Names] = field(default_factory=dict)
    year_columns: Names = ()
    year_shift: int = 0
    lone_year: bool = False  # a single year in the file's name is the one the academic year ends in
    week_columns: Names = ()
    span: str = ""
    span_columns: Names = ()
    phase_columns: Names = ()
    group_columns: Names = ()
    series_columns: Names = ()
    short_rows: bool = False  # rows may lack their last cells, which then are blank
    may_be_cut: bool = False  # the last row may stop in its middle: it is set aside
    weighted: bool = False  # rows of one place and year are put together, weighted by `of`
    estimated: bool = False  # a count may be an estimate with decimals: then it is not kept as a count
    nothing: str = ""  # why nothing of such a file is kept

    def fits(self, names: Set[str]) -> bool:
        """Whether a header with these squeezed names is one of this kind."""
        if not squeezed_all(self.needs) <= names or squeezed_all(self.without) & names:
            return False
        return all(not some or squeezed_all(some) & names for some in (self.any, self.one_of))


@dataclass(frozen=True)
class Common:
    """What all kinds share: codes, and the spellings of phases, groups, spans and regions. Keys are squeezed."""

    codes: Mapping[str, str]
    phases: Mapping[str, str]
    groups: Mapping[str, str]
    spans: Mapping[str, str]
    regions: Mapping[str, str]
    releases: Mapping[str, Names]


@dataclass(frozen=True)
class LocalAuthority:
    """Its code of three digits, its code of the Office for National Statistics, and the region it lies in."""

    code: str
    ons_code: str
    name: str
    region: str


@cache
def squeezed_all(names: Names) -> frozenset[str]:
    return frozenset(map(squeezed, names))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _tuples(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in part.items()}


@cache
def common() -> Common:
    """Codes keep their case: `x` and `X` need not mean the same."""
    said = _read("files.toml")
    plain = {key: {squeezed(name): value for name, value in said[key].items()} for key in COMMON}
    return Common(codes=said["codes"], releases={k: tuple(v) for k, v in said["releases"].items()}, **plain)


COMMON = ("phases", "groups", "spans", "regions")
EES_PLACES: list[dict[str, Any]] = [
    {"place": "england", "when": {"geographic_level": ["National"]}},
    {
        "place": "region",
        "when": {"geographic_level": ["Regional", "Region"]},
        "code": ["region_code", "region_name"],
    },
    {
        "place": "la",
        "when": {"geographic_level": ["Local authority"]},
        "code": ["old_la_code", "la_code", "new_la_code"],
    },
    {
        "place": "school",
        "when": {"geographic_level": ["School"]},
        "code": ["school_urn", "urn"],
        "laestab": ["school_laestab", "laestab"],
    },
]
"""Explore education statistics names places the same way in every file."""


@cache
def file_kinds() -> tuple[FileKind, ...]:
    """Every kind, in the order in which they are tried."""
    parts = [*_read("files_areas.toml")["kind"], *_read("files_schools.toml")["kind"]]
    return tuple(_kind(part) for part in parts)


def _kind(part: Mapping[str, Any]) -> FileKind:
    rest = {k: v for k, v in part.items() if k not in ("places", "figures", "groups", "value", "only")}
    places = EES_PLACES if part.get("places") == "ees" else part.get("places", [])
    return FileKind(
        places=tuple(_place(place) for place in places),
        figures=tuple(rule for figure in part.get("figures", []) for rule in _figures(figure, part)),
        only={column: tuple(values) for column, values in part.get("only", {}).items()},
        **_tuples(rest),
    )


def _place(part: Mapping[str, Any]) -> PlaceRule:
    when = {column: tuple(values) for column, values in part.get("when", {}).items()}
    return PlaceRule(**{**_tuples(part), "when": when})


def _figures(part: Mapping[str, Any], kind: Mapping[str, Any]) -> list[FigureRule]:
    """One rule, or one for each group of the kind where the columns' names have room for its suffix."""
    value = part.get("value", kind.get("value", []))
    if not any("{}" in name for name in value):
        return [FigureRule(**{**_tuples(part), "value": tuple(value)})]
    return [
        FigureRule(
            **{
                **_tuples(part),
                "group": group["group"],
                "value": tuple(name.replace("{}", group["suffix"]) for name in value),
                "part": tuple(name.replace("{}", group["suffix"]) for name in part.get("part", [])),
                "of": _of(part, group),
            }
        )
        for group in kind["groups"]
    ]


def _of(part: Mapping[str, Any], group: Mapping[str, Any]) -> Names:
    """Whom a group's figure counts: as the group says, by another list of the group, or nobody knows."""
    named = part.get("of", ["of"])
    return tuple(group.get(named[0], [])) if named else ()


@cache
def local_authorities() -> Mapping[str, LocalAuthority]:
    """Every local authority since 2006/07, by its code of three digits and by that of the Office for National
    Statistics."""
    with (HERE / "areas.csv").open(encoding="utf-8", newline="") as file:
        found = [LocalAuthority(*row) for row in list(csv.reader(file))[1:]]
    return {la.ons_code: la for la in found if la.ons_code} | {la.code: la for la in found}


@cache
def region_names() -> Mapping[str, str]:
    """The name of each region by its code: the longest of its spellings."""
    return {code: name for name, code in _read("files.toml")["regions"].items() if not name.isdecimal()}
