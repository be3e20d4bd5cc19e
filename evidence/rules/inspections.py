"""Inspection frameworks as dated data, and what follows from an inspection alone. Values in, values out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

BEFORE, AFTER, JOINING_UNKNOWN = "before joining", "after joining", "joining date not known"
URGENT, NOT_MET, LEADERSHIP = "Urgent improvement", "Not met", "leadership_and_governance"
REPORT_CARD = "report_card_2025"


@dataclass(frozen=True)
class Grade:
    """One grade: as published, in the words of a page, and its tone (1 strongest to 5, or “na”)."""

    published: str
    words: str
    step: int | str


@dataclass(frozen=True)
class Area:
    """One thing that is graded."""

    key: str
    label: str
    columns: tuple[str, ...]
    where_applicable: bool = False


@dataclass(frozen=True)
class Category:
    """A category of concern: as published, in words, what it was called before, what it is called now."""

    published: str
    label: str
    former: str = ""
    now: str = ""

    @property
    def words(self) -> str:
        """For example “requires significant improvement (formerly serious weaknesses)”."""
        note = f" (formerly {self.former})" if self.former else f" (now {self.now})" if self.now else ""
        return self.label + note


@dataclass(frozen=True)
class Framework:
    """One inspection framework with the days it was in force."""

    key: str
    label: str
    starts: date
    ends: date | None
    overall_ends: date | None
    order: tuple[str, ...]
    grades: tuple[Grade, ...]
    areas: tuple[Area, ...]
    safeguarding_words: Mapping[str, str]
    safeguarding_unmet: str  # as published
    columns: Mapping[str, tuple[str, ...]] = field(repr=False)

    def grade(self, published: str) -> Grade:
        """The grade that was published. One that this framework does not have keeps its own words and no tone."""
        known = {grade.published: grade for grade in self.grades}
        return known.get(published) or Grade(published, published.lower() or "not graded", 0)

    def safeguarding(self, published: str) -> str:
        """For example “met”; “” where nothing was published."""
        return self.safeguarding_words.get(published, published.lower())


def read_frameworks(text: str) -> tuple[dict[str, Framework], dict[str, Category]]:
    """Frameworks by key and categories of concern by their letters."""
    document = tomllib.loads(text)
    frameworks = {part["key"]: _framework(part) for part in document["framework"]}
    return frameworks, {part["published"]: Category(**part) for part in document["category"]}


def _framework(part: dict[str, Any]) -> Framework:
    names = ("dated", "published", "kind", "urn_then", "overall", "safeguarding", "category")
    return Framework(
        key=part["key"], label=part["label"], starts=part["starts"], ends=part.get("ends"),
        overall_ends=part.get("overall_ends"), order=tuple(part["order"]),
        grades=tuple(Grade(**grade) for grade in part["grade"]),
        areas=tuple(Area(**{**area, "columns": tuple(area["columns"])}) for area in part["area"]),
        safeguarding_words=part["safeguarding_words"], safeguarding_unmet=part["safeguarding_unmet"],
        columns={name: tuple(part[name]) for name in names},
    )  # fmt: skip


FRAMEWORKS, CATEGORIES = read_frameworks(Path(__file__).with_name("frameworks.toml").read_text(encoding="utf-8"))


def category_words(published: str) -> str:
    """A category of concern in words; “” where there is none."""
    known = CATEGORIES.get(published)
    return known.words if known else published


def joining(inspected_on: date | None, joined_on: date | None, *, of_predecessor: bool = False) -> str:
    """Whether an inspection was before or after the school joined its trust. The day of joining itself counts as after.

    An inspection of a predecessor, closed when the school became an academy, was before where no day is known.
    """
    if inspected_on is not None and joined_on is not None:
        return BEFORE if inspected_on < joined_on else AFTER
    return BEFORE if of_predecessor else JOINING_UNKNOWN


def usual_category(grades: Mapping[str, str], safeguarding: str) -> str:
    """The category that a report card's grades usually mean: “”, “RSI” or “SM”.

    Special measures: urgent improvement in leadership and governance, and in another area too or with safeguarding not
    met. Otherwise any urgent improvement, or safeguarding not met, is significant improvement (NEU's summary).
    """
    urgent = {area for area, grade in grades.items() if grade == URGENT}
    unmet = safeguarding == NOT_MET
    if not urgent and not unmet:
        return ""
    return "SM" if LEADERSHIP in urgent and (len(urgent) > 1 or unmet) else "RSI"


def category_doubt(framework: str, grades: Mapping[str, str], safeguarding: str, category: str) -> str:
    """A sentence where a published category is not the usual one for the card's grades, else “”. A warning and no more.

    The legal test is the inspectorate's judgement of leaders' capacity, so the published category always stands.
    """
    if framework != REPORT_CARD or not safeguarding:
        return ""
    usual = usual_category(grades, safeguarding)
    if usual == category:
        return ""
    said = f"“{category_words(category)}”" if category else "no category of concern"
    meant = f"“{category_words(usual)}”" if usual else "no category of concern"
    return f"Published with {said}; these grades usually mean {meant}. The published category stands: check the report."
