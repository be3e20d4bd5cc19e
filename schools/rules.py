"""Rules of the foundation: values in, values out."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
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


def in_new_order(now: Sequence[int], wanted: Mapping[int, int | None]) -> list[int]:
    """A list put in the order people ask for by writing places (from 1) beside some of its lines.

    `wanted` are the lines to keep or add, each with its place; None puts it last. What moves up comes before the line
    whose place it takes, what moves down after it.
    """
    old = {line: place for place, line in enumerate(now, start=1)}
    last = len(old) + len(wanted) + 1

    def place(line: int) -> tuple[int, int, int]:
        asked, was = wanted[line] or last, old.get(line, last)
        return asked, (asked > was) - (asked < was), was

    return sorted(wanted, key=place)


SEPTEMBER = 9


def academic_year(day: date) -> int:
    """The calendar year in which the academic year of `day` began, on 1 September."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


def first_of_year(day: date) -> date:
    """1 September of the academic year of `day`."""
    return date(academic_year(day), SEPTEMBER, 1)


WHITE, PAPER = "#ffffff", "#faf8f4"
LEAST_CONTRAST = 4.5
"""Of an accent on white and on the page's paper (WCAG 2.2, 1.4.3)."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours like #2b4a86, from 1 (the same) to 21 (black on white), as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def accent_contrast(accent: str) -> float:
    """The lower of an accent's contrasts on white and on paper, cut (not rounded) to two places."""
    return int(min(contrast(accent, WHITE), contrast(accent, PAPER)) * 100) / 100


def accent_fault(accent: str) -> str:
    """Why a trust cannot have this colour; empty where it can."""
    if not re.fullmatch("#[0-9a-f]{6}", accent):
        return "Enter a colour like #2b4a86."
    if (ratio := accent_contrast(accent)) < LEAST_CONTRAST:
        return f"This colour's contrast is {ratio} to 1; choose a darker one, of 4.5 or more."
    return ""


def accent_tokens(accent: str) -> dict[str, str]:
    """The four colours a trust's accent stands for, by the name of their token."""
    return {
        "accent": accent,
        "accent-strong": mixed(accent, "#000000", 0.27),
        "accent-tint": mixed(accent, WHITE, 0.9),
        "on-accent": WHITE,
    }


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a share (0 to 1) of `other` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
