"""Days: bank holidays, working days, humane times, and the academic year."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5


PROCLAIMED = frozenset({date(2020, 5, 8), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)})
PUT_OFF = frozenset({date(2020, 5, 4), date(2022, 5, 30)})
"""What the rule below cannot know: single days given and moved by proclamation. Add to both when there is another."""


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or the month's last day when there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays that fall on a weekday, those in lieu of a Saturday or Sunday among them."""
    days = {easter_sunday(year) - timedelta(days=2), easter_sunday(year) + timedelta(days=1)}
    days |= {_monday_on_or_after(date(year, month, day)) for month, day in ((5, 1), (5, 25), (8, 25))}
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while day.weekday() >= SATURDAY or day in days:
            day += timedelta(days=1)
        days.add(day)
    return frozenset(days) - PUT_OFF | {day for day in PROCLAIMED if day.year == year}


def easter_sunday(year: int) -> date:
    """By the anonymous Gregorian rule (Meeus, Jones, Butcher)."""
    golden, century, rest = year % 19, *divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _monday_on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def is_working_day(day: date) -> bool:
    """Monday to Friday and no bank holiday in England. In school holidays a trust's office works, so they count."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """The day `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def humane_time(now: datetime, *, hour: int) -> datetime:
    """When news is sent: at `hour` (local time) on the next working day, never at night, weekend or bank holiday."""
    local = now.astimezone(LONDON)
    in_time = local.hour < hour and is_working_day(local.date())
    day = local.date() if in_time else working_days_after(local.date(), 1)
    return datetime.combine(day, time(hour), tzinfo=LONDON)


SEPTEMBER = 9


def academic_year(day: date) -> int:
    """The calendar year in which the academic year of `day` began, on 1 September."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


def first_of_year(day: date) -> date:
    """1 September of the academic year of `day`."""
    return date(academic_year(day), SEPTEMBER, 1)
