"""The yearly impact report at its edges: corrections, small numbers, holidays, other scales, years long past."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from categorisation.models import Decision, Rating, Reply
from evidence.models import Figure, Inspection, Return, Target
from plans.models import Plan
from reporting.models import Report
from reporting.services.making import _readers
from schools.models import Kpi, School, StrategyVersion
from tests.factories import member
from tests.reporting.test_impact import AUTUMN, LAST_YEAR, SPRING, SUMMER, came, measure, numbered, report_of, rows
from tests.reporting.world import World, moment

__all__ = ["numbered"]
HOLIDAY = date(2026, 8, 20)


def placed(world: World, school: School, *decisions: tuple[date, str]) -> None:
    Reply.objects.all().delete()
    Decision.objects.all().delete()
    version = StrategyVersion.objects.get()
    for day, level in decisions:
        Decision.objects.create(
            axis=version.strategy.axes[0].key, strategy_version=version, decided_by=world.chief, school=school,
            period=world.terms[0], level=level, effective_on=day, decided_at=moment(day), tell_at=moment(day),
            reply_due_on=day,
        )  # fmt: skip


def test_of_two_decisions_on_one_day_the_correction_counts(numbered: World) -> None:
    placed(numbered, numbered.schools[0], (LAST_YEAR, "two"), (AUTUMN, "four"), (AUTUMN, "two"))
    moved = rows(measure(report_of(numbered), "movement")[0])
    assert moved["Stayed where they were"][0] == "1"
    assert moved["Need more support than before"][0] == "0"


def test_a_level_of_an_earlier_scale_is_not_told_as_the_first(numbered: World) -> None:
    placed(numbered, numbered.schools[0], (LAST_YEAR, "level_of_old"), (AUTUMN, "two"))
    moved = rows(measure(report_of(numbered), "movement")[0])
    assert moved["Placed for the first time"][0] == "0"
    assert moved["Placed on another scale than before"] == ["1", "0", "0", "1"]


def test_what_was_done_in_the_summer_holiday_is_of_the_year_that_ends(numbered: World) -> None:
    version = StrategyVersion.objects.get()
    Plan.objects.create(
        school=numbered.schools[0], kind="isap", title="Reading", year=2025, strategy_version=version, state="closed",
        verdict="worked", closed_at=moment(HOLIDAY), final={},
    )  # fmt: skip
    snapshot = report_of(numbered)
    assert rows(measure(snapshot, "isap_impact")[0])["Plans closed"] == ["0", "0", "1", "1"]
    part = next(one for one in snapshot["parts"] if one["kind"] == "tables")
    assert "to 31 August 2026" in part["lede"]
    (nothing,) = measure(report_of(numbered, term=3), "isap_impact")
    assert nothing["lede"].startswith("No such plan was closed")


def test_support_that_came_after_the_term_does_not_hide_what_was_missing_in_it(numbered: World) -> None:
    school = numbered.schools[0]
    came(numbered, school, AUTUMN, provider="external", provider_words="Hub")
    came(numbered, school, SPRING, provider="external", provider_words="Hub")
    for term, days in ((0, "1 day"), (1, "2 days")):
        parts = report_of(numbered, term=term)["parts"]
        worth = next(one for one in parts if one["title"] == "What it was worth")
        assert rows(worth["groups"][1]["tables"][0])[school.known_as][1] == days


def test_two_schools_of_one_name_are_two(numbered: World) -> None:
    for school in numbered.schools[:2]:
        School.objects.filter(pk=school.pk).update(short_name="St Mary’s")
    worth = next(one for one in report_of(numbered)["parts"] if one["title"] == "What it was worth")
    assert [row[0] for row in worth["groups"][1]["tables"][0]["rows"]].count("St Mary’s") == 2


def returned(world: World, school: School, key: str, counted: int, of: int) -> None:
    """A return of last summer, agreed."""
    period = world.terms[2]
    made = Return.objects.create(
        school=school, period=period, point="summer_return", strategy_version=StrategyVersion.objects.get(),
        state="agreed", opens_on=period.ends_on, due_on=period.ends_on, submitted_at=moment(SUMMER),
        agreed_at=moment(SUMMER),
    )  # fmt: skip
    Figure.objects.create(
        part_of=made,
        school=school,
        period=period,
        measure=key,
        group="all",
        year=2025,
        span="year",
        numerator=counted,
        denominator=of,
    )


def test_a_target_of_a_school_whose_figure_is_hidden_is_counted_as_without_a_figure(numbered: World) -> None:
    strategy = StrategyVersion.objects.get().strategy
    key = next(one.measure for one in strategy.returns[0].asks if strategy.measure_by_key[one.measure].kind == "share")
    for school in numbered.schools[:3]:
        Target.objects.create(school=school, measure=key, year=2025, season="", value=55)
    returned(numbered, numbered.schools[0], key, 3, 4)
    returned(numbered, numbered.schools[1], key, 30, 50)
    Target.objects.create(measure=key, year=2025, season="", value=55)
    schools, trust = measure(report_of(numbered), "targets")
    (counted,) = rows(schools).values()
    assert counted == ["3", "0", "0", "3"]
    ((now, about, beside),) = rows(trust).values()
    assert (now, beside) == ("–", "55.0% by the end of the year")
    assert "small schools" in about


def test_an_inspection_before_joining_is_told_as_such(numbered: World) -> None:
    school = numbered.schools[0]
    School.objects.filter(pk=school.pk).update(joined_on=SPRING)
    Inspection.objects.create(
        urn=school.urn, framework="graded_1_to_4", source="Invented", as_at=AUTUMN, overall="4", inspected_on=AUTUMN,
        published_on=AUTUMN,
    )  # fmt: skip
    (row,) = measure(report_of(numbered), "movement")[1]["rows"]
    assert "before joining" in row[2]


def test_a_moderator_who_does_not_know_has_not_left_it(world: World) -> None:
    matrix = world.schools[0].assessments.get(period=world.terms[1])
    kpi = Kpi.objects.order_by("pk")[0]
    Rating.objects.create(
        assessment=matrix, period=matrix.period, school=matrix.school, kpi=kpi, level=2, moderated_level=0,
        moderated_reason="Not seen.",
    )  # fmt: skip
    told = rows(measure(report_of(world), "self_evaluation_accuracy")[0])
    assert told["Left it as the school had it"][-1] == "0"
    assert told["Found that it is not known"] == ["0", "1", "0", "1"]


@pytest.mark.parametrize(("school", "told"), [(False, {"ceo"}), (True, {"ceo", "head"})])
def test_only_those_who_can_read_a_report_are_told_of_it(numbered: World, school: bool, told: set[str]) -> None:
    of = numbered.schools[0] if school else None
    people: dict[str, Any] = {"head": member("Hal Moss", "head", numbered.schools[0])}
    report = Report(kind="board_report", template="board", school=of, snapshot={"tells": ["ceo", "head"]})
    found = set(_readers(report))
    assert (people["head"] in found) is ("head" in told)
    assert (numbered.chief in found) is not school
