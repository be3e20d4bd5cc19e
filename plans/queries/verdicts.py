"""What worked, for whom, at what dose: closed actions and closed plans, searched together (S4-18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    Exists,
    FloatField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
)
from django.utils import timezone

from plans.models import Action, Milestone, Plan, Priority, Validation, Verdict
from plans.models.action import ACTION_WORDS
from plans.models.plan import PLAN_WORDS
from plans.queries.action_support import came_for, with_support
from plans.queries.actions import read_actions
from plans.queries.levels_then import LevelsThen, closed_at_level, levels_then
from plans.queries.validating import validation_of, why_not_validate, with_validation
from plans.rules.dose import dose
from plans.rules.support_entry import Entry
from plans.rules.unnamed import NOTHING_TELLS, Telling, gives_away, telling
from schools.access import FEWEST_OTHERS, Access, Permission, where_may
from schools.models import HeadsSee, Membership, School
from schools.strategy import Strategy

ACTION, PLAN = "action", "plan"
COLUMNS = ("is_a", "pk", "is_read", "closed_at", "rank")
TITLES = {ACTION: "what", PLAN: "title"}
"""What is told of the verdicts of other schools, and so may be searched by whoever does not read their plans."""
SUPPORTED, ALONE = "with", "without"
NOT_YET = "not_yet"
"""In the place of how a plan was validated."""

Came = Mapping[int, list[Entry]]
"""By action, what came for it."""


@dataclass(frozen=True)
class Sought:
    """What is looked for. Blank is anything. `support`: with any named or come, or without."""

    words: str = ""
    verdict: str = ""
    phase: str = ""
    criterion: str = ""
    support: str = ""
    of: str = ""  # “action” or “plan”
    group: str = ""  # of pupils: a target of what it served is about them
    kind: str = ""  # of plan
    level: str = ""  # “axis:level” at which the school stood when it was closed
    validated: str = ""  # of plans: as it was seen from outside, or not yet


@dataclass(frozen=True)
class Judged:
    """One verdict as it is listed. Of a plan that this person does not read: no notes, and nothing to open."""

    kind: str
    pk: int
    school: str
    phase: str
    title: str
    about: str  # the priority it served, and which pupils
    verdict: str
    step: int  # the tone of its tile
    note: str
    evidence: str
    dose: str
    on: date
    stood: str = ""  # at which level the school was then
    validated: str = ""  # how somebody from outside sees it; of who may say so also that nobody has
    is_read: bool = True


@dataclass(frozen=True)
class Told:
    """What the trust lets this person see of the verdicts of schools whose plans they do not read."""

    shown: str = HeadsSee.NOTHING
    telling: Telling = NOTHING_TELLS  # where names are withheld: the words that would give one away
    then: LevelsThen | None = None  # where names are withheld: who stood where, so that a level gives none away


STEPS = {Verdict.WORKED: 1, Verdict.PARTLY: 3, Verdict.DID_NOT: 5}


def closed_actions(where: Q, sought: Sought) -> QuerySet[Action]:
    """Those of the schools this names."""
    rows = Action.objects.filter(where, state=Action.State.DONE)
    rows = rows.filter(
        **_narrow(sought, phase="plan__school__phase", criterion="priority__criterion", kind="plan__kind")
    )
    if sought.group:
        rows = rows.filter(Exists(Milestone.objects.filter(priority=OuterRef("priority"), group=sought.group)))
    if sought.support:
        rows = rows.filter(~with_support() if sought.support == ALONE else with_support())
    return closed_at_level(rows, sought.level, "plan__school") if sought.level else rows


def closed_plans(where: Q, sought: Sought) -> QuerySet[Plan]:
    """Those of the schools this names; a plan has support where one of its actions has."""
    rows = Plan.objects.filter(where, state=Plan.State.CLOSED)
    rows = rows.filter(**_narrow(sought, phase="school__phase", kind="kind"))
    if sought.criterion:
        rows = rows.filter(Exists(Priority.objects.filter(plan=OuterRef("pk"), criterion=sought.criterion)))
    if sought.group:
        rows = rows.filter(Exists(Milestone.objects.filter(priority__plan=OuterRef("pk"), group=sought.group)))
    if sought.support:
        supported = Exists(Action.objects.filter(with_support(), plan=OuterRef("pk")))
        rows = rows.filter(~supported if sought.support == ALONE else supported)
    if sought.validated:
        seen = Validation.objects.filter(plan=OuterRef("pk"))
        rows = rows.filter(
            ~Exists(seen) if sought.validated == NOT_YET else Exists(seen.filter(outcome=sought.validated))
        )
    return closed_at_level(rows, sought.level, "school") if sought.level else rows


def _narrow(sought: Sought, **columns: str) -> dict[str, str]:
    wanted = {"verdict": sought.verdict} | {column: getattr(sought, name) for name, column in columns.items()}
    return {column: value for column, value in wanted.items() if value}


def told_of_others(shown: str) -> Told:
    """By the trust's setting, a `HeadsSee`. At most three queries."""
    if shown != HeadsSee.UNNAMED:
        return Told(shown)
    people = Membership.objects.values_list("user__name", flat=True)
    schools = (name for both in School.objects.values_list("name", "short_name") for name in both)
    return Told(shown, telling(schools, people), levels_then())


