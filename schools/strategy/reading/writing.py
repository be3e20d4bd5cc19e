"""The self-evaluation in words: what it follows, when it is due, and what each section asks."""

from __future__ import annotations

from schools.strategy.document import Strategy
from schools.strategy.self_evaluation import FRAMEWORK_WORDS, OWN, SefArea, SefFormat
from schools.words import capital, listed

from .parts import Entry
from .words import counted, phases


def self_evaluation_of(strategy: Strategy) -> tuple[Entry, ...]:
    """One entry, in the shape of the other parts."""
    sef = strategy.self_evaluation
    facts = [
        ("Follows", capital(FRAMEWORK_WORDS.get(sef.layout, "the trust’s own sections"))),
        ("Written", f"In the {listed(sef.terms)} term" if sef.terms else "Each term"),
        ("Due", f"{capital(counted(sef.due_days_before_end, 'day'))} before the term ends"),
    ]
    if sef.scale:
        facts.insert(1, ("Judged on", strategy.scale_by_key[sef.scale].label))
    return (Entry("self_evaluation", capital(sef.label), sef.guidance, tuple(facts), _lists(sef)),)


def _lists(sef: SefFormat) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if sef.layout == OWN:
        return (("Sections", tuple(_section(area) for area in sef.areas)),)
    return tuple((capital(key.replace("_", " ")), asked) for key, asked in sef.prompts.items())


def _section(area: SefArea) -> str:
    notes = [phases(area.phases)] if area.phases else []
    notes += [] if area.judged else ["in words alone"]
    said = f"{area.label} ({'; '.join(notes)})" if notes else area.label
    return f"{said}: {' '.join(area.prompts)}" if area.prompts else said
