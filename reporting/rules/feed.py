"""What is owed as a calendar file (RFC 5545), for phones and mail programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from reporting.rules.owed import Line
from schools.words import listed

AN_HOUR = timedelta(hours=1)
MOST_NAMES = 12
REFRESH = "PT6H"


@dataclass(frozen=True)
class Shown:
    """A line as an event says it: its own words, and the address of its page."""

    line: Line
    url: str


def calendar_file(shown: Iterable[Shown], *, name: str, host: str, schools: Mapping[int, str], now: datetime) -> bytes:
    """The file. A thing keeps its identity while its day, title and schools stay, so that no program shows it twice."""
    calendar = Calendar()
    calendar.add("prodid", "-//Trust SI//What is owed//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", REFRESH)
    for one in shown:
        calendar.add_component(_event(one, host, schools, now))
    return calendar.to_ical()


def _event(one: Shown, host: str, schools: Mapping[int, str], now: datetime) -> Event:
    owed, names = one.line.first, [schools[pk] for pk in one.line.schools if pk in schools]
    event = Event()
    event.add("uid", f"{_identity(one.line)}@{host}")
    event.add("dtstamp", now)
    told = owed.title if owed.held else f"Due: {owed.title}"
    event.add("summary", f"{told} ({listed(names, most=2)})" if names else told)
    event.add("dtstart", owed.at or owed.on)
    event.add("dtend", owed.at + AN_HOUR if owed.at else owed.on + timedelta(days=1))
    if names:
        event.add("description", listed(names, most=MOST_NAMES))
    if one.url:
        event.add("url", one.url)
    event.add("transp", "OPAQUE" if owed.at else "TRANSPARENT")
    return event


def _identity(line: Line) -> str:
    number = [f"number {line.first.number}"] if line.first.number else []
    said = (line.first.kind, line.first.title, line.on.isoformat(), *map(str, line.schools), *number)
    return sha256("|".join(said).encode()).hexdigest()[:32]