def found_verdicts(access: Access, sought: Sought, told: Told) -> QuerySet[Any]:
    """Which of the two, its number, whether its plan is read, when it was closed: best match first, else the latest.

    Of schools whose plans are not read no notes are searched, and no kind of plan is told; nor at which level one
    stands that is named, and of the others only where enough stand there. One query; two more without names.
    """
    arms: list[QuerySet[Any]] = []
    for kind, closed, school in ((ACTION, closed_actions, "plan__school"), (PLAN, closed_plans, "school")):
        if sought.of not in ("", kind) or (sought.validated and kind == ACTION):
            continue
        read = read_actions(access) if kind == ACTION else where_may(access, Permission.SEE_PLANS, school)
        arms.append(_ranked(closed(read, sought), sought.words, kind, is_read=True))
        if told.shown != HeadsSee.NOTHING and _is_told(sought, told):
            others = closed(~where_may(access, Permission.SEE_PLANS, school) & _of_others(told, kind, school), sought)
            arms.append(_ranked(_unnamed(others, told, kind, school, sought), sought.words, kind, is_read=False))
    if not arms:
        return _ranked(Action.objects.none(), "", ACTION, is_read=True)
    found = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    return found.order_by("-rank", "-closed_at", "-pk")


def _is_told(sought: Sought, told: Told) -> bool:
    """Whether what is looked for is told of schools whose plans are not read."""
    return not (sought.kind or sought.validated or (sought.level and told.then is None))


def _of_others(told: Told, kind: str, school: str) -> Q:
    """Of a school; where names are withheld, of a phase with enough others."""
    sent = Q(is_draft=False) if kind == ACTION else Q()
    if told.shown == HeadsSee.NAMED:
        return sent & Q(**{f"{school}__isnull": False})
    many = School.objects.order_by().values("phase").annotate(schools=Count("pk")).filter(schools__gt=FEWEST_OTHERS)
    return sent & Q(**{f"{school}__phase__in": many.values("phase")})


def _unnamed(rows: QuerySet[Any], told: Told, kind: str, school: str, sought: Sought) -> QuerySet[Any]:
    """Where names are withheld, those in words, and if it is asked at levels, that give nobody away."""
    if told.then is None:
        return rows
    told_as = rows.order_by().values_list("pk", TITLES[kind], school, "closed_at")
    kept = [
        pk
        for pk, title, of, at in told_as
        if not gives_away(title, told.telling)
        and (not sought.level or told.then.is_of_many(of, timezone.localdate(at)))
    ]
    return rows.filter(pk__in=kept)


def _ranked(rows: QuerySet[Any], words: str, kind: str, *, is_read: bool) -> QuerySet[Any]:
    rows = rows.order_by().annotate(is_a=Value(kind, CharField()), is_read=Value(is_read, BooleanField()))
    if not words:
        return rows.annotate(rank=Value(0.0, FloatField())).values_list(*COLUMNS)
    whole = ACTION_WORDS if kind == ACTION else PLAN_WORDS
    read = whole if is_read else SearchVector(TITLES[kind], config="english")
    rank = SearchRank(read, _asked(words))
    return with_words(rows, words, read).annotate(rank=rank).values_list(*COLUMNS)


def with_words(rows: QuerySet[Any], words: str, read: SearchVector) -> QuerySet[Any]:
    """Those in which these words stand, as a person writes them into a search."""
    return rows.alias(found_in=read).filter(found_in=_asked(words))


def _asked(words: str) -> SearchQuery:
    return SearchQuery(words, config="english", search_type="websearch")


