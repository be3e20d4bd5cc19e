"""R16: the current term is the same for everybody at every awkward instant, and news never comes at night."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from categorisation.models import Decision
from reporting import tasks
from schools.models import Period
from schools.queries import current_period
from schools.rules import (
    LONDON,
    academic_year,
    bank_holidays,
    easter_sunday,
    first_of_year,
    humane_time,
    working_days_after,
)
from schools.services.calendar import usual_dates
from schools.tenancy import trust_scope
from tests.conftest import Cast

CLOCK_CHANGES = [
    datetime.fromisoformat(each)
    for each in (
        "2026-03-28T23:59:59+00:00",
        "2026-03-29T00:00:00+00:00",
        "2026-03-29T00:59:59+00:00",
        "2026-03-29T01:00:00+00:00",
        "2026-03-29T01:59:00+00:00",
        "2026-10-24T22:59:59+00:00",
        "2026-10-24T23:00:00+00:00",
        "2026-10-25T00:30:00+00:00",
        "2026-10-25T00:59:59+00:00",
        "2026-10-25T01:00:00+00:00",
        "2026-10-25T01:30:00+00:00",
    )
]
DAYS = [date(2026, 8, 31), date(2026, 9, 1), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)]


def local(day: date, *, last: bool = False) -> datetime:
    """The first or the last second of a day in London."""
    return datetime.combine(day, time(23, 59, 59) if last else time(0), tzinfo=LONDON)


def instants() -> list[datetime]:
    """The clocks change, each half term begins and ends, a year ends, a leap day."""
    edges = []
    for term in usual_dates(2026):
        edges += [local(term.starts_on), local(term.starts_on - timedelta(days=1), last=True)]
        half_term = (term.first_half_ends_on + timedelta(days=1), term.second_half_on - timedelta(days=1))
        edges += [local(term.first_half_ends_on, last=True), local(half_term[0])]
        edges += [local(half_term[1], last=True), local(term.second_half_on)]
        edges += [local(term.ends_on, last=True), local(term.ends_on + timedelta(days=1))]
    days = [moment for day in DAYS for moment in (local(day), local(day, last=True))]
    return sorted({moment.astimezone(UTC) for moment in [*CLOCK_CHANGES, *edges, *days]})


def expected(moment: datetime) -> tuple[int, str]:
    """Worked out from the dates alone: the term that has begun last on that day in London."""
    day = moment.astimezone(LONDON).date()
    terms = [(term.starts_on, year, term.season) for year in (2024, 2025, 2026) for term in usual_dates(year)]
    _, year, season = max(term for term in terms if term[0] <= day)
    return year, season


@pytest.fixture
def in_june(time_machine: Any) -> Any:
    """The cast is made while everybody's sessions last; the tests then move the clock."""
    time_machine.move_to("2026-02-01T10:00Z", tick=False)
    return time_machine


def by_query() -> Period:
    found = current_period(timezone.localdate())
    assert found is not None
    return found


def by_sql(moment: datetime) -> Period:
    """The database's own reckoning, without Django's time zone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from schools_period where half = 0 and school_id is null"
            " and starts_on <= (%s::timestamptz at time zone 'Europe/London')::date order by starts_on desc limit 1",
            [moment],
        )
        return Period.objects.get(pk=cursor.fetchone()[0])


def by_page(client: Any) -> str:
    """The period the selector of a page marks as current."""
    periods = client.get(reverse("overview", args=["alder"])).context["periods"]
    return next(str(each["label"]) for each in periods if each["current"])


def by_api(client: Any, period: Period, day: date) -> set[str]:
    """The term the API says holds the day; in a holiday there is none."""
    found = client.get("/api/v1/t/alder/periods/", {"on": day.isoformat(), "half": 0}).json()["results"]
    assert len(found) == (1 if day <= period.ends_on else 0)
    return {each["label"] for each in found}


def by_job(monkeypatch: pytest.MonkeyPatch) -> set[date]:
    """The day the calendar's job works with."""
    days: set[date] = set()
    monkeypatch.setattr(tasks.services, "request_scheduled_reports", lambda *, today: days.add(today))
    tasks.request_scheduled_reports()
    return days


