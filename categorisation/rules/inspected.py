"""A published inspection suggests a rating where the strategy's dated bridges lead from it to an indicator."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from evidence.rules import FRAMEWORKS
from schools.strategy import Kpi, Strategy
from schools.words import capital
from schools.words import on as day_words

from .bridges import ANY, Reading, reading_words
from .evidence import is_stale
from .published import OVERALL, Inspection
from .suggestion import Suggestion, age_words, place_of

WHOLE = (ANY, OVERALL)
"""A bridge of one of these reads the inspection as a whole."""


def suggests_from_inspection(strategy: Strategy, kpis: Collection[Kpi]) -> list[Kpi]:
    """The indicators that an inspection may suggest a rating for: those a bridge leads to and nothing else fills."""
    bridged = {bridge.kpi for bridge in strategy.bridges}
    return [kpi for kpi in kpis if kpi.kind == "judged" and kpi.key in bridged]


def suggest(
    strategy: Strategy, kpi: Kpi, reading: Reading | None, inspection: Inspection | None, *, today: date
) -> Suggestion | None:
    """What the latest inspection suggests of one indicator, in the trust's own reading.

    None where a bridge reads one area alone and found nothing in it: that says nothing of the school.
    """
    if inspection is None or reading is None:
        reads_whole = any(bridge.area in WHOLE for bridge in strategy.bridges if bridge.kpi == kpi.key)
        return Suggestion(missing=_nothing(inspection)) if reads_whole else None
    levels = strategy.levels_of(kpi.scale)
    place = place_of(levels, reading.level)
    return Suggestion(
        level=place,
        label=levels[place - 1].label,
        value=capital(inspection.area_words(reading.area)),
        about=day_words(inspection.on),
        arithmetic=_words(strategy, reading, inspection),
        cautions=tuple(_cautions(kpi, inspection, today=today)),
        source=f"Published by Ofsted: {FRAMEWORKS[inspection.framework].label}",
        on=inspection.on,
        age=age_words(inspection.on, today=today),
        origin="inspection",
    )


def _nothing(inspection: Inspection | None) -> str:
    if inspection is None:
        return "No inspection of this school is published here."
    return f"The latest {inspection.words} has no grade that your trust reads for this indicator."


def _words(strategy: Strategy, reading: Reading, inspection: Inspection) -> str:
    """“Published: good (2), inspection of 12 March 2024. Your trust reads it as Phase 3: “Overall grade”.”"""
    return f"{reading_words(strategy, reading, inspection).rstrip('.')}: “{reading.bridge}”."


def _cautions(kpi: Kpi, inspection: Inspection, *, today: date) -> Iterator[str]:
    if is_stale(inspection.on, after_months=kpi.stale_after_months, today=today):
        yield f"Older than the {kpi.stale_after_months} months this indicator allows."
    if inspection.predecessor:
        yield f"Of the school before it, URN {inspection.predecessor}."
