"""What is planted: three trusts, the rows that addresses name, and the word that marks a text as one trust's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from schools.models import Membership, RegisterImport, Trust, User

NOW = "2026-11-20T10:00Z"
SLUGS = ("alder", "birch", "cedar")


def canary(slug: str) -> str:
    """What every planted text of a trust begins with. No address and no key holds it."""
    return f"CANARY-{slug}-"


@dataclass
class Planted:
    """One trust with its people, by role, and the rows that addresses name."""

    slug: str
    trust: Trust
    people: dict[str, Membership] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    secret: str = ""
    token: str = ""


@dataclass
class World:
    """The three trusts, and the people who are in two of them, in none, or no longer in one."""

    trusts: dict[str, Planted]
    both: Membership  # improvement lead at Alder, trustee at Birch
    removed: Membership  # was improvement lead at Alder
    operator: User
    upload: RegisterImport
