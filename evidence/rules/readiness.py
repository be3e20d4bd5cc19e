"""How far a return is: every figure that is asked for stands in exactly one place, so that the counts add up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .arithmetic import NUMBER
from .cells import Entry
from .checks import STOP, WORD, Finding
from .grid import Place, Table

NUMBERS, REASONS, BLANK, MEND, EXPLAIN, LOOK_AT = "numbers", "reasons", "blank", "mend", "explain", "look"
"""A number that stands; a reason why there is none; not given; impossible or unreadable; in need of a word of
explanation; filled in by nobody of the school, and not looked at yet."""

READY = (NUMBERS, REASONS)


@dataclass(frozen=True)
class Standing:
    """The places of a return by where they stand, in the order of its tables.

    `required` are those that have to be given; `besides` are figures that may stay blank, but are in the way.
    """

    required: Mapping[Place, str]
    besides: Mapping[Place, str]

    @property
    def asked(self) -> int:
        return len(self.required)

    @property
    def ready(self) -> int:
        return sum(where in READY for where in self.required.values())

    def among(self, *where: str, besides: bool = True) -> list[Place]:
        """The places that stand there."""
        parts = (self.required, self.besides) if besides else (self.required,)
        return [place for part in parts for place, stands in part.items() if stands in where]


def standing(
    tables: Sequence[Table], entries: Mapping[Place, Entry], found: Iterable[Finding], unseen: Collection[Place]
) -> Standing:
    """`unseen` are the figures that were filled in for the school and that nobody has looked at."""
    levels: dict[Place, set[str]] = {}
    for one in found:
        levels.setdefault(one.place, set()).add(one.level)
    required, besides = {}, {}
    for table in tables:
        for place in table.places():
            where = _where(place, entries.get(place, Entry()), levels.get(place, set()), unseen)
            if not table.optional:
                required[place] = where
            elif where not in (*READY, BLANK):
                besides[place] = where
    return Standing(required, besides)


def _where(place: Place, entry: Entry, levels: Collection[str], unseen: Collection[Place]) -> str:
    if STOP in levels or entry.unread:
        return MEND
    if not entry.is_given:
        return BLANK
    if WORD in levels and not entry.note:
        return EXPLAIN
    if place in unseen:
        return LOOK_AT
    return NUMBERS if entry.status == NUMBER else REASONS
