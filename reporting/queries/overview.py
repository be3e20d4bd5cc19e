"""Every school of the trust on one page: categories, criteria, what changed, what is overdue. Eight queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from categorisation.models import Assessment, Decision, Proposal
from categorisation.rules import axes_for
from reporting.queries.cells import Cell, Column, ReadRow, cell
from schools.models import Period, School, StrategyVersion
from schools.queries import kpi_numbers, strategy_versions_on
from schools.strategy import Axis, Strategy

LOOK_BACK = timedelta(days=800)
"""How far back an earlier agreed matrix or decision is looked for: two years and a term."""


@dataclass(frozen=True)
class Category:
    """A school's place on one axis: what was decided, or what is proposed and not decided yet."""

    axis: str
    axis_label: str
    word: str
    step: int
    state: str  # agreed, proposed, open
    level: str = ""
    was: str = ""
    was_step: int = 0
    travel: str = ""
    since: date | None = None
    reason: str = ""
    decision_id: int | None = None
    proposal_id: int | None = None
    reply_due_on: date | None = None

    @property
    def moved(self) -> bool:
        return self.travel in ("up", "down")


@dataclass(frozen=True)
class SchoolLine:
    """One school's line of the matrix."""

    school_id: int
    name: str
    pupils: int | None
    phase: str
    joined_on: date
    strategy_key: str
    categories: tuple[Category, ...]
    cells: tuple[Cell, ...]
    rated_on: date | None = None  # first day of the period of the matrix shown
    matrix_state: str = ""  # of the current period; empty: not begun
    matrix_due_on: date | None = None
    matrix_id: int | None = None

    @property
    def need(self) -> tuple[int, ...]:
        """For sorting, most support first."""
        steps = sorted((category.step for category in self.categories), reverse=True)
        return (*[-step for step in steps], -sum(cell.step in (4, 5) for cell in self.cells))


@dataclass(frozen=True)
class Sheet:
    """The schools that follow one strategy, with that strategy's columns."""

    version: StrategyVersion
    strategy: Strategy
    axes: tuple[Axis, ...]
    columns: tuple[Column, ...]
    lines: tuple[SchoolLine, ...]


@dataclass(frozen=True)
class Overview:
    """The whole trust at one moment."""

    period: Period
    today: date
    sheets: tuple[Sheet, ...]
    last_meeting_on: date | None = None

    @property
    def lines(self) -> list[SchoolLine]:
        return [line for sheet in self.sheets for line in sheet.lines]

    def changes(self) -> list[tuple[SchoolLine, Category]]:
        """Categories that move: proposed moves, and decisions of this period that moved a school."""
        return [
            (line, category)
            for line in self.lines
            for category in line.categories
            if category.moved
            and (category.state == "proposed" or (category.since or date.min) >= self.period.starts_on)
        ]

    def overdue(self) -> list[SchoolLine]:
        """Schools whose matrix of this period was due before today and has not been sent."""
        return [
            line
            for line in self.lines
            if line.matrix_due_on and line.matrix_due_on < self.today and line.matrix_state in ("", "draft", "returned")
        ]

    def count(self, *, unknown: bool = False, stale: bool = False) -> int:
        """How many cells are unknown, or rest on old evidence."""
        cells = [cell for line in self.lines for cell in line.cells if cell.applies]
        return sum((unknown and cell.step == 0) or (stale and cell.stale_months is not None) for cell in cells)


@dataclass
class _Gathered:
    """Rows read once for all schools."""

    numbers: dict[str, int]
    rows: dict[int, list[ReadRow]] = field(default_factory=lambda: defaultdict(list))
    current: dict[int, tuple[int, str, date]] = field(default_factory=dict)
    decisions: dict[tuple[int, str], list[Decision]] = field(default_factory=lambda: defaultdict(list))
    proposals: dict[tuple[int, str], Proposal] = field(default_factory=dict)


def overview(period: Period, *, today: date, schools: Iterable[School] | None = None, by_kpi: bool = False) -> Overview:
    """The trust as it stood in `period`, or as it stands today when the period is the current one.

    `schools` limits the lines (a scoped, visible queryset); `by_kpi` gives a column for each KPI instead of criterion.
    """
    day = min(today, period.ends_on)
    listed = list(School.objects.on(day) if schools is None else schools)
    versions = strategy_versions_on(day)
    gathered = _gather([school.pk for school in listed], period)
    grouped: dict[int, list[School]] = defaultdict(list)
    by_pk = {version.pk: version for version in versions.values()}
    for school in listed:
        version = versions.get(school.pk) or versions.get(None)
        if version is not None:
            grouped[version.pk].append(school)
    sheets = [_sheet(by_pk[pk], group, gathered, period, day, by_kpi) for pk, group in grouped.items()]
    return Overview(period=period, today=day, sheets=tuple(sorted(sheets, key=lambda sheet: -len(sheet.lines))))


