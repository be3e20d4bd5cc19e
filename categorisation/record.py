"""What the record of changes says of matrices, ratings, decisions and replies, in the strategy's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Q

from categorisation.models import Assessment, Decision, Rating
from schools.models import AuditEntry, StrategyVersion
from schools.strategy import Strategy

Parts = dict[int, dict[str, object]]

KEPT = 200
"""Letters of a reply that an entry keeps."""


def tell(entries: Sequence[AuditEntry]) -> Parts:
    """A fixed number of queries, whatever the number of entries."""
    versions = StrategyVersion.objects.defer("text", "document").in_bulk()
    made, sent = _made(entries), _of(entries, "decision")
    rows = _decisions_of([*made.values(), *sent], entries)
    for row in rows:
        row.strategy_version = versions[row.strategy_version_id]
    about_ratings = _ratings(entries, versions)
    return {**_matrices(entries), **about_ratings, **_decisions(entries, made, rows), **_replies(sent, rows)}


def _of(entries: Sequence[AuditEntry], about: str) -> dict[int, list[AuditEntry]]:
    """Entries about rows of one kind, by the row."""
    found: dict[int, list[AuditEntry]] = {}
    for entry in entries:
        if entry.about == f"categorisation.{about}" and entry.about_id is not None:
            found.setdefault(entry.about_id, []).append(entry)
    return found


def _matrices(entries: Sequence[AuditEntry]) -> Parts:
    about = _of(entries, "assessment")
    return {
        entry.pk: {"thing": matrix.period.label, "page": _matrix(matrix.school_id, matrix.period_id)}
        for matrix in Assessment.objects.filter(pk__in=about).select_related("period")
        for entry in about[matrix.pk]
    }


def _matrix(school: int, period: int) -> tuple[str, dict[str, int]]:
    return "matrix", {"school_id": school, "period_id": period}


def _ratings(entries: Sequence[AuditEntry], versions: Mapping[int, StrategyVersion]) -> Parts:
    """Levels are kept by their place in the indicator's scale."""
    about = _of(entries, "rating")
    rows = list(Rating.objects.filter(pk__in=about).select_related("kpi", "period", "assessment"))
    for rating in rows:
        rating.assessment.strategy_version = versions[rating.assessment.strategy_version_id]
    return {
        entry.pk: {
            "thing": f"{rating.kpi.label}, {rating.period.label}",
            "before": _rated(rating, entry.before),
            "after": _rated(rating, entry.after),
            "page": _matrix(rating.school_id, rating.period_id),
        }
        for rating in rows
        for entry in about[rating.pk]
    }


def _rated(rating: Rating, place: str) -> str:
    """The label at a place; what is no place is left as it is."""
    strategy = rating.assessment.strategy_version.strategy
    kpi = strategy.kpi_by_key.get(rating.kpi.key)
    levels = strategy.levels_of(kpi.scale) if kpi else ()
    if place == "None":
        return "Not rated"
    if place == str(Rating.UNKNOWN):
        return "Unknown"
    return levels[int(place) - 1].label if place.isdecimal() and int(place) <= len(levels) else place


def _decided(entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """The entries of decisions, which are about the school."""
    return [entry for entry in entries if entry.did.startswith("category.")]


def _made(entries: Sequence[AuditEntry]) -> dict[object, int]:
    """By act, the decision that was recorded in it."""
    events = _history("Decision").filter(pgh_context_id__in=_acts(_decided(entries)))
    return dict(events.values_list("pgh_context_id", "pgh_obj"))


def _decisions_of(keys: Sequence[int], entries: Sequence[AuditEntry]) -> list[Decision]:
    """These decisions, and those recorded at the moment of an entry."""
    decided = _decided(entries)
    at_once = Q(school__in=[entry.school_id for entry in decided], decided_at__in=[entry.at for entry in decided])
    rows = Decision.objects.filter(Q(pk__in=keys) | at_once)
    return list(rows.prefetch_related("replies"))


def _decisions(entries: Sequence[AuditEntry], made: dict[object, int], rows: Sequence[Decision]) -> Parts:
    """Which axis it was, and in whose words, is in the decision."""
    by_key = {row.pk: row for row in rows}
    by_moment = {(row.school_id, row.decided_at): row for row in rows}
    parts: Parts = {}
    for entry in _decided(entries):
        row = by_key.get(made.get(entry.act, 0)) or by_moment.get((entry.school_id or 0, entry.at))
        if row is not None:
            strategy = row.strategy_version.strategy
            levels = {name: _level(strategy, row.axis, getattr(entry, name)) for name in ("before", "after")}
            parts[entry.pk] = {"thing": _axis(strategy, row.axis), "page": _page(row), **levels}
    return parts


def _acts(entries: Sequence[AuditEntry]) -> list[object]:
    return [entry.act for entry in entries]


def _page(decision: Decision) -> tuple[str, dict[str, int]]:
    return "decision", {"decision_id": decision.pk}


def _history(of: str) -> Any:
    """The rows a trigger keeps of a model's changes, each with the act it belongs to; the last one counts."""
    return apps.get_model("categorisation", f"{of}Event")._default_manager.order_by("pgh_id")


def _replies(about: dict[int, list[AuditEntry]], rows: Sequence[Decision]) -> Parts:
    """The reply whole, as it was sent then: the entry may keep only its beginning."""
    sent = _history("Reply").filter(pgh_context_id__in=[act for found in about.values() for act in _acts(found)])
    texts = dict(sent.values_list("pgh_context_id", "text"))
    return {
        entry.pk: {
            "thing": _axis(row.strategy_version.strategy, row.axis),
            "why": texts.get(entry.act) or _whole(entry.why, [reply.text for reply in row.replies.all()]),
            "page": _page(row),
        }
        for row in rows
        for entry in about.get(row.pk, ())
    }


def _whole(begun: str, texts: Sequence[str]) -> str:
    """The text that begins so; where it has been written anew since, what there is, marked as cut."""
    known = next((text for text in texts if begun and text.startswith(begun)), "")
    return known or (f"{begun.rstrip()}…" if len(begun) >= KEPT else begun)


def _axis(strategy: Strategy, key: str) -> str:
    axis = strategy.axis_by_key.get(key)
    return axis.label if axis else key.replace("_", " ")


def _level(strategy: Strategy, axis: str, key: str) -> str:
    levels = strategy.axis_levels(axis) if axis in strategy.axis_by_key else ()
    return next((strategy.level_words(level) for level in levels if level.key == key), key.replace("_", " "))
