"""Reads that services and pages share."""

from .assessments import (
    entries_of,
    entries_since,
    evidence_of,
    kpis_of,
    level_key,
    previous_entries,
    previous_of,
    ratings_of,
    same_scale,
)
from .facts import Ended, Held, Published, facts_ended, facts_held, published_of, read_published, self_evaluation_of
from .missing import missing_in, missing_of
from .suggestions import events_of, suggestions_of

__all__ = [
    "Ended",
    "Held",
    "Published",
    "entries_of",
    "entries_since",
    "events_of",
    "evidence_of",
    "facts_ended",
    "facts_held",
    "kpis_of",
    "level_key",
    "missing_in",
    "missing_of",
    "previous_entries",
    "previous_of",
    "published_of",
    "ratings_of",
    "read_published",
    "same_scale",
    "self_evaluation_of",
    "suggestions_of",
]