def _gather(school_ids: Sequence[int], period: Period) -> _Gathered:
    found = _Gathered(numbers=kpi_numbers())
    since = period.starts_on - LOOK_BACK
    versions = {v.pk: v for v in StrategyVersion.objects.defer("text", "document")}
    rows = (
        Assessment.objects.filter(school__in=school_ids, period__starts_on__range=(since, period.ends_on))
        .order_by("-period__starts_on")
        .values_list(
            "pk",
            "school_id",
            "period_id",
            "period__starts_on",
            "strategy_version_id",
            "state",
            "due_on",
            "levels",
            "evidence_days",
            "source_counts",
        )  # fmt: skip
    )
    for pk, school, of_period, starts_on, version, state, due_on, *slots in rows:
        if period.starts_on <= starts_on and school not in found.current:
            found.current[school] = (pk, state, due_on)
        if state == Assessment.State.AGREED and len(found.rows[school]) < 2:
            found.rows[school].append(ReadRow(pk, of_period, starts_on, versions[version].strategy, *slots))
    decided = Decision.objects.filter(school__in=school_ids, effective_on__range=(since, period.ends_on))
    for decision in decided.order_by("-effective_on", "-pk"):
        found.decisions[decision.school_id, decision.axis].append(decision)
    latest = [rows[0].assessment_id for rows in found.rows.values() if rows]
    for proposal in Proposal.objects.filter(assessment__in=latest).defer("explanation").select_related("assessment"):
        found.proposals[proposal.assessment.school_id, proposal.axis] = proposal
    return found


def _sheet(
    version: StrategyVersion, schools: list[School], gathered: _Gathered, period: Period, today: date, by_kpi: bool
) -> Sheet:
    strategy = version.strategy
    columns = tuple(
        column
        for criterion in strategy.criteria
        for column in (
            [Column.of_kpi(strategy, criterion, kpi, gathered.numbers) for kpi in criterion.kpis]
            if by_kpi
            else [Column.of(strategy, criterion, gathered.numbers)]
        )
    )
    lines = [_line(school, strategy, columns, gathered, period, today) for school in schools]
    return Sheet(version, strategy, strategy.axes, columns, tuple(lines))


def _line(
    school: School, strategy: Strategy, columns: tuple[Column, ...], gathered: _Gathered, period: Period, today: date
) -> SchoolLine:
    rows = [row for row in gathered.rows.get(school.pk, []) if row.strategy.identity.key == strategy.identity.key]
    row, before = (rows + [None, None])[:2]
    matrix_id, state, due_on = gathered.current.get(school.pk, (None, "", None))
    return SchoolLine(
        school_id=school.pk,
        name=school.known_as,
        pupils=school.pupils,
        phase=school.phase,
        joined_on=school.joined_on,
        strategy_key=strategy.identity.key,
        categories=tuple(
            _category(
                axis, strategy, gathered.decisions[school.pk, axis.key], gathered.proposals.get((school.pk, axis.key))
            )
            for axis in axes_for(strategy, school.phase)
        ),
        cells=tuple(cell(column, row, before, phase=school.phase, today=today) for column in columns),
        rated_on=row.starts_on if row else None,
        matrix_state=state,
        matrix_due_on=due_on,
        matrix_id=matrix_id,
    )


def _category(axis: Axis, strategy: Strategy, decisions: list[Decision], proposal: Proposal | None) -> Category:
    """The latest decision, unless a newer proposal waits for one."""
    places = {level.key: n for n, level in enumerate(strategy.axis_levels(axis.key))}
    levels = strategy.axis_levels(axis.key)
    decisions = [decision for decision in decisions if decision.level in places]
    latest = decisions[0] if decisions else None
    waiting = proposal is not None and (latest is None or latest.period_id != proposal.assessment.period_id)
    waiting = waiting and (latest is None or proposal.made_at > latest.decided_at)  # type: ignore[union-attr]
    if waiting and proposal is not None:
        was = latest.level if latest else ""
        return _as_category(axis, levels, places, proposal.level, was, state="proposed", proposal=proposal)
    if latest is None:
        return Category(axis.key, axis.label, "Not yet", 0, "open")
    return _as_category(axis, levels, places, latest.level, latest.was, state="agreed", decision=latest)


def _as_category(
    axis: Axis,
    levels: Sequence,
    places: dict[str, int],
    key: str,
    was: str,
    *,
    state: str,
    decision: Decision | None = None,
    proposal: Proposal | None = None,
) -> Category:
    moved = key in places and was in places and key != was
    level = levels[places[key]] if key in places else None
    return Category(
        axis=axis.key,
        axis_label=axis.label,
        word=level.label if level else "Not enough evidence",
        step=level.tone if level else 0,
        state=state,
        level=key,
        was=levels[places[was]].label if was in places else "",
        was_step=levels[places[was]].tone if was in places else 0,
        travel=("up" if places[key] < places[was] else "down") if moved else "",
        since=decision.effective_on if decision else None,
        reason=decision.reason if decision else "",
        decision_id=decision.pk if decision else None,
        proposal_id=proposal.pk if proposal else None,
        reply_due_on=decision.reply_due_on if decision else None,
    )
