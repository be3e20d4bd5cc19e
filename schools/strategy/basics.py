"""The small words every part of a strategy is written in: keys, cadences, units, durations, roles."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""A name that other parts of the file refer to. It never changes once judgements point at it."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=1200, strip_whitespace=True)]
"""One line or short paragraph that a person reads."""


Side = Literal["trust", "school"]
"""Whose people: those with a role for the whole trust, or those of the school."""


class Part(BaseModel):
    """Base of every part: nothing unknown is accepted, nothing is changed after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Cadence(StrEnum):
    """How often something happens. `six_weeks` and `half_term` are not the same (domain-facts 4.8)."""

    WEEK = "week"
    THREE_WEEKS = "three_weeks"
    MONTH = "month"
    SIX_WEEKS = "six_weeks"
    HALF_TERM = "half_term"
    TERM = "term"
    YEAR = "year"


def _no_rhythm(value: object) -> object:
    return None if value == "when_needed" else value


CadenceOrNeed = Annotated[
    Cadence | None,
    BeforeValidator(_no_rhythm, json_schema_input_type=Cadence | Literal["when_needed"] | None),
]
"""A cadence, or `"when_needed"` (TOML has no null), which is read as None."""


class TermOfYear(StrEnum):
    """The three terms, for what happens in one of them only."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


class SupportUnit(StrEnum):
    """What support is counted in."""

    DAY = "day"
    SESSION = "session"
    VISIT = "visit"
    MEETING = "meeting"
    PROGRAMME = "programme"


class Role(StrEnum):
    """The roles a strategy may name. What each may do is in `schools.access`."""

    HEAD = "head"
    LEADER = "leader"
    CHAIR = "chair"
    GOVERNOR = "governor"
    SI_LEAD = "si_lead"
    OPERATIONS = "operations"
    CEO = "ceo"
    DIRECTOR = "director"
    TRUSTEE = "trustee"
    TRUST_CHAIR = "trust_chair"
    CLERK = "clerk"
    ADMIN = "admin"


class SchoolPhase(StrEnum):
    """Phase of education, as the strategy uses it."""

    NURSERY = "nursery"
    PRIMARY = "primary"
    INFANT = "infant"  # a primary school that ends at seven
    JUNIOR = "junior"  # and one that begins there
    MIDDLE = "middle"
    SECONDARY = "secondary"
    ALL_THROUGH = "all_through"
    SPECIAL = "special"
    ALTERNATIVE = "alternative"
    SIXTEEN_PLUS = "sixteen_plus"


class Duration(Part):
    """A typical or longest stay, counted in terms, months or weeks (exactly one unit)."""

    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=1)
    unit: Annotated[str, StringConstraints(pattern="^(weeks|months|half_terms|terms|years)$")]


class Named(Part):
    """Anything with a key and a label."""

    key: Key
    label: Text


class Statement(Named):
    """A heading with a list under it: aims, principles, roles, approaches."""

    items: tuple[Text, ...] = ()
    note: str = ""
