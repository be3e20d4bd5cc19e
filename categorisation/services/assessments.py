"""The school's own part: write ratings, and send them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Rating
from categorisation.queries import entries_of, missing_of, ratings_of, suggestions_of
from categorisation.rules.borrowed import without_borrowed
from categorisation.rules.entry import IN_FUTURE, LONGEST_NOTE, Entry, asked_of
from categorisation.rules.suggestion import Suggestion, from_record
from schools.audit import record_act
from schools.models import Kpi, Membership
from schools.strategy import Strategy

from .news import tell_moderators
from .read_row import write_read_row


@dataclass(frozen=True)
class Conflict:
    """Somebody else wrote about this KPI since the form was filled in. Nothing of either is lost."""

    kpi: Kpi
    theirs: Rating
    mine: Entry


@dataclass
class Saved:
    """What became of a save: the version now stored, or with conflicts nothing written and what differs."""

    version: int
    at: datetime
    conflicts: list[Conflict] = field(default_factory=list)
    written: int = 0  # how many ratings were
    ratings: dict[str, Rating] = field(default_factory=dict)  # as they now are, by KPI


def entry_of(rating: Rating) -> Entry:
    """The school's own words and rating, as a value."""
    return Entry(rating.level, rating.note, rating.evidence_on, tuple(rating.sources))


def save_ratings(
    assessment: Assessment,
    entries: Mapping[str, Entry],
    *,
    by: Membership | None,
    version: int | None = None,
    carried: bool = False,
    kpis: dict[str, Kpi] | None = None,
    suggested: Mapping[str, Suggestion] | None = None,
    filled: bool = False,
) -> Saved:
    """Write a draft of some KPIs. Five statements whatever their number, four if the `kpis` are known. Not an act.

    `suggested` is what the entries were taken from, kept with them; `filled` when nobody has looked at them yet.

    `version` is the one the form was filled in on. Where a KPI was written since and differs, nothing is saved and the
    conflicts are given back; what others wrote about other KPIs stands. A moderated level of what the school changes
    is set aside; a date and source that came with a suggestion go when the school rates otherwise. Raises
    ValidationError unless the matrix is open.
    """
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    require_open(locked)
    strategy = assessment.strategy_version.strategy
    asked = {kpi.key: kpi for kpi in asked_of(strategy, assessment.school.phase)}
    ratings = ratings_of(assessment, kpis)
    saved = Saved(version=locked.version, at=timezone.now(), ratings=ratings)
    changed, suggested = {}, suggested or {}
    for key in (key for key in asked if key in entries):
        entry = _checked(strategy, entries[key], levels=len(strategy.levels_of(asked[key].scale)))
        entry = entry if key in suggested else _own(strategy, entry, ratings[key])
        if entry != entry_of(ratings[key]) or (key in suggested and not _is_kept(ratings[key], suggested[key])):
            changed[key] = entry
    if version is not None:
        since = [key for key in changed if ratings[key].of_version > version]
        saved.conflicts = [Conflict(ratings[key].kpi, ratings[key], changed[key]) for key in since]
    if changed and not saved.conflicts:
        saved.version, saved.written = locked.version + 1, len(changed)
        for key, entry in changed.items():
            _write(ratings[key], entry, by=by, at=saved.at, version=saved.version)
            ratings[key].carried, ratings[key].filled = carried, filled
            if key in suggested:
                keep_suggestion(ratings[key], suggested[key])
        upsert([ratings[key] for key in changed])
        write_read_row(locked, ratings.values(), version=saved.version)
    assessment.version = saved.version
    return saved


def require_open(assessment: Assessment) -> None:
    """Raise ValidationError when the school may not write any more."""
    if not assessment.is_open:
        raise ValidationError(
            f"This matrix is {assessment.get_state_display().lower()}, so it can no longer be changed."
        )


