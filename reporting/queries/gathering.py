"""Matrices, decisions and proposals of many schools, read once for all of them. Three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, F, Q, Window
from django.db.models.functions import RowNumber

from categorisation.models import Assessment, Decision, Proposal
from reporting.queries.calendar import YEARS_BACK
from reporting.queries.categories import Decided, Proposed, decided_rows, proposed_rows
from reporting.queries.cells import ReadRow
from schools.models import Period
from schools.queries import Followed

LATEST = 2
"""Matrices read of each school, of the agreed and of the others: the one shown and the one before."""


class Begun(NamedTuple):
    """A matrix somebody has opened."""

    pk: int
    state: str
    due_on: date
    submitted_at: datetime | None
    agreed_at: datetime | None
    returned_note: str
    row: ReadRow


@dataclass
class Gathered:
    """Rows read once for all schools."""

    rows: dict[int, list[ReadRow]] = field(default_factory=lambda: defaultdict(list))  # agreed, latest first
    begun: dict[tuple[int, int], Begun] = field(default_factory=dict)  # by school and period
    decided: dict[tuple[int, str], Decided] = field(default_factory=dict)  # the latest, by school and axis
    proposed: dict[tuple[int, str], Proposed] = field(default_factory=dict)  # of the latest agreed matrix


def gather(
    schools: Sequence[int],
    period: Period,
    followed: Followed,
    *,
    proposals: Collection[int] | None = None,
    told_by: datetime | None = None,
) -> Gathered:
    """What is known of the schools in `period`.

    `proposals` limits what is proposed to these schools, `told_by` what is decided to what they were told by then.
    """
    found = Gathered()
    _read_matrices(found, schools, period, followed)
    decisions = Decision.objects.filter(school__in=schools, period__starts_on__lte=period.ends_on)
    if told_by is not None:
        decisions = decisions.filter(tell_at__lte=told_by)
    for row in decided_rows(decisions.latest_of_each()):
        found.decided[row.school_id, row.axis] = row
    latest = [
        rows[0].assessment_id for of, rows in found.rows.items() if rows and (proposals is None or of in proposals)
    ]
    if latest:
        for one in proposed_rows(Proposal.objects.filter(assessment__in=latest)):
            found.proposed[one.school_id, one.axis] = one
    return found


def _read_matrices(found: Gathered, schools: Sequence[int], period: Period, followed: Followed) -> None:
    agreed = ExpressionWrapper(Q(state=Assessment.State.AGREED), output_field=BooleanField())
    order = [F("period__starts_on").desc(), F("period__half").desc()]
    window = Window(RowNumber(), partition_by=[F("school_id"), agreed], order_by=order)
    span = (period.starts_on - YEARS_BACK, period.ends_on)
    rows = (
        Assessment.objects.filter(school__in=schools, period__starts_on__range=span)
        .annotate(place=window)
        .filter(place__lte=LATEST)
        .order_by("school_id", "place")
        .values_list(
            "school_id", "pk", "period_id", "period__starts_on", "strategy_version_id",
            "levels", "evidence_days", "source_counts",
            "state", "due_on", "submitted_at", "agreed_at", "returned_note",
        )
    )  # fmt: skip
    for school, pk, of_period, starts_on, version, levels, days, counts, state, *rest in rows:  # rest as in Begun
        row = ReadRow(pk, of_period, starts_on, followed.by_pk[version].strategy, levels, days, counts)
        found.begun[school, of_period] = Begun._make((pk, state, *rest, row))
        if state == Assessment.State.AGREED:
            found.rows[school].append(row)
