"""Which sections a school's self-evaluation has and on which words each is judged. Values in, values out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from schools.strategy import Strategy
from schools.strategy.self_evaluation import OWN, SefArea
from schools.words import capital

from .inspections import FRAMEWORKS, Framework

HEADINGS = tomllib.loads(Path(__file__).with_name("sef_headings.toml").read_text(encoding="utf-8"))
NOT_HERE = "na"
"""The judgement of an area that the school says it does not have."""

SAFEGUARDING = "safeguarding"
MET_STEP, UNMET_STEP = 3, 5


@dataclass(frozen=True)
class Judgement:
    """A word a school may choose: its key is the grade as published, or a level of the strategy's scale."""

    key: str
    label: str
    step: int | str


@dataclass(frozen=True)
class SectionRule:
    """One section as this school writes it."""

    key: str
    label: str
    judgements: tuple[Judgement, ...]  # empty: words alone
    prompts: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()  # empty: every phase
    where_applicable: bool = False  # an area of a framework that a school may not have

    def judgement(self, key: str) -> Judgement | None:
        """The chosen word; None for none, or one that this section does not know."""
        return next((one for one in self.judgements if one.key == key), None)


@dataclass(frozen=True)
class SefLayout:
    """The sections in order, and the name of what they are judged on: a framework's key, or the strategy's scale."""

    key: str
    label: str
    scale: str
    areas: tuple[SectionRule, ...]

    def area(self, key: str) -> SectionRule | None:
        return next((one for one in self.areas if one.key == key), None)


def _framework_layout(framework: Framework) -> SefLayout:
    grades = _grades(framework)
    areas = [_section(area.key, area.label, grades, area.where_applicable) for area in framework.areas]
    areas.append(SectionRule(SAFEGUARDING, "Safeguarding", _safeguarding(framework)))
    return SefLayout(framework.key, framework.label, framework.key, tuple(areas))


def _section(key: str, label: str, grades: tuple[Judgement, ...], where_applicable: bool = False) -> SectionRule:
    chosen = (*grades, Judgement(NOT_HERE, "Does not apply", "na")) if where_applicable else grades
    return SectionRule(key, label, chosen, where_applicable=where_applicable)


def _grades(framework: Framework) -> tuple[Judgement, ...]:
    """The grades in order, strongest first. A number is said with its word: “Good (2)”."""
    found = [framework.grade(published) for published in framework.order]
    return tuple(Judgement(one.published, _grade_label(one.words, one.published), one.step) for one in found)


def _grade_label(words: str, published: str) -> str:
    return f"{capital(words)} ({published})" if published.isdecimal() else capital(words)


def _safeguarding(framework: Framework) -> tuple[Judgement, ...]:
    unmet = framework.safeguarding_unmet
    pairs = sorted(framework.safeguarding_words.items(), key=lambda pair: pair[0] == unmet)
    return tuple(Judgement(key, capital(words), UNMET_STEP if key == unmet else MET_STEP) for key, words in pairs)


def _older(key: str, part: dict[str, Any]) -> SefLayout:
    framework = FRAMEWORKS[part["grades_of"]]
    grades = _grades(framework)
    areas = [
        SectionRule(SAFEGUARDING, area["label"], _safeguarding(framework))
        if area["key"] == SAFEGUARDING
        else _section(area["key"], area["label"], grades, area.get("where_applicable", False))
        for area in part["areas"]
    ]
    return SefLayout(key, part["label"], key, tuple(areas))


FRAMEWORK_LAYOUTS: dict[str, SefLayout] = {
    **{key: _framework_layout(framework) for key, framework in reversed(FRAMEWORKS.items())},
    "headings_2015": _older("headings_2015", HEADINGS["headings_2015"]),
}


def layout_of(strategy: Strategy, phase: str, *, age_low: int | None = None, age_high: int | None = None) -> SefLayout:
    """The layout a school follows under a strategy. Ages are the youngest and the oldest of its range, where known."""
    sef = strategy.self_evaluation
    if sef.layout == OWN:
        areas = tuple(_own(strategy, area) for area in sef.areas if not area.phases or phase in area.phases)
        return SefLayout(OWN, capital(sef.label), sef.scale or "", areas)
    found = FRAMEWORK_LAYOUTS[sef.layout]
    areas = tuple(
        replace(area, prompts=sef.prompts.get(area.key, ()))
        for area in found.areas
        if _applies(area, phase, age_low, age_high)
    )
    return replace(found, areas=areas)


def _own(strategy: Strategy, area: SefArea) -> SectionRule:
    levels = (
        strategy.levels_of(strategy.self_evaluation.scale) if area.judged and strategy.self_evaluation.scale else ()
    )
    words = tuple(Judgement(level.key, capital(strategy.level_words(level)), level.tone) for level in levels)
    return SectionRule(area.key, area.label, words, area.prompts, area.phases)


def _applies(area: SectionRule, phase: str, age_low: int | None, age_high: int | None) -> bool:
    """An area for one age is asked of the schools that teach it; of every school it may be, where ages are unknown."""
    if area.key not in HEADINGS["ages"]:
        return True
    ages = HEADINGS["ages"][area.key]
    if age_low is not None and age_high is not None:
        return age_low <= ages["to"] and age_high >= ages["from"]
    return phase in ages["phases"]