def _checked(strategy: Strategy, entry: Entry, *, levels: int) -> Entry:
    if entry.level is not None and not 0 <= entry.level <= levels:
        raise ValidationError("Choose one of the levels, or Unknown.")
    if len(entry.note) > LONGEST_NOTE:
        raise ValidationError(f"Use at most {LONGEST_NOTE} characters; this has {len(entry.note)}.")
    if entry.evidence_on and entry.evidence_on > timezone.localdate():
        raise ValidationError(f"{IN_FUTURE}.")
    return replace(entry, sources=tuple(kind for kind in strategy.matrix.source_labels if kind in entry.sources))


def _own(strategy: Strategy, entry: Entry, rating: Rating) -> Entry:
    """The entry without the evidence of a suggestion it no longer follows."""
    accepted = from_record(rating.measured)
    sources = strategy.matrix.source_of(accepted.origin) if accepted else ()
    return without_borrowed(entry, entry_of(rating), accepted, sources)


def _write(rating: Rating, entry: Entry, *, by: Membership | None, at: datetime, version: int) -> None:
    rating.level, rating.note = entry.level, entry.note
    rating.evidence_on, rating.sources = entry.evidence_on, list(entry.sources)
    rating.author, rating.written_at, rating.of_version = by, at, version
    rating.set_moderation_aside()


def _is_kept(rating: Rating, suggestion: Suggestion) -> bool:
    """Whether somebody has accepted just this before."""
    return not rating.filled and rating.measured == suggestion.as_record()


def keep_suggestion(rating: Rating, suggestion: Suggestion | None) -> None:
    """What figures or dates suggested, as it stands now; nothing where nothing is known."""
    rating.suggested = suggestion.level if suggestion else None
    rating.measured = suggestion.as_record() if suggestion and suggestion.origin else None


def upsert(ratings: list[Rating]) -> None:
    """Write the school's part of these ratings, and the moderation set aside by it, in one statement."""
    fields = [
        "level",
        "note",
        "evidence_on",
        "sources",
        "carried",
        "filled",
        "suggested",
        "measured",
        "author",
        "written_at",
        "of_version",
        "submitted_at",
        "moderated_level",
        "moderated_reason",
        "set_aside_level",
        "set_aside_reason",
    ]
    Rating.objects.bulk_create(
        ratings, update_conflicts=True, unique_fields=["trust", "period", "school", "kpi"], update_fields=fields
    )


def submit_assessment(assessment: Assessment, *, by: Membership, today: date) -> Assessment:
    """Send the matrix to the trust, and with it accept what was filled in.

    What figures and dates suggest is kept with each rating as it is now. Raises ValidationError, by field, for what is
    still missing.
    """
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    require_open(locked)
    suggestions = suggestions_of(assessment, today=today)
    missing = missing_of(assessment, entries_of(assessment), today=today, suggestions=suggestions)
    if missing:
        raise ValidationError({f"{item.field}-{item.kpi}": item.sentence for item in missing})
    record_act("matrix.submitted", assessment, by=by, school=assessment.school, before=locked.state, after="submitted")
    at = timezone.now()
    _keep_as_sent(assessment, suggestions, by=by, at=at)
    locked.state, locked.submitted_at, locked.submitted_by = Assessment.State.SUBMITTED, at, by
    locked.version += 1
    locked.save(update_fields=["state", "submitted_at", "submitted_by", "version"])
    tell_moderators(locked, by=by)
    return locked


def _keep_as_sent(
    assessment: Assessment, suggestions: Mapping[str, Suggestion], *, by: Membership, at: datetime
) -> None:
    """The ratings as they were sent. Three statements; who sends what was filled in stands for it."""
    ratings = ratings_of(assessment)
    for key, rating in ratings.items():
        keep_suggestion(rating, suggestions.get(key))
        rating.submitted_at = at
        if rating.filled:
            rating.author = by
    Rating.objects.bulk_update(ratings.values(), ["suggested", "measured", "submitted_at", "author"])
