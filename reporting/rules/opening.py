"""The opening sentences of pages: what a busy person reads first. Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schools.words import capital, counted, number, verb

NOON, EVENING = 12, 18


@dataclass(frozen=True)
class Counts:
    """What the overview counts."""

    up: int
    down: int
    overdue: int
    unknown: int
    stale: int
    noun: str = "category"  # the trust's word for what moves
    nouns: str = "categories"
    of_ratings: bool = False  # no categories here: ratings moved


def movement(counts: Counts) -> str:
    """“Four categories move, one up and three down.”; “No category moves.”"""
    moved = counts.up + counts.down
    move = ("moved", "moved") if counts.of_ratings else ("moves", "move")
    noun, nouns = ("rating", "ratings") if counts.of_ratings else (counts.noun, counts.nouns)
    if not moved:
        return f"No {noun} {move[0]}."
    said = capital(f"{counted(moved, noun, nouns)} {verb(moved, *move)}")
    if not counts.up or not counts.down:
        return f"{said} {'up' if counts.up else 'down'}."
    return f"{said}, {number(counts.up)} up and {number(counts.down)} down."


def late(counts: Counts) -> str:
    """“Three returns are overdue.”; nothing when none is."""
    if not counts.overdue:
        return ""
    return capital(f"{counted(counts.overdue, 'return')} {verb(counts.overdue)} overdue.")


def doubt(counts: Counts) -> str:
    """“Seven ratings are unknown and four rest on old evidence.”"""
    unknown, stale = counts.unknown, counts.stale
    if not unknown and not stale:
        return "Every rating is known and rests on current evidence."
    if not unknown:
        return capital(f"{counted(stale, 'rating')} {verb(stale, 'rests', 'rest')} on old evidence.")
    said = capital(f"{counted(unknown, 'rating')} {verb(unknown)} unknown")
    return f"{said} and {number(stale)} {verb(stale, 'rests', 'rest')} on old evidence." if stale else f"{said}."


def at(moment: datetime) -> str:
    """“Tuesday 1 December at 09:30”, in the clock the moment is given in."""
    return f"{moment:%A} {moment.day} {moment:%B} at {moment:%H:%M}"


def whole_day(day: date) -> str:
    """“Friday 20 November 2026”."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def day_month(day: date) -> str:
    return f"{day.day} {day:%B}"


def greeting(moment: datetime) -> str:
    """By the time of day."""
    return "Good morning" if moment.hour < NOON else "Good afternoon" if moment.hour < EVENING else "Good evening"


def short_labels(labels: Sequence[str]) -> list[str]:
    """Labels without the words they all end in: “Academic support, Operational support” as “Academic, Operational”."""
    words = [label.split() for label in labels]
    if len(words) < 2 or len({tuple(one) for one in words}) < len(words):
        return list(labels)
    while all(len(one) > 1 for one in words) and len({one[-1] for one in words}) == 1:
        words = [one[:-1] for one in words]
    return [" ".join(one) for one in words]
