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
