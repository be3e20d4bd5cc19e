"""Rules of the foundation: values in, values out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5


def working_days_after(day: date, count: int) -> date:
    """The day `count` working days (Monday to Friday) after `day`. Bank and school holidays are not known here."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def humane_time(now: datetime, *, hour: int) -> datetime:
    """When news is sent: at `hour` (local time) on the next working morning, never at night or at a weekend."""
    local = now.astimezone(LONDON)
    day = local.date() if local.hour < hour and local.weekday() < SATURDAY else working_days_after(local.date(), 1)
    return datetime.combine(day, time(hour), tzinfo=LONDON)


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
