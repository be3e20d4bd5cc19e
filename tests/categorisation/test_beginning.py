"""Which matrix a school may begin: that of the period it is asked for, and late, that of the one before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from categorisation.models import Assessment, Decision
from categorisation.services import open_assessment
from categorisation.services.beginning import asked_period, due_day, why_not_begin
from schools.models import Meeting, Period, School, Trust
from schools.services.strategies import choose_strategy, publish_strategy
from schools.tenancy import trust_scope
from tests.categorisation.test_matrix_pages import url
from tests.conftest import STRATEGIES, TODAY, Cast

pytestmark = pytest.mark.usefixtures("open_alder")


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def term(season: str, year: int = 2026, half: int = 0) -> Period:
    return Period.objects.get(season=season, year=year, half=half, school=None)


def refused(school: School, period: Period) -> str:
    with pytest.raises(ValidationError) as found:
        open_assessment(school, period)
    assert not Assessment.objects.exists()
    return found.value.messages[0]


@pytest.fixture
def half_termly(cast: Cast, open_alder: Trust) -> School:
    """A school whose category, decided in the summer, asks for a matrix each half term."""
    text = (STRATEGIES / "numbered_categories.toml").read_text()
    version = publish_strategy(text, by=None, starts_on=date(2025, 9, 1))
    choose_strategy(version.key, by=None, from_on=date(2025, 9, 1), school=cast.dunmere)
    place(cast, version, "four", on=date(2026, 6, 10))
    return cast.dunmere


def place(cast: Cast, version: Any, level: str, *, on: date) -> None:
    axis = version.strategy.axes[0].key
    Decision.objects.create(
        school=cast.dunmere, period=term("summer", 2025), axis=axis, level=level, strategy_version=version,
        effective_on=on, decided_by=cast.ruth, decided_at=f"{on}T10:00Z", tell_at=f"{on}T12:00Z", reply_due_on=on,
    )  # fmt: skip


def test_the_term_asked_for_is_begun(cast: Cast) -> None:
    assert open_assessment(cast.dunmere, cast.autumn).state == "draft"
    assert open_assessment(cast.dunmere, cast.autumn) == Assessment.objects.get()


def test_the_term_before_may_be_begun_late(cast: Cast) -> None:
    assert open_assessment(cast.dunmere, term("summer", 2025)).due_on < TODAY


def test_in_a_holiday_the_term_before_it_is_still_asked_for(cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2026-12-28T10:00Z")
    assert asked_period(cast.dunmere, on=date(2026, 12, 28)) == cast.autumn
    assert open_assessment(cast.dunmere, cast.autumn)


def test_no_future_term(cast: Cast) -> None:
    said = refused(cast.dunmere, term("spring"))
    assert said.startswith("The spring term 2026/27 begins on")


@pytest.mark.parametrize(("season", "year"), [("spring", 2025), ("autumn", 2024)])
def test_no_term_long_past(cast: Cast, season: str, year: int) -> None:
    said = refused(cast.dunmere, term(season, year))
    assert "is over" in said
    assert "the autumn term 2026/27" in said


def test_no_half_term_of_a_termly_school(cast: Cast) -> None:
    assert "asked for a matrix each term" in refused(cast.dunmere, term("autumn", half=2))


def test_no_dates_of_another_school(cast: Cast) -> None:
    own = Period.objects.create(
        year=2026, season="autumn", half=2, school=cast.ashmere, starts_on=date(2026, 11, 9), ends_on=date(2026, 12, 18)
    )
    assert refused(cast.dunmere, own) == "These are the dates of another school."


def test_a_half_termly_school_begins_its_half_term_and_no_term(cast: Cast, half_termly: School) -> None:
    assert "each half term" in refused(half_termly, cast.autumn)
    assert open_assessment(half_termly, term("autumn", half=2))
    assert open_assessment(half_termly, term("autumn", half=1)), "late"
    assert "is over" in why_not_begin(half_termly, term("summer", 2025, half=2), today=TODAY)


def test_the_half_term_is_asked_from_the_one_after_the_decision_on(cast: Cast, half_termly: School) -> None:
    Decision.objects.update(effective_on=date(2026, 11, 10))
    assert asked_period(half_termly, on=TODAY) == cast.autumn
    assert asked_period(half_termly, on=date(2027, 1, 20)) == term("spring", half=1)


def test_a_schools_own_half_term_takes_the_place_of_the_trusts(cast: Cast, half_termly: School) -> None:
    own = Period.objects.create(
        year=2026, season="autumn", half=2, school=half_termly, starts_on=date(2026, 11, 9), ends_on=date(2026, 12, 18)
    )
    assert asked_period(half_termly, on=TODAY) == own
    assert asked_period(half_termly, on=date(2026, 11, 4)) == term("autumn", half=1), "its own has not begun"
    assert open_assessment(half_termly, own)


def test_a_school_that_has_left_begins_nothing(cast: Cast) -> None:
    School.objects.filter(pk=cast.dunmere.pk).update(left_on=date(2026, 11, 1))
    assert "is not in the trust now" in refused(cast.dunmere, cast.autumn)


def test_a_school_begins_nothing_from_before_it_joined(cast: Cast) -> None:
    School.objects.filter(pk=cast.dunmere.pk).update(joined_on=date(2026, 9, 10))
    assert "joined the trust after" in refused(School.objects.get(pk=cast.dunmere.pk), term("summer", 2025))
    assert open_assessment(School.objects.get(pk=cast.dunmere.pk), cast.autumn)


def test_a_matrix_begun_before_is_opened_whatever_the_day(cast: Cast, time_machine: Any) -> None:
    begun = open_assessment(cast.dunmere, cast.autumn)
    time_machine.move_to("2028-11-20T10:00Z")
    assert open_assessment(cast.dunmere, cast.autumn) == begun


def test_a_matrix_is_due_as_the_strategy_says(cast: Cast) -> None:
    strategy = cast.version.strategy
    assert due_day(cast.autumn, strategy) == date(2026, 11, 25), "23 days before the end"
    for kind, day in (("chairs_meeting", 1), ("risk_meeting", 8)):
        Meeting.objects.create(kind=kind, title=kind, period=cast.autumn, starts_at=f"2026-12-{day:02}T09:30Z")
    assert due_day(cast.autumn, strategy) == date(2026, 12, 2), "six days before the meeting that decides"
    rules = strategy.matrix.model_copy(update={"due_days_before_meeting": 10})
    assert due_day(cast.autumn, strategy.model_copy(update={"matrix": rules})) == date(2026, 11, 28)


def test_the_page_says_why_and_shows_the_way(cast: Cast) -> None:
    spring, summer = term("spring"), term("summer", 2025)
    school = cast.dunmere.pk
    with trust_scope(cast.alder):
        page = cast.client(cast.ben).get(url(cast, "matrix", school_id=school, period_id=spring.pk)).content.decode()
        assert "begins on" in page
        assert "Begin empty" not in page
        assert url(cast, "matrix") in page
        late = cast.client(cast.ben).get(url(cast, "matrix", school_id=school, period_id=summer.pk)).content.decode()
        assert "Begin empty" in late
