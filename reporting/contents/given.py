"""Support as the ledgers have it: what was owed by the last day of a report, what came of it, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from plans.queries.support import ledgers
from plans.rules.support import Line
from plans.rules.support_entry import ZERO
from reporting.contents.facts import Table
from reporting.contents.gather import Found
from reporting.contents.slices import A_DAY, last_day
from reporting.queries.reports import OPEN_TO_CHAIRS
from schools.models import School
from schools.strategy.basics import SupportUnit
from schools.words import amount_words, listed, pounds, year_words

GIVEN = ("Owed by now", "Came", "Did not come", "Still booked", "Cost, as far as known")


@dataclass(frozen=True)
class Given:
    """The ledgers of a report's schools, as far as anything is counted in them."""

    lines: tuple[tuple[str, list[Line]], ...]  # each school's
    unknown: str  # the parts of the offer of which the trust records nothing, in a sentence

    @classmethod
    def read(cls, found: Found, begins: int) -> Given:
        """By the last day the report looks at; while that is to come, with all that is booked. Eight queries."""
        last, day = last_day(found.report), timezone.localdate(found.now)
        every = ledgers(_in_order(found), begins, today=min(day, last + A_DAY))  # a day late is late
        until = date.max if day <= last else last
        lines = tuple(
            (one.school.known_as, [_until(line, until) for line in one.ledger.lines if line.is_kept]) for one in every
        )
        unknown = list(dict.fromkeys(line.label for one in every for line in one.ledger.unknown))
        words = f"Of {listed(unknown, most=12)} nothing is on record, so it is not counted." if unknown else ""
        return cls(lines, words)


def _until(line: Line, day: date) -> Line:
    return replace(line, entries=tuple(entry for entry in line.entries if entry.on <= day))


def _in_order(found: Found) -> list[School]:
    return [found.schools[line.school_id] for _, line in found.lines]


def given_words(lines: Sequence[Line]) -> tuple[str, ...]:
    """What these lines of ledgers come to together, each in its own unit: see `GIVEN`."""
    costs = [line.cost for line in lines if line.cost is not None]
    sums = (
        _amounts((line.unit, Decimal(line.owed_now)) for line in lines),
        _amounts((line.unit, line.came) for line in lines),
        _amounts((line.unit, line.missed) for line in lines),
        _amounts((line.unit, line.booked) for line in lines),
    )
    if costs:
        return (*sums, pounds(sum(costs, ZERO)))
    return (*sums, "not known" if any(line.came or line.booked for line in lines) else "none")


def _amounts(told: Iterable[tuple[SupportUnit, Decimal]]) -> str:
    """“3 days, 1 visit”, broken between amounts alone; “none”."""
    sums: dict[SupportUnit, Decimal] = {}
    for unit, amount in told:
        sums[unit] = sums.get(unit, ZERO) + amount
    words = [
        amount_words(sums[unit], unit).replace(" ", "\N{NO-BREAK SPACE}") for unit in SupportUnit if sums.get(unit)
    ]
    return ", ".join(words) or "none"


def by_school(found: Found) -> Table:
    """The same of each school, those needing most support first. What it cost is not told to chairs. Seven queries."""
    told, begins = Given.read(found, found.report.period.year), found.report.period.year
    head = GIVEN[:-1] if found.kind.template == OPEN_TO_CHAIRS else GIVEN
    rows = tuple((school, *given_words(lines)[: len(head)]) for school, lines in told.lines)
    return Table(
        "", "", f"Support in {year_words(begins)}, school by school", ("School", *head), rows,
        note=told.unknown, name="given",
    )  # fmt: skip
