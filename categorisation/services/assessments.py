"""The school's own part: write ratings, carry forward what is still true, and submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Rating
from categorisation.queries import entries_of, previous_entries, ratings_of
from categorisation.rules.entry import IN_FUTURE, LONGEST_NOTE, Entry, asked_of, missing_before_submit
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


def entry_of(rating: Rating) -> Entry:
    """The school's own words and rating, as a value."""
    return Entry(rating.level, rating.note, rating.evidence_on, tuple(rating.sources))


def save_ratings(
    assessment: Assessment,
    entries: Mapping[str, Entry],
    *,
    by: Membership,
    version: int | None = None,
    carried: bool = False,
    kpis: dict[str, Kpi] | None = None,
) -> Saved:
    """Write a draft of some KPIs. Five statements whatever their number, four if the `kpis` are known. Not an act.

    `version` is the one the form was filled in on. Where a KPI was written since and differs, nothing is saved and the
    conflicts are given back; what others wrote about other KPIs stands. A moderated level of what the school changes
    is set aside. Raises ValidationError unless the matrix is open.
    """
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    require_open(locked)
    strategy = assessment.strategy_version.strategy
    asked = {kpi.key: kpi for kpi in asked_of(strategy, assessment.school.phase)}
    ratings = ratings_of(assessment, kpis)
    saved = Saved(version=locked.version, at=timezone.now())
    changed = {}
    for key in (key for key in asked if key in entries):
        entry = _checked(strategy, entries[key], levels=len(strategy.levels_of(asked[key].scale)))
        if entry != entry_of(ratings[key]):
            changed[key] = entry
    if version is not None:
        since = [key for key in changed if ratings[key].of_version > version]
        saved.conflicts = [Conflict(ratings[key].kpi, ratings[key], changed[key]) for key in since]
    if changed and not saved.conflicts:
        saved.version, saved.written = locked.version + 1, len(changed)
        upsert(
            [
                _written(ratings[key], entry, by=by, at=saved.at, version=saved.version, carried=carried)
                for key, entry in changed.items()
            ]
        )
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


def _written(rating: Rating, entry: Entry, *, by: Membership, at: datetime, version: int, carried: bool) -> Rating:
    rating.level, rating.note = entry.level, entry.note
    rating.evidence_on, rating.sources = entry.evidence_on, list(entry.sources)
    rating.author, rating.written_at, rating.of_version, rating.carried = by, at, version, carried
    rating.set_moderation_aside()
    return rating


def upsert(ratings: list[Rating]) -> None:
    """Write the school's part of these ratings, and the moderation set aside by it, in one statement."""
    fields = [
        "level",
        "note",
        "evidence_on",
        "sources",
        "carried",
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


def carry_forward(assessment: Assessment, *, by: Membership, today: date, only: str | None = None) -> Saved:
    """“Still true, checked today”: take last period's rating for every KPI not rated yet (or for `only` one).

    The note and the sources come along; the evidence keeps its date, because checking is not new evidence.
    """
    before = previous_entries(assessment)
    now = entries_of(assessment)
    wanted = {key: entry for key, entry in before.items() if entry.level and (only in (None, key))}
    fresh = {key: entry for key, entry in wanted.items() if now.get(key, Entry()).level is None}
    return save_ratings(assessment, fresh, by=by, carried=True)


def submit_assessment(assessment: Assessment, *, by: Membership, today: date) -> Assessment:
    """Send the matrix to the trust. Raises ValidationError, by field, for what is still missing."""
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    require_open(locked)
    strategy = assessment.strategy_version.strategy
    missing = list(
        missing_before_submit(
            strategy, entries_of(assessment), previous_entries(assessment), phase=assessment.school.phase, today=today
        )
    )
    if missing:
        raise ValidationError({f"{item.field}-{item.kpi}": item.sentence for item in missing})
    record_act("matrix.submitted", assessment, by=by, school=assessment.school, before=locked.state, after="submitted")
    at = timezone.now()
    Rating.objects.filter(assessment=assessment).update(submitted_at=at)
    locked.state, locked.submitted_at, locked.submitted_by = Assessment.State.SUBMITTED, at, by
    locked.version += 1
    locked.save(update_fields=["state", "submitted_at", "submitted_by", "version"])
    tell_moderators(locked, by=by)
    return locked
