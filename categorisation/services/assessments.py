"""The school's own part: open the matrix, write ratings, carry forward what is still true, and submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Rating
from categorisation.queries import entries_of, previous_entries, ratings_of
from categorisation.rules.entry import LONGEST_NOTE, SOURCE_KINDS, Entry, asked_of, missing_before_submit
from schools.audit import record_act
from schools.models import Kpi, Meeting, Membership, Period, School
from schools.queries import strategy_of
from schools.strategy import Strategy

from .read_row import write_read_row

DUE_BEFORE_MEETING = timedelta(days=6)
DUE_BEFORE_END = timedelta(days=23)
OPEN_STATES = (Assessment.State.DRAFT, Assessment.State.RETURNED)


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


def entry_of(rating: Rating) -> Entry:
    """The school's own words and rating, as a value."""
    return Entry(rating.level, rating.note, rating.evidence_on, tuple(rating.sources))


def open_assessment(school: School, period: Period) -> Assessment:
    """The school's matrix for the period, made on first use with the strategy version then in force."""
    found = Assessment.objects.filter(school=school, period=period).first()
    if found is not None:
        return found
    version = strategy_of(school, max(period.starts_on, school.joined_on))
    if version is None:
        raise ValidationError("The trust has not published a strategy for this school yet.")
    assessment, _ = Assessment.objects.get_or_create(
        school=school,
        period=period,
        defaults={"strategy_version": version, "due_on": due_day(period, version.strategy)},
    )
    return assessment


def due_day(period: Period, strategy: Strategy) -> date:
    """Six days before the period's first meeting that decides, so that it can be moderated; else before the end."""
    deciding = [meeting.key for meeting in strategy.meetings if meeting.decides]
    first = Meeting.objects.filter(period=period, kind__in=deciding).order_by("starts_at").first()
    day = timezone.localdate(first.starts_at) - DUE_BEFORE_MEETING if first else period.ends_on - DUE_BEFORE_END
    return max(day, period.starts_on)


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
    conflicts are given back; what others wrote about other KPIs stands. Raises ValidationError unless it is open.
    """
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    require_open(locked)
    strategy = assessment.strategy_version.strategy
    asked = {kpi.key: kpi for kpi in asked_of(strategy, assessment.school.phase)}
    ratings = ratings_of(assessment, kpis)
    saved = Saved(version=locked.version, at=timezone.now())
    changed = {}
    for key in (key for key in asked if key in entries):
        entry = _checked(entries[key], levels=len(strategy.levels_of(asked[key].scale)))
        if entry != entry_of(ratings[key]):
            changed[key] = entry
    if version is not None:
        since = [key for key in changed if ratings[key].of_version > version]
        saved.conflicts = [Conflict(ratings[key].kpi, ratings[key], changed[key]) for key in since]
    if changed and not saved.conflicts:
        saved.version = locked.version + 1
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
    if assessment.state not in OPEN_STATES:
        raise ValidationError(
            f"This matrix is {assessment.get_state_display().lower()}, so it can no longer be changed."
        )


def _checked(entry: Entry, *, levels: int) -> Entry:
    if entry.level is not None and not 0 <= entry.level <= levels:
        raise ValidationError("Choose one of the levels, or Unknown.")
    if len(entry.note) > LONGEST_NOTE:
        raise ValidationError(f"Use at most {LONGEST_NOTE} characters; this has {len(entry.note)}.")
    return replace(entry, sources=tuple(kind for kind in SOURCE_KINDS if kind in entry.sources))


def _written(rating: Rating, entry: Entry, *, by: Membership, at: datetime, version: int, carried: bool) -> Rating:
    rating.level, rating.note = entry.level, entry.note
    rating.evidence_on, rating.sources = entry.evidence_on, list(entry.sources)
    rating.author, rating.written_at, rating.of_version, rating.carried = by, at, version, carried
    return rating


def upsert(ratings: list[Rating]) -> None:
    """Write the school's part of these ratings in one statement."""
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
    return locked
