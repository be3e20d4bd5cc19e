"""One school's page: where it is and why, how it came there, what comes next. Five queries beside the school's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from categorisation.models import Assessment, Decision, Proposal
from categorisation.rules import Period as RulePeriod
from categorisation.rules import axes_for, next_due, period_asked
from categorisation.rules.why import Why, why_of
from reporting.queries.calendar import Calendar, Meet, deciding_kinds, read_calendar
from reporting.queries.categories import Category, Decided, Proposed, category_of
from reporting.queries.cells import Cell, Column, ReadRow, cell
from reporting.queries.gathering import Begun
from reporting.queries.overview import columns_of
from schools.models import Period, School
from schools.queries import Followed, kpi_numbers
from schools.strategy import Axis, Strategy

TERMS_SHOWN = 6


class Answer(NamedTuple):
    """The school's reply to a decision."""

    text: str
    by: str
    job: str
    at: datetime


class Told(NamedTuple):
    """A decision with the reply, and the proposal it was made on."""

    row: Decided
    proposal_id: int | None
    answer: Answer | None


@dataclass(frozen=True)
class AxisStory:
    """One axis: the category now, why, and every decision so far, latest first."""

    axis: Axis
    category: Category
    why: Why | None
    decisions: tuple[Told, ...]
    judged_again: date | None = None

    @property
    def latest(self) -> Told | None:
        return self.decisions[0] if self.decisions else None

    @property
    def here_since(self) -> date | None:
        """Since when it is where it is, without a break."""
        run = []
        for one in self.decisions:
            if one.row.level != self.decisions[0].row.level:
                break
            run.append(one.row.effective_on)
        return run[-1] if run else None


@dataclass(frozen=True)
class Rated:
    """An agreed matrix, criterion by criterion."""

    period: Period
    agreed_at: datetime | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class SchoolStory:
    """Everything a school's page says."""

    school: School
    strategy: Strategy
    calendar: Calendar
    period: Period
    axes: tuple[AxisStory, ...]
    columns: tuple[Column, ...]
    rated: tuple[Rated, ...]  # latest first
    asked: Period
    begun: Begun | None
    meeting: Meet | None


def school_story(
    school: School,
    followed: Followed,
    *,
    today: date,
    decisions: bool,
    matrix: bool,
    proposals: bool,
    told_by: datetime | None,
) -> SchoolStory | None:
    """What one person may see of the school; None before its first strategy or term.

    `told_by` leaves out decisions the school had not been told of by then.
    """
    calendar, version = read_calendar(today), followed.by(school, today)
    period = calendar.term(None)
    if version is None or period is None:
        return None
    reader = _Reader(school, version.strategy, followed, calendar, period, today)
    begun = reader.matrices() if matrix or decisions else []
    told = reader.decisions(told_by) if decisions else []
    stories = reader.axes(begun, told, proposals=proposals) if decisions else ()
    columns = tuple(columns_of(version.strategy, numbers := kpi_numbers(), by_kpi=False))
    asked = reader.asked(stories)
    return SchoolStory(
        school=school,
        strategy=version.strategy,
        calendar=calendar,
        period=period,
        axes=stories,
        columns=tuple(column for column in columns if reader.is_asked(column)),
        rated=tuple(reader.rated(begun, columns, numbers)) if matrix else (),
        asked=asked,
        begun=next((one for one in begun if one.row.period_id == asked.pk), None)
        or next((one for one in begun if one.row.starts_on >= asked.starts_on), None),
        meeting=calendar.next_meeting(deciding_kinds([version.strategy])),
    )


