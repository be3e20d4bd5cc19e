"""The school's self-evaluation: what the trust calls it, its sections, how they are judged, and when it is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from .basics import Key, Named, Part, SchoolPhase, TermOfYear, Text
from .rule_checks import unknown

if TYPE_CHECKING:
    from .document import Strategy

OWN = "own"

FRAMEWORK_AREAS: dict[str, tuple[str, ...]] = {
    "report_card_2025": (
        "inclusion", "curriculum_and_teaching", "achievement", "attendance_and_behaviour",
        "personal_development_and_wellbeing", "early_years", "post_16", "leadership_and_governance", "safeguarding",
    ),
    "graded_1_to_4": (
        "quality_of_education", "behaviour_and_attitudes", "personal_development", "leadership_and_management",
        "early_years", "sixth_form", "safeguarding",
    ),
    "headings_2015": (
        "leadership_and_management", "teaching_learning_and_assessment", "personal_development_behaviour_and_welfare",
        "outcomes_for_pupils", "early_years", "sixth_form", "safeguarding", "overall_effectiveness",
    ),
}  # fmt: skip
"""The sections of each inspection framework a self-evaluation can follow, by key. Labels and grades are evidence's."""

FRAMEWORK_WORDS = {
    "report_card_2025": "the areas and grades of the report card of November 2025",
    "graded_1_to_4": "the areas inspected on grades 1 to 4 until November 2025",
    "headings_2015": "the headings inspected from 2015 to 2019",
}
"""What each of them is, with its dates, for people."""


class SefArea(Named):
    """One section of a strategy's own format."""

    prompts: tuple[Text, ...] = ()
    phases: tuple[SchoolPhase, ...] = ()  # empty: every phase
    judged: bool = True  # whether the school gives a judgement here; without, only words are asked


class SefFormat(Part):
    """What a school is asked to write of itself, and when.

    `layout` is an inspection framework, whose areas and grades are then used, or "own" with `areas` and a `scale` of
    this strategy. A file that says nothing of it, as those published before this part existed, is read with these
    values. A trust changes the layout from a term on with a new version; what was begun before keeps its own.
    """

    label: Text = "self-evaluation"
    layout: Literal["report_card_2025", "graded_1_to_4", "headings_2015", "own"] = "report_card_2025"
    scale: Key | None = None  # for "own": on which of the strategy's scales each section is judged
    areas: tuple[SefArea, ...] = Field(default=(), max_length=20)  # for "own"
    prompts: dict[Key, tuple[Text, ...]] = {}  # for a framework: questions to write to, by area
    guidance: str = ""  # stands above every section
    terms: tuple[TermOfYear, ...] = ()  # in which terms it is written; empty: each term
    due_days_before_end: int = Field(default=14, ge=0, le=90)

    def in_term(self, season: str) -> bool:
        """Whether it is asked in this term (“autumn”, “spring”, “summer”)."""
        return not self.terms or season in self.terms


def sef_faults(strategy: Strategy) -> Iterator[str]:
    """Every broken promise of this part."""
    sef = strategy.self_evaluation
    if sef.layout == OWN:
        yield from _own_faults(strategy, sef)
        return
    if sef.areas or sef.scale:
        yield f'self_evaluation: areas and scale belong to the layout "own"; “{sef.layout}” brings its own'
    for key in sef.prompts:
        yield from unknown("self_evaluation.prompts", key, FRAMEWORK_AREAS[sef.layout])


def _own_faults(strategy: Strategy, sef: SefFormat) -> Iterator[str]:
    if not sef.areas:
        yield 'self_evaluation.areas: the layout "own" needs at least one section'
    if sef.scale is None and any(area.judged for area in sef.areas):
        yield "self_evaluation.scale: expected one of the strategy's scales, on which the sections are judged"
    yield from unknown("self_evaluation.scale", sef.scale, [scale.key for scale in strategy.scales])
    if sef.prompts:
        yield "self_evaluation.prompts: with sections of its own the prompts stand in each section"
