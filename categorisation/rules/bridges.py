"""The trust's own dated reading of a published inspection, for one KPI at a time. Frameworks are never converted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evidence.rules import FRAMEWORKS
from schools.strategy import Strategy
from schools.strategy.categories import Bridge

from .published import OVERALL, SAFEGUARDING, Inspection

ANY = "any"


@dataclass(frozen=True)
class Reading:
    """The level at which a strategy reads an inspection for one KPI, and what decided it."""

    kpi: str
    level: str  # key of a level of the KPI's scale
    on: date  # the inspection's day
    bridge: str  # label
    area: str
    grade: str  # as published


def readings_of(strategy: Strategy, inspection: Inspection | None) -> dict[str, Reading]:
    """By KPI, the weakest reading that the strategy's bridges give. KPIs without a grade that can be read are left out.

    Where several give the same level, the first in the order of the file, then of the framework's areas, is named.
    """
    found: dict[str, Reading] = {}
    if inspection is None:
        return found
    for bridge in strategy.bridges:
        for reading in _of_bridge(bridge, inspection):
            if bridge.kpi not in found or _weaker(strategy, reading, found[bridge.kpi]):
                found[bridge.kpi] = reading
    return found


def _of_bridge(bridge: Bridge, inspection: Inspection) -> Iterator[Reading]:
    """A reading for each grade that the bridge looks at and lists."""
    if not _applies(bridge, inspection):
        return
    levels = {_plain(grade): level for grade, level in bridge.grades.items()}
    for area, published in _graded(bridge, inspection):
        said = _said(inspection, area, published) if published else ()
        level = next((levels[word] for word in said if word in levels), None)
        if level is not None:
            yield Reading(bridge.kpi, level, inspection.on, bridge.label, area, published)


def _applies(bridge: Bridge, inspection: Inspection) -> bool:
    """Both days belong to the span."""
    return (
        bridge.framework == inspection.framework
        and (bridge.applies_from is None or bridge.applies_from <= inspection.on)
        and (bridge.applies_to is None or inspection.on <= bridge.applies_to)
    )


def _graded(bridge: Bridge, inspection: Inspection) -> Iterator[tuple[str, str]]:
    if bridge.area == ANY:
        yield from inspection.grades.items()
    elif bridge.area == OVERALL:
        yield OVERALL, inspection.overall
    elif bridge.area == SAFEGUARDING:
        yield SAFEGUARDING, inspection.safeguarding
    else:
        yield bridge.area, inspection.grades.get(bridge.area, "")


def _said(inspection: Inspection, area: str, published: str) -> tuple[str, str]:
    """A grade as published, and in the framework's words: a bridge may be written in either."""
    framework = FRAMEWORKS[inspection.framework]
    words = framework.safeguarding(published) if area == SAFEGUARDING else framework.grade(published).words
    return _plain(published), _plain(words)


def _plain(words: str) -> str:
    return " ".join(words.replace("_", " ").split()).casefold()


def _weaker(strategy: Strategy, one: Reading, other: Reading) -> bool:
    levels = [level.key for level in strategy.levels_of(strategy.kpi_by_key[one.kpi].scale)]
    return levels.index(one.level) > levels.index(other.level)


def reading_words(strategy: Strategy, reading: Reading, inspection: Inspection) -> str:
    """For example “Published: good (2), inspection of 12 March 2024. Your trust reads it as Phase 3.”"""
    levels = strategy.levels_of(strategy.kpi_by_key[reading.kpi].scale)
    label = next(level.label for level in levels if level.key == reading.level)
    return f"Published: {inspection.area_words(reading.area)}, {inspection.words}. Your trust reads it as {label}."
