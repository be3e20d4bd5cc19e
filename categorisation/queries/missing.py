"""What stands between a matrix and sending it: the same to the page that writes it and to the act that sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from categorisation.models import Assessment
from categorisation.rules.entry import Entry, Missing, missing_before_submit
from categorisation.rules.suggestion import Suggestion

from .assessments import previous_entries
from .suggestions import suggestions_of


def missing_of(
    assessment: Assessment,
    entries: Mapping[str, Entry],
    *,
    today: date,
    previous: Mapping[str, Entry] | None = None,
    suggestions: Mapping[str, Suggestion] | None = None,
) -> list[Missing]:
    """Everything still missing, in the order of the matrix.

    The queries of `previous_entries` and `suggestions_of` where these are not known; none where both are.
    """
    known = suggestions_of(assessment, today=today) if suggestions is None else suggestions
    return list(
        missing_before_submit(
            assessment.strategy_version.strategy,
            entries,
            previous_entries(assessment) if previous is None else previous,
            phase=assessment.school.phase,
            today=today,
            suggested={key: one.level for key, one in known.items() if one.level},
        )
    )


def missing_in(assessment: Assessment, entries: Mapping[str, Entry], *, today: date) -> list[Missing]:
    """What these rated entries lack, for a page that asks at every save: no query where each is whole."""
    rated = {key: entry for key, entry in entries.items() if entry.level is not None}
    short = {key for key, entry in rated.items() if not (entry.note and entry.evidence_on)}
    suggestions = suggestions_of(assessment, today=today, only=short) if short else {}
    previous = previous_entries(assessment) if short else {}
    found = missing_of(assessment, rated, today=today, previous=previous, suggestions=suggestions)
    return [one for one in found if one.kpi in rated]
