"""One ledger of support: what a school is owed, what is booked, what came and what did not, by half term."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from plans.rules.support_entry import CAME, ZERO, Cell, Entry
from reviews.rules.kinds import on_menu
from reviews.rules.owed import Owed, applies, half_of
from reviews.rules.programme import ASKED, BEYOND
from schools.rules.rhythm import HalfTerm, school_days
from schools.strategy import Strategy
from schools.strategy.basics import SupportUnit
from schools.strategy.provision import Entitlement
from schools.words import amount_words, capital, counted, cut, every, plain


@dataclass(frozen=True)
class Term:
    """The term that has begun last, and how many school weeks of it are left."""

    halves: tuple[int, ...]  # places of its half terms
    weeks_left: int


@dataclass(frozen=True)
class Line:
    """One entitlement of a school in one year; or what it asked for, or what came beyond the offer, in one unit.

    `is_kept`: what follows from the school's category is always counted; of the offer for all schools only what the
    trust records at all, since nothing on record is not nothing given.
    """

    key: str
    label: str
    unit: SupportUnit
    entitlement: Entitlement | None
    due: tuple[date, ...]
    entries: tuple[Entry, ...]
    halves: tuple[HalfTerm, ...]
    term: Term
    today: date
    is_kept: bool

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(self._cell(place) for place in range(len(self.halves)))

    def _cell(self, place: int) -> Cell:
        here = [one for one in self.entries if half_of(one.on, self.halves) == place]
        owed = sum(half_of(day, self.halves) == place for day in self.due)
        missed = sum((one.missed for one in here), ZERO)
        unconfirmed = sum((one.amount for one in here if one.is_unconfirmed), ZERO)
        booked, came, disputed = (_sum(here, stands) for stands in (("booked",), CAME, ("disputed",)))
        return Cell(owed, booked, came, missed, disputed, unconfirmed)

    @property
    def owed_now(self) -> int:
        """How much was owed by a day that is over."""
        return sum(day < self.today for day in self.due)

    @cached_property
    def came(self) -> Decimal:
        return _sum(self.entries, CAME)

    @property
    def booked(self) -> Decimal:
        return _sum(self.entries, ("booked",))

    @property
    def missed(self) -> Decimal:
        return sum((one.missed for one in self.entries), ZERO)

    @property
    def disputed(self) -> Decimal:
        return _sum(self.entries, ("disputed",))

    @property
    def cost(self) -> Decimal | None:
        """What it has cost, or will; None where no cost is known."""
        known = [one.cost for one in self.entries if one.cost is not None and one.stands != "missed"]
        return sum(known, ZERO) if known else None

    @property
    def short(self) -> Decimal:
        """How much less came than was owed by now."""
        return max(self.owed_now - self.came, ZERO) if self.is_kept else ZERO

    @property
    def since(self) -> date | None:
        """The day by which the first of what is short was owed."""
        return self.due[int(self.came)] if self.short else None

    @property
    def owed_in_term(self) -> int:
        return sum(self.cells[place].owed for place in self.term.halves)

    @property
    def came_in_term(self) -> Decimal:
        return sum((self.cells[place].came for place in self.term.halves), ZERO)

    @property
    def taken_in_term(self) -> Decimal:
        """What came in this term or is booked for it."""
        return self.came_in_term + sum((self.cells[place].booked for place in self.term.halves), ZERO)

    @property
    def to_book(self) -> Decimal:
        """What this term still owes and nobody has booked."""
        return max(self.owed_in_term - self.taken_in_term, ZERO) if self.is_kept else ZERO

    @property
    def by_half(self) -> list[tuple[HalfTerm, Cell]]:
        """Each half term with its cell."""
        return list(zip(self.halves, self.cells, strict=True))

    @property
    def behind_words(self) -> str:
        """“3 days behind”."""
        return f"{amount_words(self.short, self.unit)} behind"

    @property
    def unit_words(self) -> str:
        """“days”."""
        return f"{self.unit}s"

    @property
    def offer(self) -> str:
        """“6 days each term”; blank for what is no entitlement."""
        return offer_words(self.entitlement) if self.entitlement else ""

    def words(self) -> str:
        """“2 of 6 days this term, three school weeks left”; of an earlier term “2 of 9 visits by now”."""
        late_in_term = sum(day < self.today for place in self.term.halves for day in self._due_in(place))
        if late_in_term > self.came_in_term:
            left = f"{counted(self.term.weeks_left, 'school week')} left"
            return (
                f"{plain(self.came_in_term)} of {amount_words(Decimal(self.owed_in_term), self.unit)} this term, {left}"
            )
        return f"{plain(self.came)} of {amount_words(Decimal(self.owed_now), self.unit)} by now"

    def _due_in(self, place: int) -> list[date]:
        return [day for day in self.due if half_of(day, self.halves) == place]


@dataclass(frozen=True)
class Ledger:
    """A school's year."""

    lines: tuple[Line, ...]
    halves: tuple[HalfTerm, ...]
    when_needed: tuple[Entitlement, ...]  # offered, and nothing of it on record

    @property
    def entries(self) -> list[Entry]:
        return [entry for line in self.lines for entry in line.entries]

    @property
    def to_come(self) -> list[Entry]:
        """What is booked, the next first."""
        return sorted((one for one in self.entries if one.stands == "booked"), key=lambda one: one.on)

    @property
    def past(self) -> list[Entry]:
        """What came, and what did not, the latest first."""
        return sorted((one for one in self.entries if one.stands != "booked"), key=lambda one: one.on, reverse=True)

    @property
    def behind(self) -> list[Line]:
        """The lines of which less came than was owed, the furthest behind first."""
        short = [line for line in self.lines if line.short]
        return sorted(short, key=lambda line: (-line.short, line.since or date.max))

    @property
    def short(self) -> Decimal:
        return sum((line.short for line in self.lines), ZERO)

    @property
    def cost(self) -> Decimal | None:
        """What it has cost, or will; None where no cost is known."""
        known = [line.cost for line in self.lines if line.cost is not None]
        return sum(known, ZERO) if known else None

    @property
    def missed(self) -> int:
        """How often something did not take place, or only in part."""
        return sum(bool(one.missed) for one in self.entries)

    @property
    def unknown_costs(self) -> int:
        """How often something came of which no cost is known."""
        return sum(one.came and one.cost is None for one in self.entries)

    @property
    def since(self) -> date | None:
        return min((line.since for line in self.lines if line.since), default=None)

    @property
    def unkept(self) -> list[Line]:
        """Parts of the offer for all schools of which the trust records nothing."""
        return [line for line in self.lines if not line.is_kept and line.due]

    @property
    def unknown(self) -> list[Line]:
        """Those of them that were owed by now: whether they came, nobody has recorded."""
        return [line for line in self.unkept if line.owed_now]

    @property
    def unknown_words(self) -> str:
        """“of two parts of the offer nothing is on record”; blank where everything owed by now is counted."""
        count = len(self.unknown)
        return f"of {counted(count, 'part')} of the offer nothing is on record" if count else ""

    @property
    def none_behind_words(self) -> str:
        """What can be said of a school that is behind in nothing. What is not on record is not said to have come."""
        is_counted = any(line.is_kept and line.owed_now for line in self.lines)
        if not self.unknown:
            return "Everything owed by now has come." if is_counted else "Nothing was owed by now."
        if is_counted:
            return f"Everything that is counted has come; {self.unknown_words}."
        return f"{capital(self.unknown_words)}."


