"""How a figure stands to a target that is staged through the year (S0-27, S4-09). Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .arithmetic import in_words, rounded

SEASONS = ("autumn", "spring", "")
"""The stages of a year in their order; the last, blank, is the end of the year."""

STAGES = {"autumn": "By the end of autumn", "spring": "By the end of spring", "": "By the end of the year"}
MET, BELOW, UNKNOWN = "met", "below", "unknown"


@dataclass(frozen=True)
class Standing:
    """Where a figure stands: the stage it is held against, and how far it is from it."""

    state: str  # “met”, “below”, “unknown”
    stage: str  # the season of the stage; “” the end of the year
    target: Decimal
    gap: Decimal | None  # figure less target, in the measure's unit

    @property
    def is_met(self) -> bool:
        return self.state == MET


def stage_now(targets: Mapping[str, Decimal], season: str) -> str | None:
    """The stage to be held against in this term: its own, else the next one that is set. None where none is."""
    at = SEASONS.index(season) if season in SEASONS else len(SEASONS) - 1
    return next((stage for stage in SEASONS[at:] if stage in targets), None)


def standing(
    targets: Mapping[str, Decimal], season: str, value: Decimal | None, *, better: str, decimals: int
) -> Standing | None:
    """How `value` stands in this term of the year, as both are shown; None where no target is set for it or later."""
    stage = stage_now(targets, season)
    if stage is None:
        return None
    target = targets[stage]
    if value is None:
        return Standing(UNKNOWN, stage, target, None)
    gap = rounded(value, decimals) - rounded(target, decimals)
    met = gap <= 0 if better == "low" else gap >= 0
    return Standing(MET if met else BELOW, stage, target, gap)


def standing_words(found: Standing, decimals: int, unit: str) -> str:
    """For example “Met: 2 above 74% by the end of autumn”, “3 to go to 74% by the end of the year”."""
    target = target_words(found, decimals, unit)
    if found.gap is None:
        return f"{target}; no figure yet"
    if found.is_met:
        over = f"{in_words(abs(found.gap), decimals)} {'above' if found.gap > 0 else 'below'} " if found.gap else ""
        return f"Met: {over}{target}"
    return f"{in_words(abs(found.gap), decimals)} to go to {target}"


def target_words(found: Standing, decimals: int, unit: str) -> str:
    """For example “74% by the end of autumn”."""
    stage = STAGES[found.stage][:1].lower() + STAGES[found.stage][1:]
    return f"{in_words(found.target, decimals, unit)} {stage}"


def fault_of(targets: Mapping[str, Decimal], *, least: float | None, most: float | None, kind: str) -> dict[str, str]:
    """What cannot be a target, by its stage: a sentence each."""
    low = 0 if least is None and kind in {"share", "rate", "number"} else least
    high = 100 if kind == "share" else most
    faults = {}
    for stage, value in targets.items():
        if low is not None and value < Decimal(str(low)):
            faults[stage] = f"Enter {low:g} or more."
        elif high is not None and value > Decimal(str(high)):
            faults[stage] = f"Enter {high:g} or less."
    return faults
