"""The story as `reporting/demo.toml` tells it, read once into records."""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

FILE = Path(__file__).parents[2] / "demo.toml"


@dataclass(frozen=True)
class PersonPlan:
    """Somebody in a trust. A role of a school is written `head:dunmere`."""

    key: str
    name: str
    roles: tuple[str, ...]
    title: str = ""
    email: str = ""
    since: int | None = None  # the first term they were here, in terms ago
    until: int | None = None  # the first term they were no longer here

    def held_at(self, ago: int) -> bool:
        """Whether they were here in the term `ago` terms back."""
        return (self.since is None or ago <= self.since) and (self.until is None or ago > self.until)


@dataclass(frozen=True)
class SchoolPlan:
    """A school as one trust knows it, and what its matrices say."""

    key: str
    urn: str
    laestab: str
    name: str
    short: str
    ages: tuple[int, int]
    pupils: int
    capacity: int
    levels: tuple[str, ...]
    phase: str = "primary"
    joined: int | None = None  # terms ago; None: before the story begins
    left: int | None = None
    until: int = 0  # the last term the levels tell of, in terms ago
    state: str = "agreed"  # of the matrix of the current period; open: not begun
    agreed: int = 2  # days ago
    overdue: int = 0  # days
    returned_note: str = ""
    rated: tuple[str, ...] = ()  # of a draft: criteria and indicators with a rating
    old: dict[str, int] = field(default_factory=dict)  # indicator: months since its evidence
    single: tuple[str, ...] = ()  # indicators that rest on one source
    generous: float = 0.02  # how often the school sees itself differently from the moderator
    exact: dict[str, int] = field(default_factory=dict)  # indicator: its level this term, where the words say so
    said: dict[str, str] = field(default_factory=dict)  # indicator: the school's own words this term
    facts: tuple[dict[str, Any], ...] = ()
    inspections: tuple[dict[str, Any], ...] = ()
    at: tuple[int, int] | None = None  # easting and northing
    offer: dict[str, Any] = field(default_factory=dict)  # what it can give to others


@dataclass(frozen=True)
class TrustPlan:
    """A trust, its people and schools, and what was decided otherwise than proposed."""

    slug: str
    name: str
    accent: str
    strategy: str
    password: str
    meeting_weekday: int
    meeting_time: str
    place: str
    moderator: str
    attends: tuple[str, ...]
    range_reason: str
    people: tuple[PersonPlan, ...]
    schools: tuple[SchoolPlan, ...]
    decisions: tuple[dict[str, Any], ...] = ()
    replies: tuple[dict[str, Any], ...] = ()
    interests: tuple[dict[str, Any], ...] = ()
    minutes: tuple[dict[str, Any], ...] = ()
    extra_meetings: tuple[dict[str, Any], ...] = ()
    concerns: tuple[dict[str, Any], ...] = ()
    reports: tuple[str, ...] = ()
    team: dict[str, dict[str, Any]] = field(default_factory=dict)  # person: what they can give to schools
    level_plans: tuple[str, ...] = ()  # kinds of plan that a level asks for, and that schools have
    unplanned: str = ""  # the school that has none of them
    unmet: tuple[str, ...] = ()  # items of its checklist that say it had one
    heads_see: str = "nothing"  # what heads see of other schools
    behind: str = ""  # the school that has had less support than it is owed
    conclusions: tuple[str, ...] = ()  # provision and capacity: of a school that needs more, and of one that needs less


@dataclass(frozen=True)
class Story:
    """Everything the demo tells."""

    operator: dict[str, str]
    trusts: tuple[TrustPlan, ...]
    words: dict[str, dict[str, Any]]  # by indicator: sentences by level, and kinds of source
    moderation: dict[str, list[str]]
    unknown: list[str]
    register: dict[str, Any]
    figures: dict[str, dict[str, float]]  # by measure: England's figure, and where schools' figures lie
    sef: dict[str, list[str]]  # sentences of self-evaluations
    visits: dict[str, list[str]]  # sentences of monitoring visits
    reviews: dict[str, list[str]]  # sentences of reviews, findings and practice
    plans: dict[str, list[Any]]  # sentences of plans
    support: dict[str, Any]  # sentences of support asked for, booked, given and missed; and who gives what


def read_story(path: Path = FILE) -> Story:
    """Read the file. A wrong name in it is a TypeError."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Story(
        operator=raw["operator"],
        trusts=tuple(_trust(part) for part in raw["trust"]),
        words=raw.get("words", {}),
        moderation=raw.get("moderation", {}),
        unknown=raw.get("unknown", []),
        register=raw.get("register", {}),
        figures=raw.get("figures", {}),
        sef=raw.get("sef", {}),
        visits=raw.get("visits", {}),
        reviews=raw.get("reviews", {}),
        plans=raw.get("plans", {}),
        support=raw.get("support", {}),
    )


def _trust(part: dict[str, Any]) -> TrustPlan:
    people = tuple(_person(person, part["slug"]) for person in part.pop("people"))
    schools = tuple(SchoolPlan(**_tuples(school)) for school in part.pop("schools"))
    return TrustPlan(people=people, schools=schools, **_tuples(part))


def _person(part: dict[str, Any], slug: str) -> PersonPlan:
    address = part.pop("email", f"{part['name'].lower().replace(' ', '.')}@{slug}.demo.example")
    return PersonPlan(email=address, **_tuples(part))


def _tuples(part: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in part.items()}


def chance(*about: object) -> float:
    """A number from 0 to 1 that is always the same for the same thing."""
    return zlib.crc32("/".join(map(str, about)).encode()) / 2**32


def pick(options: Sequence[T], *about: object) -> T:
    """One of the options, always the same for the same thing."""
    return options[int(chance(*about) * len(options))]
