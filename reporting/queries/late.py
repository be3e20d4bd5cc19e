"""What each school is late with, beside its matrix: plans, actions, its place on a ladder, self-evaluation, returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    Field,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, TruncDate

from evidence.models import Return, SelfEvaluation
from evidence.queries.returns import LOOK_BACK, returns_asked
from evidence.queries.sef import due_day, is_asked, versions_for
from plans.models import COUNTS_ON, Action, ApprovalStep, Concern, Plan, PlanEdition, StageChange
from plans.rules.chain import kinds_asked
from plans.rules.progress import missed_since, rhythm_of
from reporting.queries.overview import Overview, SchoolLine
from reporting.rules.late import ACTION, LACKS, OVER, PLAN, RETURN, SEF, STAGE, UNSENT, Late, send_by, unsent_words
from schools.models import School, StrategyVersion
from schools.queries import half_terms_in
from schools.rules.rhythm import HalfTerm

COUNT, DAY, WORD = IntegerField(), DateField(), CharField()


class Row(NamedTuple):
    """One line of what is read in one question; `key`: of a kind of plan or a collection point, `title`: its words."""

    sort: str
    school: int
    period: int | None
    version: int | None
    key: str
    title: str
    state: str
    on: date


def late_of(seen: Overview) -> dict[int, list[Late]]:
    """By school, in no order. One query for any number of schools."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(seen.schools, seen.calendar.today):
        rows[row[0]].append(Row._make(row))
    found: dict[int, list[Late]] = defaultdict(list)
    for row in [*rows[OVER], *rows[ACTION], *rows[STAGE]]:
        found[row.school].append(Late(row.sort, row.on, row.title))
    halves = half_terms_in((one for one in seen.calendar.periods if one.half), seen.schools)
    for line in seen.lines:
        open_ones = [row for row in rows[LACKS] if row.school == line.school_id]
        found[line.school_id] += _lacking(seen, line, open_ones, halves[line.school_id])
    for school, late in [*_updates(seen, rows[PLAN], halves), *_sefs(seen, rows[SEF])]:
        found[school].append(late)
    for school, late in _returns(seen, rows[RETURN]):
        found[school].append(late)
    return found


def _rows(schools: Sequence[School], today: date) -> QuerySet[Any]:
    """What is past its day, and every self-evaluation and return of the last year, for none begun is late too."""
    ids, since = [one.pk for one in schools], today - LOOK_BACK
    plans = Plan.objects.filter(school__in=ids, state=Plan.State.OPEN, strategy_version__isnull=False)
    actions = Action.objects.filter(plan__school__in=ids, state=Action.State.OPEN, is_draft=False)
    actions = actions.annotate(counts=COUNTS_ON).filter(counts__lt=today)
    agreed = StageChange.objects.filter(concern=OuterRef("pk"), outcome=StageChange.Outcome.AGREED)
    latest = Subquery(agreed.order_by("-decided_at", "-pk").values("review_on")[:1])
    concerns = Concern.objects.filter(school__in=ids, state=Concern.State.OPEN).annotate(again=latest)
    sefs = SelfEvaluation.objects.filter(school__in=ids, period__starts_on__gte=since)
    returns = Return.objects.filter(school__in=ids, period__ends_on__gte=since)
    kept = {"period": F("period_id"), "version": F("strategy_version_id"), "state": F("state"), "on": F("due_on")}
    version = F("strategy_version_id")
    return _lines(actions, ACTION, school=F("plan__school_id"), title=F("what"), on=F("counts")).union(
        _lines(plans.filter(update_due_on__lt=today), PLAN, key=F("kind"), title=F("title"), version=version,
               on=F("update_due_on")),
        _lines(_on_their_way(plans), LACKS, key=F("kind"), state=F("stands"), on=F("stands_since")),
        _lines(plans.filter(ends_on__lt=today), OVER, title=F("title"), on=F("ends_on")),
        _lines(concerns.filter(again__lt=today), STAGE, on=F("again")),
        _lines(sefs, SEF, **kept),
        _lines(returns, RETURN, key=F("point"), **kept),
        all=True,
    )  # fmt: skip


SENT, BEGUN = "sent", ""
"""Where an open plan stands that a level asks for; else the outcome of the step by which it came back."""


def _on_their_way(plans: QuerySet[Plan]) -> QuerySet[Any]:
    """Open plans, each with where it `stands` and since when: sent once an edition of it waits or was agreed."""
    ended = ApprovalStep.objects.filter(outcome__in=ApprovalStep.ENDS)
    editions = PlanEdition.objects.filter(plan=OuterRef("pk"))
    live = editions.exclude(Exists(ended.filter(edition=OuterRef("pk"))))
    last = ended.filter(edition__plan=OuterRef("pk")).order_by("-edition__number")
    sent = Case(When(Exists(live), then=Value(SENT)))
    return plans.annotate(
        stands=Coalesce(sent, Subquery(last.values("outcome")[:1]), Value(BEGUN)),
        stands_since=Coalesce(Subquery(last.values_list(TruncDate("at"))[:1]), F("begun_on")),
    )


