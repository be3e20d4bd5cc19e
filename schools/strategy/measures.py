"""Measures and groups of pupils: the ones that official figures exist for, and how a strategy names its own."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from .basics import Key, Named, SchoolPhase

MeasureKind = Literal["share", "rate", "percent_of", "change", "mean", "number"]
MeasureSpan = Literal["year", "term", "to_date", "rolling", "day"]
UNITS = {"share": "%", "rate": "per 100 pupils", "percent_of": "%", "change": "%"}


@cache
def known(kind: str) -> dict[str, dict[str, Any]]:
    """Measures (“measure”) or groups (“group”) that every strategy may name, by key. Read once per process."""
    text = Path(__file__).with_name("measures.toml").read_text(encoding="utf-8")
    return {part["key"]: part for part in tomllib.loads(text)[kind]}


def _completed(given: Any, kind: str) -> Any:
    """What a file says of it, over what is known of it anyway."""
    if isinstance(given, dict) and isinstance(given.get("key"), str):
        return {**known(kind).get(given["key"], {}), **given}
    return given


class Measure(Named):
    """Something that is counted. A file needs to say only the key and label of one that is known.

    `decimals` are those shown; `least` and `most` bound a mean or a number; `year_groups` are those it exists for;
    `benchmark` is the sentence that says why there is no agreed one; `by_pupil` false is never suppressed;
    `adds_up`: numbers of several schools are summed. A change since last time that passes `jump`, in the figure's own
    unit, and where `jump_times` is given makes it so many times as large or as small, is asked about; without either
    the kind decides.
    """

    detail: str = ""
    topic: Key = "other"
    kind: MeasureKind = "share"
    numerator: str = "pupils"
    denominator: str = "pupils counted"
    unit: str = ""
    better: Literal["high", "low", ""] = ""
    decimals: int = Field(default=0, ge=0, le=4)
    least: float | None = None
    most: float | None = None
    jump: float | None = Field(default=None, gt=0)
    jump_times: float | None = Field(default=None, ge=1)
    span: MeasureSpan = "term"
    year_groups: tuple[str, ...] = ()
    phases: tuple[SchoolPhase, ...] = ()  # empty: every phase
    benchmark: str = ""
    by_pupil: bool = True
    sessions: bool = False  # counts half days of pupils instead of pupils
    adds_up: bool = False  # a number that is summed over schools, such as a roll

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        return _completed(given, "measure")

    @property
    def unit_shown(self) -> str:
        """“%”, “per 100 pupils”, “points”."""
        return self.unit or UNITS.get(self.kind, "")


class PupilGroup(Named):
    """A group of pupils that figures are split by. Groups with the same `splits` add up to all pupils.

    `also_called`: what schools and their systems call it.
    """

    detail: str = ""
    splits: str = ""
    also_called: tuple[str, ...] = ()
    same_as: Key | None = None  # the official group it is compared with, where the trust's own name differs

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        return _completed(given, "group")

    @property
    def official(self) -> str:
        """The group of official figures it is compared with."""
        return self.same_as or self.key

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called in a file: its own names first, then those of the official group."""
        known_as = official_groups().get(self.official)
        return (self.key, self.label, *self.also_called, *((known_as.label, *known_as.also_called) if known_as else ()))


@cache
def official_measures() -> dict[str, Measure]:
    """Every known measure by key."""
    return {key: Measure(**part) for key, part in known("measure").items()}


@cache
def official_groups() -> dict[str, PupilGroup]:
    """Every known group by key."""
    return {key: PupilGroup(**part) for key, part in known("group").items()}
