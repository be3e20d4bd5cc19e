"""A self-evaluation as it is read: every section in words and safe HTML, from the draft or from an edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from evidence.models import SefEdition, SefSection, SelfEvaluation
from evidence.rules.sef_entry import EvidenceLine, SectionEntry, edition_content, entry_from, lacking
from evidence.rules.sef_layouts import SectionRule
from evidence.rules.text import as_html

from .sef import entry_of, layout_for, sections_of

NOT_JUDGED = "Not judged yet"


@dataclass(frozen=True)
class SectionShown:
    """One section as a page or a printed document shows it."""

    key: str
    label: str
    judged: bool  # whether a judgement belongs here at all
    word: str
    step: int | str
    entry: SectionEntry
    carried: bool = False
    author: str = ""
    written_at: datetime | None = None
    missing: str = ""  # what it lacks, in words

    @property
    def strengths(self) -> SafeString:
        return SafeString(as_html(self.entry.strengths))

    @property
    def development(self) -> SafeString:
        return SafeString(as_html(self.entry.development))

    @property
    def evidence(self) -> tuple[EvidenceLine, ...]:
        return self.entry.whole.evidence

    @property
    def note(self) -> str:
        """Where the school is with it, in a word or two."""
        if self.entry.whole.is_empty:
            return "Not started"
        if self.carried:
            return "Last term’s"
        return "In part" if self.missing else "Written"


def shown_now(sef: SelfEvaluation, rows: Mapping[str, SefSection] | None = None) -> list[SectionShown]:
    """The sections as they are being written. One query, none where the `rows` are known."""
    rows = sections_of(sef) if rows is None else rows
    return [_of_row(area, rows.get(area.key)) for area in layout_for(sef).areas]


def _of_row(area: SectionRule, row: SefSection | None) -> SectionShown:
    entry = entry_of(row) if row else SectionEntry()
    chosen = area.judgement(entry.judgement)
    return SectionShown(
        key=area.key,
        label=area.label,
        judged=bool(area.judgements),
        word=chosen.label if chosen else NOT_JUDGED,
        step=chosen.step if chosen else 0,
        entry=entry,
        carried=bool(row and row.carried),
        author=row.author.user.name if row and row.author else "",
        written_at=row.written_at if row else None,
        missing=lacking(area, entry),
    )


def shown_in(edition: SefEdition) -> list[SectionShown]:
    """The sections of an edition, as they were sent. No query."""
    return _of_content(edition.content)


def _of_content(content: Mapping[str, Any]) -> list[SectionShown]:
    return [
        SectionShown(
            key=kept["key"],
            label=kept["label"],
            judged=kept["judged"],
            word=kept["word"] or NOT_JUDGED,
            step=kept["step"],
            entry=entry_from(kept),
            carried=kept["carried"],
        )
        for kept in content["areas"]
    ]


def as_edition(sef: SelfEvaluation, rows: Mapping[str, SefSection]) -> dict[str, Any]:
    """The draft in the shape of an edition, for comparing the two."""
    entries = {area: entry_of(row) for area, row in rows.items()}
    return edition_content(layout_for(sef), entries, [area for area, row in rows.items() if row.carried])


Pair = tuple[SectionShown | None, SectionShown]


def compared(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Pair]:
    """The sections of the later of two contents, each with what it was."""
    old = {one.key: one for one in _of_content(before)} if before else {}
    return [(old.get(one.key), one) for one in _of_content(after)]