def test_everybody_is_in_the_same_term(
    in_june: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    monkeypatch.setattr("django.conf.settings.SESSION_COOKIE_AGE", 10**9)
    client, wrong = cast.client(cast.ada), []
    for moment in instants():
        in_june.move_to(moment, tick=False)
        day = moment.astimezone(LONDON).date()
        with trust_scope(cast.alder):
            query, sql = by_query(), by_sql(moment)
        told = {(query.year, str(query.season)) == expected(moment), query == sql, by_page(client) == query.label}
        told |= {by_api(client, query, day) <= {query.label}, by_job(monkeypatch) == {day}}
        wrong += [] if told == {True} else [f"{moment.isoformat()}: {query}, {sql}"]
    total = len(instants())
    say(f"R16: {total} instants, query, SQL, page, API and job agree on {total - len(wrong)}/{total}")
    assert total >= 40
    assert not wrong


@pytest.mark.parametrize("second", [-1, 0])
def test_the_last_second_belongs_to_the_old_term(in_june: Any, cast: Cast, second: int) -> None:
    """31 August, 23:59:59 in London is 22:59:59 elsewhere: still the summer term."""
    in_june.move_to(local(date(2026, 9, 1)) + timedelta(seconds=second), tick=False)
    page = reverse("decide", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "axis": "academic"})
    assert cast.client(cast.ruth).post(page, {"level": "refine", "reason": "It holds."}).status_code == 302
    with trust_scope(cast.alder):
        found = Decision.objects.select_related("period").get()
    assert str(found.period.season) == ("summer" if second else "autumn")
    assert found.effective_on == (date(2026, 8, 31) if second else date(2026, 9, 1))


def quarters(first: date, days: int) -> Iterator[datetime]:
    start = datetime.combine(first, time(0), tzinfo=UTC)
    return (start + timedelta(minutes=15 * step) for step in range(days * 96))


def test_news_never_comes_at_night(say: Callable[[str], None]) -> None:
    """Every quarter of an hour around the changes of the clocks, Christmas and Easter, for every hour."""
    tries = 0
    for first in (date(2026, 3, 26), date(2026, 10, 22), date(2026, 12, 22), date(2026, 12, 30), date(2027, 3, 24)):
        for now in quarters(first, 7):
            for hour in range(7, 19):
                told = humane_time(now, hour=hour).astimezone(LONDON)
                tries += 1
                assert (told.hour, told.minute) == (hour, 0), now
                assert told.weekday() < 5, now
                assert told.date() not in OFF, now
                assert timedelta(0) < told.astimezone(UTC) - now <= timedelta(days=5), now
    say(f"R16 humane time: {tries} instants and hours, 0 at night, at a weekend or on a bank holiday")


OFF = {
    date.fromisoformat(day)
    for day in re.findall(
        r"\S+",
        """
    2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19 2022-12-26 2022-12-27
    2023-01-02 2023-04-07 2023-04-10 2023-05-01 2023-05-08 2023-05-29 2023-08-28 2023-12-25 2023-12-26
    2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26
    2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
    2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
    2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
    2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26
    """,
    )
}
"""The bank holidays of England from 2022 to 2028: days in lieu, one moved and three given."""


def test_bank_holidays_are_as_published() -> None:
    assert set().union(*(bank_holidays(year) for year in range(2022, 2029))) == OFF
    assert [easter_sunday(year) for year in (1961, 2011, 2038)] == [
        date(1961, 4, 2), date(2011, 4, 24), date(2038, 4, 25),
    ]  # fmt: skip


def test_working_days_step_over_weekends_and_bank_holidays() -> None:
    for start in (date(2026, 3, 27) + timedelta(days=step) for step in range(300)):
        days = [working_days_after(start, count) for count in range(1, 12)]
        assert all(day.weekday() < 5 and day not in OFF for day in days)
        assert days == sorted(set(days))
    assert working_days_after(date(2026, 12, 23), 5) == date(2027, 1, 4)  # 24, 29, 30, 31 December, 4 January
    assert working_days_after(date(2026, 10, 23), 5) == date(2026, 10, 30)  # half term counts: the office works


def test_the_academic_year_turns_on_the_first_of_september() -> None:
    days = (date(2026, 8, 31), date(2026, 9, 1), date(2028, 2, 29))
    assert [academic_year(day) for day in days] == [2025, 2026, 2027]
    assert first_of_year(date(2028, 2, 29)) == date(2027, 9, 1)


def test_the_calendar_asks_for_each_report_once(in_june: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hour of every term and half term, twice each."""
    monkeypatch.setattr("schools.jobs.nudge", lambda *args: None)
    made = 0
    for term in usual_dates(2026):
        for day in (term.starts_on, term.second_half_on, term.ends_on + timedelta(days=1)):
            in_june.move_to(local(day) + timedelta(hours=1), tick=False)
            with trust_scope(cast.alder):
                made += len(tasks.services.request_scheduled_reports(today=timezone.localdate()))
                assert tasks.services.request_scheduled_reports(today=timezone.localdate()) == []
    assert made


def test_time_machine_moves_the_clock() -> None:
    with time_machine.travel("2026-10-25T00:30Z", tick=False):
        assert timezone.localtime().isoformat() == "2026-10-25T01:30:00+01:00"
    with time_machine.travel("2026-10-25T01:30Z", tick=False):
        assert timezone.localtime().isoformat() == "2026-10-25T01:30:00+00:00"
