"""What a school says in one section of its self-evaluation, and what is still missing before it can be sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from schools.words import listed

from .sef_layouts import NOT_HERE, SectionRule, SefLayout
from .text import as_plain

LONGEST_TEXT = 8000  # characters of one text, about three pages
LONGEST_LINE = 200
MOST_EVIDENCE = 12
"""Lines of evidence in one section."""


@dataclass(frozen=True)
class EvidenceLine:
    """One piece of evidence: what was seen, when, and where it comes from."""

    what: str
    on: date | None = None
    source: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.what or self.on or self.source)

    def as_kept(self) -> dict[str, str]:
        return {"what": self.what, "on": self.on.isoformat() if self.on else "", "source": self.source}


@dataclass(frozen=True)
class SectionEntry:
    """One section as a school writes it. A draft keeps blank lines of evidence between others, each in its place."""

    judgement: str = ""
    strengths: str = ""
    development: str = ""
    evidence: tuple[EvidenceLine, ...] = ()

    def as_kept(self) -> dict[str, Any]:
        """For an edition."""
        rows = [line.as_kept() for line in self.evidence]
        return {
            "judgement": self.judgement,
            "strengths": self.strengths,
            "development": self.development,
            "evidence": rows,
        }

    @property
    def is_empty(self) -> bool:
        return self == SectionEntry()

    @property
    def whole(self) -> SectionEntry:
        """Without blank lines."""
        return replace(self, evidence=tuple(line for line in self.evidence if not line.is_blank))


def lines_from(kept: Iterable[Mapping[str, str]]) -> tuple[EvidenceLine, ...]:
    """Evidence as it is stored."""
    return tuple(
        EvidenceLine(one["what"], date.fromisoformat(one["on"]) if one["on"] else None, one["source"]) for one in kept
    )


def entry_from(kept: Mapping[str, Any]) -> SectionEntry:
    """A section of an edition."""
    return SectionEntry(kept["judgement"], kept["strengths"], kept["development"], lines_from(kept["evidence"]))


def edition_content(layout: SefLayout, entries: Mapping[str, SectionEntry], carried: Collection[str]) -> dict[str, Any]:
    """What an edition keeps: whole, with its labels and words, so that it reads the same whatever changes later.

    The sections are a list, since the database does not keep the order of names.
    """
    return {"layout": layout.label, "areas": [_kept(area, entries, carried) for area in layout.areas]}


def _kept(area: SectionRule, entries: Mapping[str, SectionEntry], carried: Collection[str]) -> dict[str, Any]:
    entry = entries.get(area.key, SectionEntry()).whole
    chosen = area.judgement(entry.judgement)
    shown = {"label": area.label, "word": chosen.label if chosen else "", "step": chosen.step if chosen else 0}
    judged, untouched = bool(area.judgements), area.key in carried
    return {"key": area.key, **shown, **entry.as_kept(), "judged": judged, "carried": untouched}


def carried_over(section: SectionRule, before: SectionEntry) -> SectionEntry:
    """Last term's words in this term's section; a judgement in words it no longer has is left out."""
    known = before.judgement if section.judgement(before.judgement) else ""
    return SectionEntry(known, before.strengths, before.development, before.evidence)


@dataclass(frozen=True)
class Missing:
    """Something without which a section cannot be sent."""

    area: str
    field: str
    what: str  # as it follows “no …”


def missing_of(section: SectionRule, entry: SectionEntry) -> Iterator[Missing]:
    """What one section lacks. One that does not apply to the school lacks nothing."""
    if entry.judgement == NOT_HERE and section.judgement(NOT_HERE):
        return
    entry = entry.whole
    if section.judgements and not section.judgement(entry.judgement):
        yield Missing(section.key, "judgement", "judgement")
    if not as_plain(entry.strengths):
        yield Missing(section.key, "strengths", "strengths" if section.judgements else "words")
    if section.judgements and not as_plain(entry.development):
        yield Missing(section.key, "development", "areas for development")
    if section.judgements and not entry.evidence:
        yield Missing(section.key, "evidence", "evidence")
    for line in entry.evidence:
        parts = (("words", line.what), ("date", line.on), ("source", line.source))
        if lacks := [word for word, there in parts if not there]:
            named = f"“{line.what}”" if line.what else "one piece of evidence"
            yield Missing(section.key, "evidence", f"{' or '.join(lacks)} for {named}")


def lacking(section: SectionRule, entry: SectionEntry) -> str:
    """What one section lacks, in words: “no judgement and no evidence yet”; nothing where it is whole."""
    lacks = [f"no {one.what}" for one in missing_of(section, entry)]
    if lacks and entry.whole.is_empty:
        return "nothing written yet"
    return f"{listed(lacks)} yet" if lacks else ""


def missing_before_sending(layout: SefLayout, entries: Mapping[str, SectionEntry]) -> dict[str, str]:
    """What the self-evaluation lacks, in words, by section and in its order."""
    found = {area.key: lacking(area, entries.get(area.key, SectionEntry())) for area in layout.areas}
    return {area: words for area, words in found.items() if words}


def is_done(section: SectionRule, entry: SectionEntry) -> bool:
    """Whether nothing is missing in a section."""
    return not any(missing_of(section, entry))
