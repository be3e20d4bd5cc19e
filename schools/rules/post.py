"""When post may arrive: at a humane time, for who works at a school by that school's own calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from schools.rules.days import LONDON, SEPTEMBER, is_working_day
from schools.rules.rhythm import HalfTerm

OPENS, CLOSES, NOON = time(7, 30), time(18), time(12)
"""Working hours; on the last day of a half term they end at noon."""

ON_THE_WAY = timedelta(minutes=10)
"""The post leaves every five minutes: what may go at noon less this has arrived by noon."""

FAR = 400
"""Days that are looked at: longer than any holiday, so that a time is found."""


def arrives_at(
    now: datetime, halves: Sequence[HalfTerm], *, opens: time = OPENS, in_holidays: bool = False
) -> datetime:
    """Now where that is a fitting time, else the next one: in working hours of a school day, from `opens`.

    Nothing arrives after noon on the last school day of a half term. Where the calendar says nothing of a day, any
    working day will do, but for the weeks from the end of the last summer term that is known to September, and the days
    of September before the first autumn term that is known.
    `in_holidays`: for who works for the trust, whose office is open then.
    """
    local = now.astimezone(LONDON)
    days = (local.date() + timedelta(days=ahead) for ahead in range(FAR))
    fitting = (day for day in days if is_working_day(day) and (in_holidays or not is_holiday(day, halves)))
    windows = (_window(day, halves, opens) for day in fitting)
    return next(max(first, local) for first, last in windows if first <= last and local <= last)


def may_arrive(now: datetime, halves: Sequence[HalfTerm], *, in_holidays: bool = False) -> bool:
    """Whether this is a fitting time."""
    return arrives_at(now, halves, in_holidays=in_holidays) <= now


def is_off_hours(now: datetime) -> bool:
    """Whether the trust's office is closed: at night, at a weekend, on a bank holiday."""
    return not may_arrive(now, (), in_holidays=True)


def _window(day: date, halves: Sequence[HalfTerm], opens: time) -> tuple[datetime, datetime]:
    """From when until when something may leave on this day."""
    closes = NOON if any(day == _last_day(half) for half in halves) else CLOSES
    first, last = (datetime.combine(day, at, tzinfo=LONDON) for at in (opens, closes))
    return first, last - ON_THE_WAY


def _last_day(half: HalfTerm) -> date:
    """The last day of a half term on which the school is open."""
    day = half.ends
    while not is_working_day(day) and day > half.starts:
        day -= timedelta(days=1)
    return day


def is_holiday(day: date, halves: Sequence[HalfTerm]) -> bool:
    """Whether the school is closed between its half terms; where the calendar does not reach, it is not said so."""
    if not halves or any(half.starts <= day <= half.ends for half in halves):
        return False
    first, last = min(halves, key=lambda half: half.starts), max(halves, key=lambda half: half.ends)
    if day < first.starts:
        return (first.season, first.half) == ("autumn", 1) and day >= date(first.starts.year, SEPTEMBER, 1)
    return day < last.ends or (last.season == "summer" and day < date(last.ends.year, SEPTEMBER, 1))