def _lines(rows: QuerySet[Any], sort: str, **told: Any) -> QuerySet[Any]:
    blank: dict[str, Any] = dict.fromkeys(("key", "title", "state"), Value(""))
    none: dict[str, Any] = dict.fromkeys(("period", "version"), Value(None))
    types: dict[str, Field[Any, Any]] = {"sort": WORD, "school": COUNT, "period": COUNT, "version": COUNT, "on": DAY}
    said: dict[str, Any] = {"sort": Value(sort), "school": F("school_id"), **blank, **none, **told}
    columns = {f"of_{name}": Cast(said[name], types.get(name, WORD)) for name in Row._fields}
    return rows.order_by().annotate(**columns).values_list(*columns)


def _lacking(seen: Overview, line: SchoolLine, rows: Iterable[Row], halves: Sequence[HalfTerm]) -> Iterator[Late]:
    """The kinds of plan that the levels it was told of ask for and that nobody has sent to be approved; by when it was.

    One that came back after that day is late from when it came back. `rows`: the school's open plans.
    """
    strategy = next(one.strategy for one in seen.sheets if line in one.lines)
    since = {one.axis: one.since for one in line.categories if one.state == "agreed"}
    levels = {one.axis: one.level for one in line.categories if one.axis in since}
    here = {row.key: row for row in rows}
    for kind in kinds_asked(strategy, levels):
        days = [day for axis, day in since.items() if kind.axis in (None, axis) and levels[axis] in kind.levels]
        row = here.get(kind.key)
        if (row and row.state == SENT) or (day := next(filter(None, days), None)) is None:
            continue
        by = send_by(day, kind.begin_days, halves)
        if row is None:
            yield Late(LACKS, by, kind.label)
        elif row.state == BEGUN:
            yield Late(UNSENT, by, kind.label, how=unsent_words("", row.on))
        else:
            ended = ApprovalStep.Outcome(row.state).label
            yield Late(UNSENT, max(by, row.on), kind.label, how=unsent_words(str(ended), row.on))


def _updates(
    seen: Overview, rows: Sequence[Row], halves: Mapping[int, Sequence[HalfTerm]]
) -> Iterator[tuple[int, Late]]:
    """Updates of plans, with how many more were missed since the first."""
    levels = {line.school_id: {one.axis: one.level for one in line.categories} for line in seen.lines}
    for row in rows:
        strategy = seen.followed.by_pk[row.version or 0].strategy
        kind = next((one for one in strategy.plan_types if one.key == row.key), None)
        every = rhythm_of(kind, levels.get(row.school, {})) if kind else None
        missed = missed_since(every, halves[row.school], due=row.on, today=seen.calendar.today)
        yield row.school, Late(PLAN, row.on, row.title, missed)


def _sefs(seen: Overview, rows: Sequence[Row]) -> Iterator[tuple[int, Late]]:
    """Those of the current term, begun or not, and older ones that were begun and never sent."""
    today, versions = seen.calendar.today, seen.followed.by_pk
    unsent = (SelfEvaluation.State.DRAFT, SelfEvaluation.State.RETURNED)
    for row in rows:
        if row.state in unsent and row.on < today:
            yield row.school, Late(SEF, row.on, versions[row.version or 0].strategy.self_evaluation.label)
    period = seen.calendar.term(None)
    if period is None:
        return
    begun = {row.school for row in rows if row.period == period.pk}
    chosen: Mapping[int | None, StrategyVersion] = versions_for(period, today, seen.followed)
    for school in seen.schools:
        version = chosen.get(school.pk) or chosen.get(None)
        asked = version is not None and school.pk not in begun and is_asked(version.strategy, school, period, today)
        if version is not None and asked and (due := due_day(period, version.strategy)) < today:
            yield school.pk, Late(SEF, due, version.strategy.self_evaluation.label)


def _returns(seen: Overview, rows: Sequence[Row]) -> Iterator[tuple[int, Late]]:
    """Those of the last year that are with the school, by the rule of every list of returns."""
    today, versions = seen.calendar.today, seen.followed.by_pk
    begun: dict[tuple[int, int], list[Return]] = defaultdict(list)
    for row in rows:
        begun[row.school, row.period or 0].append(
            Return(school_id=row.school, period_id=row.period or 0, strategy_version=versions[row.version or 0],
                   point=row.key, state=row.state, opens_on=row.on, due_on=row.on)
        )  # fmt: skip
    near = [one for one in seen.calendar.periods if one.starts_on <= today and one.ends_on >= today - LOOK_BACK]
    for one in returns_asked(seen.schools, today, periods=near, followed=seen.followed, begun=begun) if near else ():
        if one.is_overdue(today):
            yield one.school_id, Late(RETURN, one.due_on, f"{one.label}, {one.period.short}")
