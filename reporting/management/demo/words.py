"""The sentences schools write beside a rating, and the kinds of source it rests on."""

from __future__ import annotations

import re
from collections.abc import Collection

from reporting.management.demo.story import SchoolPlan, Story, chance, pick
from schools.strategy import Kpi

NUMBER = re.compile(r"\{(\d+)-(\d+)\}")
USUAL_SOURCES = "data records"


class Words:
    """One school's words."""

    def __init__(self, story: Story, plan: SchoolPlan, kinds: Collection[str]) -> None:
        self.story, self.plan, self.kinds = story, plan, kinds

    def note(self, rule: Kpi, level: int, *about: object, current: bool) -> str:
        """What lies behind a rating: the school's own words this term, else a sentence for the level."""
        if current and rule.key in self.plan.said:
            return self.plan.said[rule.key]
        options = self.story.words.get(rule.key, {}).get(f"at_{level}", [])
        return self._filled(pick(options, *about, "words"), *about) if options else ""

    def unknown(self, *about: object) -> str:
        """Why the school cannot say yet."""
        return pick(self.story.unknown, *about, "words")

    def sources(self, rule: Kpi) -> list[str]:
        """Mostly every kind the indicator usually rests on; sometimes one alone."""
        told = self.story.words.get(rule.key, {}).get("sources", USUAL_SOURCES).split()
        usual = [kind for kind in told if kind in self.kinds]
        alone = rule.key in self.plan.single or chance(self.plan.key, rule.key, "single") < 0.08
        return [kind for kind in self.kinds if kind in (usual[:1] if alone else usual)]

    def _filled(self, text: str, *about: object) -> str:
        """Numbers in place of {from-to}."""

        def number(found: re.Match[str]) -> str:
            low, high = int(found[1]), int(found[2])
            return str(low + int(chance(*about, found.start()) * (high - low + 1)))

        return NUMBER.sub(number, text)
