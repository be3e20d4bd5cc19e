"""The early list: only agreed levels count, and everything past its day is a sign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from evidence.models import Return, SelfEvaluation
from plans.models import Action, ApprovalStep, Concern, Plan, PlanEdition, StageChange
from reporting.queries.calendar import read_calendar
from reporting.queries.categories import Category
from reporting.queries.early import Early, early, with_heads
from reporting.queries.late import late_of
from reporting.queries.overview import overview
from reporting.rules.late import (
    ACTION,
    LACKS,
    MATRIX,
    PLAN,
    RETURN,
    SEF,
    STAGE,
    UNSENT,
    Late,
    late_words,
    send_by,
    unsent_words,
)
from schools.models import School
from schools.rules.rhythm import HalfTerm
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, start_trust, stopped_at
from tests.reporting.stories import agree, decide, moment, rate, term
from tests.reporting.world import furnish

DAYS = timedelta(days=1)


_today = stopped_at(moment(TODAY, 14))


CASES: list[tuple[list[Late], list[str]]] = [
    ([], []),
    ([Late(MATRIX, TODAY, "risk matrix")], []),
    ([Late(MATRIX, TODAY - 12 * DAYS, "risk matrix")], ["the risk matrix is twelve days past its day"]),
    (
        [Late(PLAN, TODAY - 242 * DAYS, "Rapid plan", 5)],
        ["the update of “Rapid plan” is 242 days late, and five more were missed since"],
    ),
    (
        [Late(ACTION, TODAY - DAYS, "Read"), Late(ACTION, TODAY - 40 * DAYS, "Teach")],
        ["two actions are past their day, the first by 40 days"],
    ),
    (
        [Late(RETURN, TODAY - DAYS, "Autumn data"), Late(SEF, TODAY - DAYS, "School Summary")],
        ["the School Summary is one day late", "the return “Autumn data” is one day late"],
    ),
    ([Late(STAGE, TODAY - 3 * DAYS)], ["the review of its place on the ladder is three days late"]),
    ([Late(LACKS, TODAY, "Rapid plan")], []),
    (
        [Late(LACKS, TODAY - DAYS, "Rapid plan"), Late(LACKS, TODAY - DAYS, "Action plan")],
        ["its level asks for “Action plan” and “Rapid plan” by 19 November 2026, and none is open"],
    ),
    (
        [Late(LACKS, TODAY - DAYS, "Rapid plan"), Late(LACKS, TODAY - 2 * DAYS, "Action plan")],
        ["its level asks for “Action plan” by 18 November 2026 and “Rapid plan” by 19 November 2026, and none is open"],
    ),
    ([Late(UNSENT, TODAY, "Rapid plan", how="begun, not sent")], []),
    (
        [
            Late(UNSENT, TODAY - DAYS, "Action plan", how=unsent_words("Returned", date(2026, 11, 3))),
            Late(UNSENT, TODAY - 4 * DAYS, "Rapid plan", how=unsent_words("", date(2026, 11, 3))),
        ],
        [
            "of what its level asks for, “Rapid plan” is four days late (begun, not sent) and “Action plan” is one day "
            "late (returned on 3 November 2026, not sent again)"
        ],
    ),
]


@pytest.mark.parametrize(("late", "said"), CASES)
def test_each_kind_is_told_once_by_its_first_missed_day(late: list[Late], said: list[str]) -> None:
    assert late_words(late, TODAY) == said


def found(cast: Cast, name: str = "dunmere") -> Early:
    today = timezone.localdate()
    calendar = read_calendar(today)
    period = calendar.term(None)
    assert period is not None
    schools = with_heads(School.objects.on(today))
    seen = overview(period, today=today, schools=schools, calendar=calendar, proposals=(), told_by=timezone.now())
    return next(one for one in early(seen) if one.line.school_id == getattr(cast, name).pk)


def test_a_proposal_is_no_level_and_moves_no_school_to_the_weakest(cast: Cast) -> None:
    with trust_scope(cast.alder):
        summer = agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben, level=2), by=cast.ada)
        decide(summer, by=cast.ruth, level="refine")
        weakest = {kpi.key: 4 for criterion in cast.version.strategy.criteria for kpi in criterion.kpis}
        agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=4, but=weakest), by=cast.ada)
        calendar = read_calendar(TODAY)
        (shown,) = [
            line for line in overview(cast.autumn, today=TODAY, calendar=calendar).lines
            if line.school_id == cast.dunmere.pk
        ]  # fmt: skip
        assert {one.state for one in shown.categories} == {"proposed"}
        assert {one.level for one in found(cast).line.categories} == {"refine"}
        assert found(cast).can_slip
    client, url = cast.client(cast.ruth), reverse("early_warning", args=["alder"])
    for headers in ({}, {"HX-Request": "true"}):
        text = client.get(url, headers=headers).content.decode()
        assert "Stabilise" not in text
        assert text.count("Refine") == 2


def test_a_decision_counts_from_when_the_school_was_told(cast: Cast) -> None:
    with trust_scope(cast.alder):
        summer = agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben, level=2), by=cast.ada)
        for one in decide(summer, by=cast.ruth, level="refine"):
            type(one).objects.filter(pk=one.pk).update(tell_at=moment(TODAY, 15))
        url = reverse("early_warning", args=["alder"])
    assert "Refine" not in cast.client(cast.ruth).get(url).content.decode()


def said(cast: Cast) -> str:
    with trust_scope(cast.alder):
        return " ".join(one.words for one in found(cast).signs if one.kind == "overdue")


def test_plans_actions_and_their_days_are_overdue(cast: Cast) -> None:
    with trust_scope(cast.alder):
        plan = Plan.objects.create(
            school=cast.dunmere, kind="sip", title="School improvement plan", year=2025, begun_on=date(2026, 1, 5),
            strategy_version=cast.version, update_due_on=TODAY,
        )  # fmt: skip
        action = Action.objects.create(
            plan=plan, what="Read daily", due_on=TODAY, impact_check_on=TODAY + 20 * DAYS, agreed_on=TODAY - 90 * DAYS
        )
    assert "plan" not in said(cast)
    assert "Read daily" not in said(cast)
    with trust_scope(cast.alder):
        Plan.objects.filter(pk=plan.pk).update(update_due_on=TODAY - 242 * DAYS, ends_on=TODAY - 2 * DAYS)
        Action.objects.filter(pk=action.pk).update(due_on=TODAY - 4 * DAYS)
    text = said(cast)
    assert "pdate of “School improvement plan” is 242 days late, and" in text
    assert "more were missed since" in text
    assert "the time of “School improvement plan” was up two days ago" in text
    assert "the action “Read daily” is four days past its day" in text
    with trust_scope(cast.alder):  # somebody looked, and looks again on a later day
        Action.objects.filter(pk=action.pk).update(verdict="too_early")
    assert "Read daily" not in said(cast)


def test_what_was_never_begun_is_late_until_it_is_sent(cast: Cast) -> None:
    after = moment(cast.autumn.ends_on + 3 * DAYS)
    of_autumn = [one.key for one in cast.version.strategy.returns if one.in_term("autumn")]
    with time_machine.travel(after, tick=False):
        text = said(cast)
        assert "he self-evaluation is" in text
        before = returns_late(cast)
        assert before >= len(of_autumn) > 0
        with trust_scope(cast.alder):
            kept: dict[str, Any] = {
                "school": cast.dunmere, "period": cast.autumn, "strategy_version": cast.version, "due_on": TODAY,
                "state": "submitted", "submitted_at": after,
            }  # fmt: skip
            SelfEvaluation.objects.create(layout="report_card_2025", **kept)
            for key in of_autumn:
                Return.objects.create(point=key, opens_on=TODAY, **kept)
        assert "self-evaluation" not in said(cast)
        assert returns_late(cast) == before - len(of_autumn)


def returns_late(cast: Cast) -> int:
    with trust_scope(cast.alder):
        calendar = read_calendar(timezone.localdate())
        seen = overview(cast.autumn, today=timezone.localdate(), calendar=calendar)
        return sum(one.kind == RETURN for one in late_of(seen)[cast.dunmere.pk])


def test_the_review_of_a_place_on_a_ladder(db: None) -> None:
    trust, version = start_trust("birch-two", "numbered_categories")
    with trust_scope(trust):
        world = furnish(version)
        school, calendar = world.schools[0], read_calendar(TODAY)
        concern = Concern.objects.create(
            school=school, ladder=version.strategy.ladders[0].key, strategy_version=version, state="open",
            trigger="x", evidence="y", opened_on=TODAY - 90 * DAYS,
        )  # fmt: skip
        for days, review in ((90, TODAY - 60 * DAYS), (80, TODAY - 5 * DAYS)):
            StageChange.objects.create(
                concern=concern, step="enter", stage=version.strategy.ladders[0].stages[0].key, reason="x",
                review_on=review, proposed_by=world.head, proposed_at=moment(TODAY - days * DAYS), outcome="agreed",
                decided_by=world.chief, decided_at=moment(TODAY - days * DAYS), since=TODAY - days * DAYS,
            )  # fmt: skip
        period = calendar.term(None)
        assert period is not None
        late = late_of(overview(period, today=TODAY, calendar=calendar))
        assert [one.on for one in late[school.pk] if one.kind == STAGE] == [TODAY - 5 * DAYS]


def test_one_question_however_many_schools(cast: Cast, queries: Callable[..., list[str]]) -> None:
    with trust_scope(cast.alder):
        furnish(cast.version, chief=cast.ruth)
        seen = overview(cast.autumn, today=TODAY, calendar=read_calendar(TODAY))
        assert len(queries(lambda: late_of(seen))) == 1


def test_a_plan_that_the_level_asks_for_and_nobody_has_begun(cast: Cast) -> None:
    with trust_scope(cast.alder):
        summer = agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben, level=4), by=cast.ada)
        decide(summer, by=cast.ruth, level="stabilise")
    both = "ts level asks for “Operational action plan” and “Rapid improvement plan” by "
    assert both in said(cast)
    with trust_scope(cast.alder):
        Plan.objects.create(
            school=cast.dunmere, kind="rapid_improvement_plan", title="Six weeks", year=2026, begun_on=TODAY,
            strategy_version=cast.version,
        )  # fmt: skip
    assert "ts level asks for “Operational action plan” by " in said(cast)


def test_a_plan_that_the_level_asks_for_is_late_until_it_is_sent(cast: Cast) -> None:
    """Begun is not enough; nor is one that came back, until it is sent again. What was agreed once stays."""
    with trust_scope(cast.alder):
        summer = agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben, level=4), by=cast.ada)
        for one in decide(summer, by=cast.ruth, level="stabilise"):
            type(one).objects.filter(pk=one.pk).update(effective_on=TODAY, tell_at=moment(TODAY, 9))
        plan = Plan.objects.create(
            school=cast.dunmere, kind="rapid_improvement_plan", title="Six weeks of work", year=2026, begun_on=TODAY,
            strategy_version=cast.version,
        )  # fmt: skip

    def on_day(day: date) -> str:
        with time_machine.travel(moment(day, 14), tick=False):
            return said(cast)

    last = date(2026, 12, 4)
    assert "Rapid improvement plan" not in on_day(last)
    late = on_day(last + 3 * DAYS)
    assert "f what its level asks for, “Rapid improvement plan” is three days late (begun, not sent)" in late
    assert "asks for “Operational action plan” by 4 December 2026, and none is open" in late
    assert "Six weeks" not in late

    step = send(cast, plan, 1, TODAY)
    assert "Rapid improvement plan" not in on_day(last + 3 * DAYS)
    back = date(2026, 12, 1)
    answer(cast, step, "returned", back)
    assert "Rapid improvement plan" not in on_day(last)  # it has until the day of the level
    assert "is three days late (returned on 1 December 2026, not sent again)" in on_day(last + 3 * DAYS)

    again = send(cast, plan, 2, back)
    answer(cast, again, "withdrawn", last + 4 * DAYS)  # sent in time: late from the day it was taken back
    assert "is two days late (taken back on 8 December 2026, not sent again)" in on_day(last + 6 * DAYS)
    third = send(cast, plan, 3, last + 6 * DAYS)
    answer(cast, third, "approved", last + 7 * DAYS)
    fourth = send(cast, plan, 4, last + 8 * DAYS)
    answer(cast, fourth, "returned", last + 9 * DAYS)  # a change to a plan that stands
    assert "Rapid improvement plan" not in on_day(last + 10 * DAYS)


def send(cast: Cast, plan: Plan, number: int, day: date) -> ApprovalStep:
    with trust_scope(cast.alder):
        at: dict[str, Any] = {"sent_at": moment(day), "sent_by": cast.ben, "writers": [cast.ben.pk]}
        edition = PlanEdition.objects.create(plan=plan, number=number, document={}, **at)
        return ApprovalStep.objects.create(edition=edition, position=1, role="ceo")


def answer(cast: Cast, step: ApprovalStep, outcome: str, day: date) -> None:
    with trust_scope(cast.alder):
        step.outcome, step.words, step.by, step.at = outcome, "Say more", cast.ruth, moment(day)
        step.save()


def test_a_school_has_ten_school_days_to_send_the_plan_of_its_level(cast: Cast) -> None:
    """Of its own calendar; on the day that it is told nothing is overdue."""
    with trust_scope(cast.alder):
        summer = agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben, level=4), by=cast.ada)
        for one in decide(summer, by=cast.ruth, level="stabilise"):
            type(one).objects.filter(pk=one.pk).update(effective_on=TODAY, tell_at=moment(TODAY, 9))
    assert "asks for" not in said(cast)
    last = date(2026, 12, 4)
    with time_machine.travel(moment(last, 14), tick=False):
        assert "asks for" not in said(cast)
    with time_machine.travel(moment(last + 3 * DAYS, 14), tick=False):
        assert "“Rapid improvement plan” by 4 December 2026, and none is open" in said(cast)


BEFORE = HalfTerm(2026, "autumn", 1, date(2026, 9, 3), date(2026, 10, 16))
AFTER = HalfTerm(2026, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18))


@pytest.mark.parametrize(
    ("told", "days", "halves", "by"),
    [
        (date(2026, 9, 8), 10, [BEFORE, AFTER], date(2026, 9, 22)),
        (date(2026, 10, 14), 10, [BEFORE, AFTER], date(2026, 11, 11)),  # two before the holiday and eight after it
        (date(2026, 10, 20), 1, [BEFORE, AFTER], date(2026, 11, 2)),  # in the holiday
        (date(2026, 12, 16), 10, [BEFORE, AFTER], date(2027, 1, 4)),  # beyond the calendar
        (date(2026, 11, 20), 10, [], date(2026, 12, 4)),
    ],
)
def test_days_to_send_a_plan_are_days_of_the_school(told: date, days: int, halves: list[HalfTerm], by: date) -> None:
    assert send_by(told, days, halves) == by


def test_a_school_cannot_slip_from_the_last_level_of_its_scale_whatever_its_colour(db: None) -> None:
    """Two levels may be shown alike: the weaker of them is the weakest, the other is not."""
    _, version = start_trust("cedar", "four_phases", changed=("tone = 5", "tone = 4"))
    strategy = version.strategy
    axis = strategy.axes[0]
    almost, last = strategy.axis_levels(axis.key)[-2:]
    assert almost.tone == last.tone

    def can_slip(level: Any) -> bool:
        category = Category(axis.key, axis.label, level.label, level.tone, "agreed", level.key)
        return Early(SimpleNamespace(categories=[category]), strategy, ()).can_slip  # type: ignore[arg-type]

    assert (can_slip(almost), can_slip(last)) == (True, False)
