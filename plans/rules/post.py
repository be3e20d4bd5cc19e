"""When a letter may arrive at a school: at a humane time of its own calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from schools.rules import LONDON, SEPTEMBER, is_working_day
from schools.rules.rhythm import HalfTerm

OPENS, CLOSES, NOON = time(7, 30), time(18), time(12)
"""Working hours; on the last day of a half term they end at noon."""

ON_THE_WAY = timedelta(minutes=10)
"""The post leaves every five minutes: what may go at noon less this has arrived by noon."""

FAR = 400
"""Days that are looked at: longer than any holiday, so that a time is found."""


def arrives_at(now: datetime, halves: Sequence[HalfTerm]) -> datetime:
    """Now where that is a fitting time, else the next one: in working hours of a school day.

    Nothing arrives after noon on the last school day of a half term. Where the calendar says nothing of a day, any
    working day will do, but for the weeks from the end of the last summer term that is known to September.
    """
    local = now.astimezone(LONDON)
    return next(max(opens, local) for opens, closes in _windows(local.date(), halves) if local <= closes)


def _windows(day: date, halves: Sequence[HalfTerm]) -> Iterator[tuple[datetime, datetime]]:
    for ahead in range(FAR):
        window = _window(day + timedelta(days=ahead), halves)
        if window:
            yield window


def _window(day: date, halves: Sequence[HalfTerm]) -> tuple[datetime, datetime] | None:
    """From when until when something may leave on this day; None on a day of rest."""
    if not is_working_day(day) or _is_holiday(day, halves):
        return None
    closes = NOON if any(day == _last_day(half) for half in halves) else CLOSES
    opens = datetime.combine(day, OPENS, tzinfo=LONDON)
    return opens, datetime.combine(day, closes, tzinfo=LONDON) - ON_THE_WAY


def _last_day(half: HalfTerm) -> date:
    """The last day of a half term on which the school is open."""
    day = half.ends
    while not is_working_day(day) and day > half.starts:
        day -= timedelta(days=1)
    return day


def _is_holiday(day: date, halves: Sequence[HalfTerm]) -> bool:
    if not halves or any(half.starts <= day <= half.ends for half in halves):
        return False
    last = max(halves, key=lambda half: half.ends)
    if day < last.ends:
        return day > min(half.starts for half in halves)  # before the calendar begins nothing is known
    return last.season == "summer" and day < date(last.ends.year, SEPTEMBER, 1)
