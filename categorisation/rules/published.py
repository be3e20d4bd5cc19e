"""What a school's latest published inspection says, as plain values: the facts that nobody records, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from evidence.rules import FRAMEWORKS, category_words
from schools.strategy import Strategy
from schools.words import on as day_words

OVERALL, SAFEGUARDING = "overall_effectiveness", "safeguarding"


@dataclass(frozen=True)
class Inspection:
    """One inspection in the words it was published in. `grades` is by area, in the framework's order."""

    framework: str
    on: date
    overall: str = ""
    grades: Mapping[str, str] = field(default_factory=dict)
    safeguarding: str = ""
    category: str = ""
    predecessor: str = ""  # the URN of the school that was inspected, where it was a predecessor

    @property
    def words(self) -> str:
        """For example “inspection of 12 March 2024”."""
        of = f" of its predecessor, URN {self.predecessor}" if self.predecessor else ""
        return f"inspection of {day_words(self.on)}{of}"

    def has(self, fact: str) -> bool:
        """Whether what was published makes this kind of published fact true."""
        if fact == "category_of_concern":
            return bool(self.category.strip())
        return self.safeguarding.casefold() == FRAMEWORKS[self.framework].safeguarding_unmet.casefold()

    def fact_words(self, fact: str) -> str:
        """What was published of a kind of published fact, for example “requires special measures”."""
        return category_words(self.category) if fact == "category_of_concern" else self.area_words(SAFEGUARDING)

    def area_words(self, area: str) -> str:
        """What was published of one area, for example “good (2)” or “needs attention for achievement”."""
        framework = FRAMEWORKS[self.framework]
        if area == SAFEGUARDING:
            return f"safeguarding {framework.safeguarding(self.safeguarding)}"
        published = self.overall if area == OVERALL else self.grades[area]
        words = framework.grade(published).words
        grade = f"{words} ({published})" if published.isdecimal() else words
        label = next((one.label for one in framework.areas if one.key == area), "")
        return f"{grade} for {label[:1].lower()}{label[1:]}" if label else grade


def facts_published(strategy: Strategy, inspection: Inspection | None) -> frozenset[str]:
    """The strategy's facts that the latest inspection makes true. A later one that no longer says so ends them."""
    if inspection is None:
        return frozenset()
    return frozenset(fact.key for fact in strategy.facts if fact.published and inspection.has(fact.published))