def judged(found: Sequence[tuple[str, int, bool, Any, float]], told: Told, access: Access) -> list[Judged]:
    """What a page of them shows, in their order. At most nine queries."""
    actions = _actions([pk for kind, pk, *_ in found if kind == ACTION])
    plans = _plans([pk for kind, pk, *_ in found if kind == PLAN], access)
    came = came_for(list(actions), list(plans)) if found else {}
    schools = [(actions[pk].plan if kind == ACTION else plans[pk]).school_id for kind, pk, *_ in found]
    then = told.then or levels_then([one for one in schools if one])
    rows = [
        _of_action(actions[pk], came) if kind == ACTION else _of_plan(plans[pk], came, access) for kind, pk, *_ in found
    ]
    rows = [replace(row, stood=then.words(of, row.on)) for row, of in zip(rows, schools, strict=True)]
    each = zip(rows, schools, found, strict=True)
    return [row if is_read else _as_told(row, told, of) for row, of, (_, _, is_read, *_) in each]


def _as_told(row: Judged, told: Told, school: int | None) -> Judged:
    """What was done, for whom, at what dose and the verdict: no notes, and nothing to open."""
    tells = told.then is not None and school is not None and told.then.is_of_many(school, row.on)
    row = replace(row, is_read=False, note="", evidence="", validated="", stood=row.stood if tells else "")
    if told.then is None:
        return row
    about, dose = ("" if gives_away(text, told.telling) else text for text in (row.about, row.dose))
    return replace(row, school="Another school", about=about, dose=dose)


def _actions(pks: Iterable[int]) -> dict[int, Action]:
    rows = Action.objects.select_related("plan__school", "plan__strategy_version", "priority")
    rows = rows.defer("plan__strategy_version__text", "plan__strategy_version__document", "plan__final")
    stages = Prefetch("priority__milestones", Milestone.objects.all())
    return rows.prefetch_related(stages).in_bulk(list(pks))


def _plans(pks: Iterable[int], access: Access) -> dict[int, Plan]:
    rows = with_validation(Plan.objects.all(), access).select_related("school", "strategy_version")
    rows = rows.defer("strategy_version__text", "strategy_version__document", "final")
    return rows.prefetch_related("actions", "priorities__milestones").in_bulk(list(pks))


def _phase(plan: Plan) -> str:
    return str(plan.school.get_phase_display()) if plan.school else ""


def _of_action(row: Action, came: Came) -> Judged:
    plan, stages = row.plan, list(row.priority.milestones.all()) if row.priority else []
    served = [row.priority.label] if row.priority else []
    assert row.closed_at is not None  # the database has seen to it
    closed = timezone.localdate(row.closed_at)
    return Judged(
        ACTION, row.pk, plan.known_as, _phase(plan), row.what,
        _about(served, stages, _strategy(plan)), str(row.get_verdict_display()), STEPS[Verdict(row.verdict)],
        row.verdict_note, row.verdict_evidence,
        dose(
            row.agreed_on, closed, support=[row.support], budget=row.budget, training=[row.training],
            came=came.get(row.pk, []),
        ),
        closed,
    )  # fmt: skip


def _of_plan(row: Plan, came: Came, access: Access) -> Judged:
    priorities, actions = list(row.priorities.all()), list(row.actions.all())
    stages = [stage for one in priorities for stage in one.milestones.all()]
    spent = sum((one.budget for one in actions if one.budget), Decimal(0))
    assert row.closed_at is not None  # the database has seen to it
    closed = timezone.localdate(row.closed_at)
    return Judged(
        PLAN, row.pk, row.known_as, _phase(row), row.title,
        _about([one.label for one in priorities], stages, _strategy(row)), str(row.get_verdict_display()),
        STEPS[Verdict(row.verdict)], row.verdict_note, row.verdict_evidence,
        dose(
            row.begun_on, closed, support=[one.support for one in actions], budget=spent,
            training=[one.training for one in actions],
            came=[entry for one in actions for entry in came.get(one.pk, [])],
        ),
        closed, validated=_validated(row, access),
    )  # fmt: skip


def _validated(row: Plan, access: Access) -> str:
    said = validation_of(row)
    if said is not None:
        return said.words
    return "" if why_not_validate(access, row) else "Not yet validated"


def _strategy(plan: Plan) -> Strategy | None:
    return plan.strategy_version.strategy if plan.strategy_version else None


def _about(served: Sequence[str], stages: Iterable[Milestone], strategy: Strategy | None) -> str:
    """“Writing at length; disadvantaged pupils”."""
    keys = dict.fromkeys(one.group for one in stages if one.measure and one.group != "all")
    groups = strategy.group_by_key if strategy else {}
    return "; ".join([*served, *(groups[key].label for key in keys if key in groups)])