def ledger_of(
    strategy: Strategy,
    levels: Mapping[str, str],
    owed: Owed,
    entries: Iterable[Entry],
    halves: Sequence[HalfTerm],
    *,
    kept: Collection[str] = (),
    today: date,
) -> Ledger:
    """The year of one school. `kept` are the entitlements of which anything at all is on record in the trust."""
    entries, year, term = sorted(entries, key=lambda one: one.on), tuple(halves), term_of(halves, today)
    lines, when_needed = [], []
    for one in strategy.entitlements:
        mine = tuple(each for each in entries if each.key == one.key)
        due = tuple(owed.get(one.key, ()))
        if due or mine:
            is_kept = bool(one.levels) or one.key in kept
            lines.append(Line(one.key, one.label, one.unit, one, due, mine, year, term, today, is_kept))
        elif one.per is None and applies(one, levels):
            when_needed.append(one)
    known = {one.key for one in strategy.entitlements}
    rest = [(ASKED if one.key == ASKED else BEYOND, one) for one in entries if one.key not in known]
    for key, label in ((ASKED, "Asked for by the school"), (BEYOND, "Beyond the offer")):
        for unit in SupportUnit:
            mine = tuple(one for of, one in rest if of == key and one.unit == unit)
            if mine:
                lines.append(Line(key, label, unit, None, (), mine, year, term, today, True))
    return Ledger(tuple(lines), year, tuple(when_needed))


def term_of(halves: Sequence[HalfTerm], today: date) -> Term:
    """The term of the half term that has begun last."""
    if not halves:
        return Term((), 0)
    now = halves[half_of(today, halves)]
    places = [place for place, half in enumerate(halves) if (half.year, half.season) == (now.year, now.season)]
    days = school_days([halves[place] for place in places])
    return Term(tuple(places), len({day.week for day in days if day.on > today}))


def _sum(entries: Iterable[Entry], stands: Collection[str]) -> Decimal:
    return sum((one.amount for one in entries if one.stands in stands), ZERO)


def offer_words(one: Entitlement) -> str:
    """“6 days each term”, “at least 1 visit each week”, “1 programme when needed”."""
    least = "at least " if one.at_least else ""
    return f"{least}{amount_words(Decimal(one.amount), one.unit)} {every(one.per.value if one.per else None)}"


def asked_label(strategy: Strategy, item: str, need: str) -> str:
    """What a request is called: by the menu, or in the school's own words."""
    return on_menu(strategy, item) if item else cut(need.strip(), 80)
