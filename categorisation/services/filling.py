"""Ratings that nobody has to type: what is still true, and what figures and dates suggest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Rating
from categorisation.queries import entries_of, previous_entries, ratings_of, suggestions_of
from categorisation.rules.entry import Entry
from categorisation.rules.suggestion import Suggestion
from schools.models import Membership
from schools.strategy.matrix import Matrix

from .assessments import Saved, entry_of, save_ratings


def carry_forward(assessment: Assessment, *, by: Membership, today: date, only: str | None = None) -> Saved:
    """“Still true, checked today”: take last period's rating for every KPI not rated yet (or for `only` one).

    The note and the sources come along; the evidence keeps its date, because checking is not new evidence. Where a
    fresher figure or date suggests a rating, that is filled in instead.
    """
    before = previous_entries(assessment)
    suggestions = {} if only else suggestions_of(assessment, today=today)
    filled = fill_suggested(assessment, before=before, suggestions=suggestions)
    now = entries_of(assessment)
    wanted = {key: entry for key, entry in before.items() if entry.level and (only in (None, key))}
    fresh = {key: entry for key, entry in wanted.items() if now.get(key, Entry()).level is None}
    saved = save_ratings(assessment, fresh, by=by, carried=True)
    saved.written += filled.written
    return saved


def fill_suggested(
    assessment: Assessment, *, before: Mapping[str, Entry], suggestions: Mapping[str, Suggestion]
) -> Saved:
    """Fill in what figures and dates suggest where nothing is rated yet, but for what last time's evidence outdates.

    Nobody's rating until the school accepts it or sends the matrix.
    """
    if not suggestions:
        return Saved(version=assessment.version, at=timezone.now())
    now = entries_of(assessment)
    chosen = {
        key: one
        for key, one in suggestions.items()
        if one.level and one.on and now.get(key, Entry()).level is None and not _outdated(one.on, before.get(key))
    }
    if not chosen:
        return Saved(version=assessment.version, at=timezone.now())
    matrix = assessment.strategy_version.strategy.matrix
    entries = {key: entry_suggested(one, kept=now.get(key, Entry()), matrix=matrix) for key, one in chosen.items()}
    return save_ratings(assessment, entries, by=None, suggested=chosen, filled=True)


def _outdated(on: date, before: Entry | None) -> bool:
    """Whether last time's rating rests on later evidence."""
    return before is not None and bool(before.level) and before.evidence_on is not None and before.evidence_on > on


def entry_suggested(suggestion: Suggestion, *, kept: Entry, matrix: Matrix) -> Entry:
    """The rating that is suggested, dated by its evidence, with whatever words there are."""
    sources = (*kept.sources, *matrix.source_of(suggestion.origin))
    return Entry(suggestion.level, kept.note, suggestion.on, tuple(dict.fromkeys(sources)))


def accept_suggestions(
    assessment: Assessment, *, by: Membership, today: date, only: str | None = None, version: int | None = None
) -> Saved:
    """Rate as figures and dates suggest: `only` one KPI, or all that nobody has rated by hand. Not an act.

    Raises ValidationError where nothing is suggested for the one, or the matrix is not open.
    """
    suggestions = suggestions_of(assessment, today=today, only=None if only is None else {only})
    ratings = ratings_of(assessment)
    chosen = {
        key: one
        for key, one in suggestions.items()
        if one.level and key in ratings and (only is not None or waits_for_acceptance(ratings[key], one))
    }
    if only is not None and not chosen:
        raise ValidationError("Nothing is suggested for this indicator.")
    matrix = assessment.strategy_version.strategy.matrix
    entries = {key: entry_suggested(one, kept=entry_of(ratings[key]), matrix=matrix) for key, one in chosen.items()}
    return save_ratings(assessment, entries, by=by, version=version, suggested=chosen)


def waits_for_acceptance(rating: Rating, suggestion: Suggestion) -> bool:
    """Whether “accept all” takes it: not rated, only filled in, or carried on from what older evidence said."""
    if suggestion.level is None or rating.moderated_level is not None:
        return False  # what was moderated is changed one by one
    if rating.level is None or (rating.filled and rating.submitted_at is None):
        return True
    fresher = rating.evidence_on is None or (suggestion.on is not None and suggestion.on > rating.evidence_on)
    return rating.carried and fresher