@dataclass(frozen=True)
class _Reader:
    school: School
    strategy: Strategy
    followed: Followed
    calendar: Calendar
    period: Period
    today: date

    def matrices(self) -> list[Begun]:
        """The school's matrices of the last years under this strategy, latest first."""
        rows = (
            Assessment.objects.filter(school=self.school, period__in=[one.pk for one in self.calendar.periods])
            .order_by("-period__starts_on", "-period__half")
            .values_list(
                "pk", "period_id", "period__starts_on", "strategy_version_id", "levels", "evidence_days",
                "source_counts", "state", "due_on", "submitted_at", "agreed_at", "returned_note",
            )
        )  # fmt: skip
        found = []
        for pk, period, starts_on, version, levels, days, counts, state, *rest in rows:
            strategy = self.followed.by_pk[version].strategy
            if strategy.identity.key == self.strategy.identity.key:
                row = ReadRow(pk, period, starts_on, strategy, levels, days, counts)
                found.append(Begun._make((pk, state, *rest, row)))
        return found

    def decisions(self, told_by: datetime | None) -> list[Told]:
        """Every decision about the school, latest first."""
        rows = Decision.objects.filter(school=self.school).order_by("-effective_on", "-pk")
        if told_by is not None:
            rows = rows.filter(tell_at__lte=told_by)
        fields: Sequence[str] = Decided._fields[:-2]
        reply = ("replies__text", "replies__by__user__name", "replies__by__job_title", "replies__at")
        found = []
        for row in rows.values_list(*fields, "proposal_id", *reply):
            decided, (proposal, *said) = row[: len(fields)], row[len(fields) :]
            answer = Answer(*said) if said[0] else None
            found.append(Told(Decided._make((*decided, answer is not None, None)), proposal, answer))
        return found

    def axes(self, begun: list[Begun], told: list[Told], *, proposals: bool) -> tuple[AxisStory, ...]:
        by_axis = {axis.key: [one for one in told if one.row.axis == axis.key] for axis in self.strategy.axes}
        agreed = next((one for one in begun if one.state == Assessment.State.AGREED), None)
        wanted = [own[0].proposal_id for own in by_axis.values() if own]
        explained = self._proposals(wanted, agreed.pk if agreed and proposals else None)
        return tuple(
            self._axis(axis, by_axis[axis.key], explained) for axis in axes_for(self.strategy, self.school.phase)
        )

    def _proposals(self, wanted: Iterable[int | None], assessment: int | None) -> list[tuple[Proposed, dict[str, Any]]]:
        """Those the latest decisions rest on, and those of the latest agreed matrix."""
        rows = Proposal.objects.filter(pk__in=[pk for pk in wanted if pk])
        if assessment is not None:
            rows = rows | Proposal.objects.filter(assessment=assessment)
        fields = ["pk", "assessment_id", "assessment__school_id", "assessment__period_id", *Proposed._fields[4:9]]
        found = []
        for *row, explanation in rows.values_list(*fields, "explanation").order_by("made_at"):
            held = (explanation.get("words") or {}).get("held") or [""]
            found.append((Proposed._make((*row, held[0])), explanation))
        return found

    def _axis(self, axis: Axis, told: list[Told], explained: list[tuple[Proposed, dict[str, Any]]]) -> AxisStory:
        latest = told[0] if told else None
        own = [(row, words) for row, words in explained if row.axis == axis.key]
        proposal = own[-1] if own else None
        category = category_of(axis, self.strategy, latest.row if latest else None, proposal[0] if proposal else None)
        of = category.proposal_id if category.state == "proposed" else latest.proposal_id if latest else None
        words = next((words for row, words in own if row.pk == of), None)
        again = None
        if category.state == "agreed" and category.since:
            again = next_due(axis, category.level, category.since, self._rule_periods())
        return AxisStory(axis, category, why_of(self.strategy, words) if words else None, tuple(told), again)

    def _rule_periods(self) -> list[RulePeriod]:
        shared = [one for one in self.calendar.periods if one.school_id in (None, self.school.pk)]
        return [RulePeriod("half_term" if one.half else "term", one.starts_on, one.ends_on) for one in shared]

    def is_asked(self, column: Column) -> bool:
        return any(not kpi.phases or self.school.phase in kpi.phases for _, kpi in column.kpis)

    def rated(self, begun: list[Begun], columns: tuple[Column, ...], numbers: dict[str, int]) -> Iterable[Rated]:
        """The latest agreed matrices; only the newest is judged by its age today."""
        agreed = [one for one in begun if one.state == Assessment.State.AGREED][:TERMS_SHOWN]
        periods = {one.pk: one for one in self.calendar.periods}
        rows = [one.row.read_as(self.strategy, numbers) for one in agreed]
        for place, (one, row) in enumerate(zip(agreed, rows, strict=True)):
            before = rows[place + 1] if place + 1 < len(rows) else None
            period = periods[row.period_id]
            day = self.today if not place else min(period.ends_on, self.today)
            cells = (
                cell(each, row, before, phase=self.school.phase, today=day) for each in columns if self.is_asked(each)
            )
            yield Rated(period, one.agreed_at, tuple(cells))

    def asked(self, stories: Iterable[AxisStory]) -> Period:
        """The period the school rates now."""
        decided = [(one.axis, one.latest.row.level, one.latest.row.effective_on) for one in stories if one.latest]
        return period_asked(self.period, self.calendar.half_of(self.school.pk, self.today), decided)
