"""Schools to look at early, with the signs. The same number of queries for any number of schools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Least
from django.utils import timezone

from categorisation.models import Assessment
from evidence.queries.values import Values, known_values
from evidence.rules.arithmetic import value_of
from evidence.rules.comparing import about_words
from plans.queries.support import SchoolLedger
from reporting.queries.late import late_of
from reporting.queries.ledgers import ledgers_of
from reporting.queries.overview import Overview, SchoolLine, Sheet
from reporting.rules.early import Moved, Owed, Seen, Sign, is_listed, signs_of
from reporting.rules.late import MATRIX, Late, late_words
from schools.models import RoleGrant, School
from schools.strategy import Role, Strategy
from schools.words import amount_words

NOTHING_CAME = "Nothing is on record this year."
MOST_TOLD = 3
"""Kinds of support told of one school."""


@dataclass(frozen=True)
class Early:
    """One school with its signs."""

    line: SchoolLine
    strategy: Strategy
    signs: tuple[Sign, ...]
    had: str = ""  # what support it had this year, in a sentence

    @property
    def kinds(self) -> int:
        return len({one.kind for one in self.signs})

    @property
    def is_listed(self) -> bool:
        return is_listed(self.signs, self.strategy.early_warning)

    @property
    def can_slip(self) -> bool:
        """Whether there is a weaker level on some axis; where schools have no category, always."""
        known = [one for one in self.line.categories if one.step]
        if not known:
            return True
        weakest = {axis.key: self.strategy.axis_levels(axis.key)[-1].key for axis in self.strategy.axes}
        return any(one.level != weakest.get(one.axis) for one in known)


def with_heads(schools: QuerySet[School]) -> QuerySet[School]:
    """The same schools, each with when every headteacher it had left it, for `early`. No query more."""
    heads = RoleGrant.objects.filter(role=Role.HEAD, school=OuterRef("pk"))
    return schools.annotate(heads_left=ArraySubquery(heads.values_list(Least("ended_at", "membership__ended_at"))))


def early(seen: Overview) -> list[Early]:
    """Every school of an overview of `with_heads`, with its signs, most kinds of sign first. Three or four queries.

    The overview is to say what was agreed and told, and nothing that is only proposed.
    """
    schools, late = {school.pk: school for school in seen.schools}, late_of(seen)
    ledgers = {one.school.pk: one for one in ledgers_of(seen)}
    found = []
    for sheet in seen.sheets:
        strategy = sheet.strategy
        here = [schools[line.school_id] for line in sheet.lines]
        values = _values(here, strategy, seen.today)
        for line in sheet.lines:
            known = _seen(
                line,
                overdue=late_words([*_matrix(line, sheet), *late.get(line.school_id, ())], seen.calendar.today),
                labels={one.key: one.label for one in strategy.criteria},
                moved=tuple(_moved(values, schools[line.school_id], strategy)),
                head=_head(schools[line.school_id]),
                owed=_owed(ledgers.get(line.school_id)),
            )  # fmt: skip
            signs = signs_of(known, strategy.early_warning, today=seen.today)
            found.append(Early(line, strategy, signs, _had(ledgers.get(line.school_id))))
    return sorted(found, key=lambda one: (-one.kinds, one.line.need, one.line.name))


@dataclass(frozen=True)
class Head:
    """Whether a school has a headteacher, and when one last ended."""

    has_one: bool
    left_on: date | None


def _head(school: Any) -> Head:
    left = [timezone.localdate(at) for at in school.heads_left if at]
    return Head(has_one=None in school.heads_left, left_on=max(left, default=None))


def _owed(ledger: SchoolLedger | None) -> tuple[Owed, ...]:
    """What was owed to a school by now this year, and what has come, entitlement by entitlement."""
    behind = ledger.ledger.behind if ledger else []
    return tuple(Owed(line.label, line.unit.value, Decimal(line.owed_now), line.came) for line in behind)


def _had(ledger: SchoolLedger | None) -> str:
    """What came this year, of what was owed by now where something was; what a school had most of first."""
    offered = [line for line in ledger.ledger.lines if line.entitlement] if ledger else []
    lines = [line for line in offered if line.came or (line.is_kept and line.owed_now)]
    told = [
        f"{line.label}: {amount_words(line.came, line.unit)}{f', {line.owed_now} owed by now' if line.owed_now else ''}"
        for line in sorted(lines, key=lambda one: -one.came)
    ]
    return f"{'; '.join(told[:MOST_TOLD])}{'; and more' if told[MOST_TOLD:] else ''}." if told else NOTHING_CAME


def _values(schools: Sequence[School], strategy: Strategy, today: date) -> Values:
    asked = [(one.measure, one.group) for one in strategy.early_warning.figures]
    return known_values(schools, asked, on=today, measures=strategy.measure_by_key, groups=strategy.group_by_key)


def _moved(values: Values, school: School, strategy: Strategy) -> Iterator[Moved]:
    """The newest figure beside that of the same span a year before; nothing where either is hidden or unknown."""
    for watched in strategy.early_warning.figures:
        found, measure = values.of(school, watched.measure, watched.group), strategy.measure_by_key[watched.measure]
        newest = next((one for one in found.numbers if not one.hidden), None)
        before = next((one for one in found.earlier(newest) if one.year == newest.year - 1), None) if newest else None
        if newest is None or before is None or before.hidden:
            continue
        now, then = (value_of(measure.kind, one.amount) for one in (newest, before))
        if now is not None and then is not None:
            yield Moved(measure, now, then, about_words(newest.year, newest.span), watched.worse_by)


def _seen(
    line: SchoolLine, *, labels: Mapping[str, str], moved: Sequence[Moved], head: Head, owed: Sequence[Owed],
    overdue: Sequence[str],
) -> Seen:  # fmt: skip
    asked = [cell for cell in line.cells if cell.applies] if line.rated_on else []
    return Seen(
        weaker=[labels[cell.key] for cell in asked if cell.travel == "down"],
        stronger=sum(cell.travel == "up" for cell in asked),
        unknown=sum(cell.unsure and not cell.step for cell in asked),
        old=sum(cell.unsure and bool(cell.step) for cell in asked),
        asked=len(asked),
        has_head=head.has_one,
        head_left_on=head.left_on,
        moved=moved,
        owed=owed,
        overdue=overdue,
    )


def _matrix(line: SchoolLine, sheet: Sheet) -> Iterator[Late]:
    if line.matrix_due_on and Assessment.is_unsent(line.matrix_state):
        yield Late(MATRIX, line.matrix_due_on, sheet.strategy.identity.words.matrix)
