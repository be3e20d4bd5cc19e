"""Writing one section, as an autosaved draft: two people at once never overwrite each other unseen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from evidence.models import SefSection, SelfEvaluation
from evidence.queries.sef import entry_of, layout_for
from evidence.rules.sef_entry import LONGEST_LINE, LONGEST_TEXT, MOST_EVIDENCE, SectionEntry
from evidence.rules.sef_layouts import SectionRule
from schools.models import Membership

IN_FUTURE = "The date of the evidence cannot be in the future"


@dataclass(frozen=True)
class SectionConflict:
    """Somebody else wrote in this section since the form was filled in. Nothing of either is lost."""

    theirs: SefSection
    mine: SectionEntry


@dataclass(frozen=True)
class SavedSection:
    """What became of a save: the version now stored, or with a conflict nothing written and what differs."""

    version: int
    at: datetime
    conflict: SectionConflict | None = None


def save_section(
    sef: SelfEvaluation,
    area: str,
    entry: SectionEntry,
    *,
    by: Membership,
    version: int | None = None,
    checked: bool = False,
    whole: bool = True,
) -> SavedSection:
    """Write a draft of one section. Not an act. At most five statements.

    `version` is the one the form was filled in on: where the section was written since and differs, nothing is saved.
    `checked` says that last term's words are still true. Not `whole`: something could not be read and `entry` has the
    stored value instead, so what others wrote meanwhile is always told, since this person cannot have seen it.
    Raises ValidationError unless the school may write.
    """
    locked = SelfEvaluation.objects.select_for_update().get(pk=sef.pk)
    require_open(locked)
    rule = layout_for(sef).area(area)
    if rule is None:
        raise ValidationError("This self-evaluation has no such section.")
    entry, at = _checked(rule, entry), timezone.now()
    row = SefSection.objects.filter(part_of=locked, area=area).select_related("author__user").first()
    row = row or SefSection(part_of=locked, area=area)
    changed = entry != entry_of(row)
    if (changed or not whole) and version is not None and row.of_version > version:
        return SavedSection(locked.version, at, SectionConflict(row, entry))
    if changed or (checked and row.carried):
        locked.version += 1
        _write(row, entry, by=by, at=at, version=locked.version)
        locked.save(update_fields=["version"])
    return SavedSection(locked.version, at)


def _write(row: SefSection, entry: SectionEntry, *, by: Membership, at: datetime, version: int) -> None:
    for name, value in entry.as_kept().items():
        setattr(row, name, value)
    row.carried, row.author, row.written_at, row.of_version = False, by, at, version
    row.save()


def require_open(sef: SelfEvaluation) -> None:
    """Raise ValidationError when the school may not write any more."""
    if not sef.is_open:
        raise ValidationError(f"This is {sef.get_state_display().lower()} now, so it can no longer be changed.")


def _checked(rule: SectionRule, entry: SectionEntry) -> SectionEntry:
    """The entry as it is kept. Raises ValidationError, by field."""
    if entry.judgement and rule.judgement(entry.judgement) is None:
        raise ValidationError({"judgement": "Choose one of the judgements of this section."})
    for name in ("strengths", "development"):
        if len(text := getattr(entry, name)) > LONGEST_TEXT:
            raise ValidationError({name: f"Use at most {LONGEST_TEXT:,} characters; this has {len(text):,}."})
    lines = list(entry.evidence)
    while lines and lines[-1].is_blank:  # those between others keep their places, as the page has them
        lines.pop()
    if len(lines) > MOST_EVIDENCE:
        raise ValidationError({"evidence": f"Name at most {MOST_EVIDENCE} pieces of evidence."})
    for line in lines:
        if max(len(line.what), len(line.source)) > LONGEST_LINE:
            raise ValidationError({"evidence": f"Use at most {LONGEST_LINE} characters a line."})
        if line.on is not None and line.on > timezone.localdate():
            raise ValidationError({"evidence": f"{IN_FUTURE}."})
    return replace(entry, evidence=tuple(lines))
