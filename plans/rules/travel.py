"""How long a journey between two schools takes, reckoned from where they stand. No map is asked."""

from __future__ import annotations

from math import hypot

Place = tuple[int, int]
"""Easting and northing, in metres."""


def minutes_between(one: Place | None, other: Place | None, *, minutes_per_km: float, setting_out: int) -> int | None:
    """Whole minutes by the straight line; None where it is not known where one of them stands."""
    if one is None or other is None:
        return None
    kilometres = hypot(one[0] - other[0], one[1] - other[1]) / 1000
    return round(setting_out + kilometres * minutes_per_km)


def journey_words(minutes: int | None) -> str:
    """“about 25 minutes away”."""
    if minutes is None:
        return "how far away is not known"
    return f"about {minutes} minute{'' if minutes == 1 else 's'} away"
