"""What the matrix pages show, prepared so that templates decide nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from categorisation.access import TOLD, moderates, sees_moderation
from categorisation.forms import initial_of
from categorisation.models import Assessment, Rating
from categorisation.queries import (
    entries_since,
    evidence_of,
    missing_of,
    previous_of,
    published_of,
    ratings_of,
    suggestions_of,
)
from categorisation.queries.seen import seen_by_visits
from categorisation.rules import criterion_range
from categorisation.rules.bridges import reading_words
from categorisation.rules.entry import Missing, asked_of
from categorisation.rules.evidence import Seen
from categorisation.rules.suggestion import Suggestion, from_record
from categorisation.services import Saved, entry_of
from categorisation.services.filling import waits_for_acceptance
from schools.access import Access, Permission, TrustRequest
from schools.strategy import Criterion, Kpi, Strategy
from schools.words import listed
from schools.words import on as day_words

FIELDS = {"level": "level", "note": "note", "date": "evidence_on"}
"""The control of each thing that can be missing."""

PART_LABELS = {"level": "Your rating", "note": "What lies behind this?", "evidence_on": "Date of the evidence"}

ACTS = ("accept", "carry", "submit", "moderate")


def address(name: str, assessment: Assessment, trust: str, **more: str) -> str:
    """The address of a page of this matrix."""
    kwargs = {"trust": trust, "school_id": assessment.school_id, "period_id": assessment.period_id, **more}
    return reverse(name, kwargs=kwargs)


def tile(strategy: Strategy, kpi: Kpi, level: int | None) -> dict[str, Any]:
    """Word and step of a stored level."""
    if level is None:
        return {"word": "Not rated", "step": 0}
    if level == Rating.UNKNOWN:
        return {"word": "Unknown", "step": 0}
    found = strategy.levels_of(kpi.scale)[level - 1]
    return {"word": found.label, "step": found.tone}


def steps_of(
    assessment: Assessment,
    ratings: dict[str, Rating],
    trust: str,
    *,
    moderated: bool,
    missing: Sequence[Missing] = (),
) -> list[dict[str, Any]]:
    """Each criterion with how far it is: its level, as `moderated` or not, when all is ready, else “2 of 4”.

    What is rated and still lacks something of the `missing` is not ready.
    """
    strategy, phase = assessment.strategy_version.strategy, assessment.school.phase
    asked = {kpi.key for kpi in asked_of(strategy, phase)}
    evidence = evidence_of(assessment, ratings, moderated=moderated)
    short = {one.kpi for one in missing}
    steps = []
    for criterion in strategy.criteria:
        kpis = [kpi for kpi in criterion.kpis if kpi.key in asked]
        if not kpis:
            continue
        rated = [kpi.key for kpi in kpis if ratings[kpi.key].level is not None]
        ready = sum(key not in short for key in rated)
        step = {
            "key": criterion.key,
            "label": criterion.label,
            "url": address("criterion", assessment, trust, criterion=criterion.key),
            "ready": ready,
            "asked": len(kpis),
            "note": f"{ready} of {len(kpis)}" if rated else "Not started",
        }
        ends = criterion_range(strategy, criterion.key, evidence, phase=phase)
        if ready == len(kpis) and ends is not None and ends[0] == ends[1]:
            level = next(one for one in strategy.levels_of(kpis[0].scale) if one.key == ends[0])
            step |= {"word": level.label, "step": level.tone}
        elif ready == len(kpis):
            step |= {"word": "Part known", "step": 0}
        steps.append(step)
    return steps


def rail(
    assessment: Assessment, ratings: dict[str, Rating], here: Criterion, trust: str, missing: Sequence[Missing]
) -> dict[str, Any]:
    """The criteria as a rail, with the places next to `here` marked. No query."""
    steps = steps_of(assessment, ratings, trust, moderated=assessment.state in TOLD, missing=missing)
    at = next((place for place, step in enumerate(steps) if step["key"] == here.key), 0)
    for place, step in enumerate(steps):
        step["current"], step["near"] = place == at, abs(place - at) <= 1
    return {
        "steps": steps,
        "place": at + 1,
        "matrix_url": address("matrix", assessment, trust),
        "autosave_url": address("matrix_autosave", assessment, trust, criterion=here.key),
        "carry_url": address("matrix_carry", assessment, trust),
        "next_label": "Save and next criterion" if at + 1 < len(steps) else "",
    }


def published_lines(assessment: Assessment, kpis: Collection[str]) -> dict[str, str]:
    """By KPI that something else fills, how the trust reads the latest inspection. At most one query."""
    strategy, urn = assessment.strategy_version.strategy, assessment.school.urn
    if not any(bridge.kpi in kpis for bridge in strategy.bridges):
        return {}
    published = published_of({urn: strategy}, on=timezone.localdate())[urn]
    if published.inspection is None:
        return {}
    return {
        key: reading_words(strategy, reading, published.inspection)
        for key, reading in published.readings.items()
        if key in kpis
    }


def matrix_summary(
    request: TrustRequest,
    assessment: Assessment,
    ratings: dict[str, Rating] | None = None,
    *,
    refused: bool = False,
) -> dict[str, Any]:
    """The matrix at a glance: every criterion, every rating, self and moderated, with reasons."""
    access, trust = request.access, request.trust.slug
    strategy = assessment.strategy_version.strategy
    ratings = ratings or ratings_of(assessment)
    told = sees_moderation(access, assessment)
    may_write = assessment.is_open and access.may(Permission.RATE, assessment.school_id)
    live = suggestions_of(assessment, today=timezone.localdate()) if may_write else {}
    sees_counts = access.may(Permission.SEE_COUNTS, assessment.school_id)
    before = previous_of(assessment) if may_write else None
    missing = _still_missing(assessment, ratings, live, before) if may_write else []
    steps = steps_of(assessment, ratings, trust, moderated=told, missing=missing)
    seen = seen_by_visits(assessment.school, strategy, today=timezone.localdate())
    for step in steps:
        kpis = [kpi for kpi in strategy.criterion_by_key[step["key"]].kpis if kpi.key in ratings]
        step["ratings"] = [_line(strategy, kpi, ratings[kpi.key], told=told) for kpi in kpis]
        for line, kpi in zip(step["ratings"], kpis, strict=True):
            line |= suggested_beside(strategy, kpi, ratings[kpi.key], live.get(kpi.key), sees_counts=sees_counts)
            line |= _seen_beside(strategy, kpi, ratings[kpi.key], seen.get(kpi.key, ()))
    return {
        "assessment": assessment,
        "told": told,
        "strategy": strategy,
        "steps": steps,
        "done": sum(step["ready"] == step["asked"] for step in steps),
        "left": sum(step["asked"] - step["ready"] for step in steps),
        "unrated": any(one.field == "level" for one in missing),
        "first_open": next((step for step in steps if step["ready"] < step["asked"]), None),
        "before": before,
        "to_accept": sum(waits_for_acceptance(ratings[key], one) for key, one in live.items() if key in ratings),
        "may_write": may_write,
        "may_submit": may_write and access.may(Permission.SUBMIT, assessment.school_id),
        "may_moderate": assessment.state == "submitted" and moderates(access, assessment),
        "refused": refused,
        "missing": _missing_lines(assessment, ratings, trust, missing),
        "today": timezone.localdate(),
        **{
            f"{name}_url": address(f"matrix_{name}", assessment, trust)
            for name in ("accept", "carry", "submit", "moderate")
        },
    }


def _line(strategy: Strategy, kpi: Kpi, rating: Rating, *, told: bool) -> dict[str, Any]:
    """A rating of the school's and, once it is told, what the moderator made of it."""
    moderated, set_aside = (level if told else None for level in (rating.moderated_level, rating.set_aside_level))
    return {
        "label": kpi.label,
        "self": tile(strategy, kpi, rating.level),
        "moderated": tile(strategy, kpi, moderated) if moderated is not None else None,
        "set_aside": tile(strategy, kpi, set_aside) if set_aside is not None else None,
        "set_aside_reason": rating.set_aside_reason if told else "",
        "note": rating.note,
        "reason": rating.moderated_reason if told else "",
        "evidence_on": rating.evidence_on,
        "sources": strategy.matrix.sources_in_words(rating.sources),
        "one_source": len(rating.sources) == 1,
        "carried": rating.carried,
    }


def _seen_beside(strategy: Strategy, kpi: Kpi, rating: Rating, seen: Sequence[Seen]) -> dict[str, Any]:
    """What visits add to the school's own kinds of evidence, each with its last day; nothing for figures and dates."""
    if not seen or kpi.kind not in ("judged", "checklist"):
        return {}
    labels = strategy.matrix.source_labels
    said = [f"{labels[one.kind].lower()} ({day_words(one.on)})" for one in seen if one.kind in labels]
    kinds = {*rating.sources, *(one.kind for one in seen)}
    return {"seen": listed(said), "one_source": len(kinds) == 1, "kinds": len(kinds)}


def suggested_beside(
    strategy: Strategy, kpi: Kpi, rating: Rating, live: Suggestion | None, *, sees_counts: bool
) -> dict[str, Any]:
    """What figures or dates suggest beside a rating: as it is now, or as it was kept with the rating."""
    one = live or from_record(rating.measured)
    if one is None:
        return {"suggestion": None}
    level = one.level
    return {
        "suggestion": one.as_read(sees_counts=sees_counts),
        "suggested": tile(strategy, kpi, level) if level else None,
        "differs": level is not None and rating.level not in (None, level),
        "filled": rating.filled,
    }


def _still_missing(
    assessment: Assessment,
    ratings: dict[str, Rating],
    suggestions: dict[str, Suggestion],
    before: Assessment | None,
) -> list[Missing]:
    """What these ratings lack before they can be sent. At most one query."""
    entries = {key: entry_of(rating) for key, rating in ratings.items()}
    previous = entries_since(before, assessment)
    return missing_of(assessment, entries, today=timezone.localdate(), previous=previous, suggestions=suggestions)


def field_of(one: Missing, number: int) -> str:
    """The name of the control a missing thing belongs to."""
    return f"k{number}-{FIELDS[one.field]}"


def _missing_lines(
    assessment: Assessment, ratings: dict[str, Rating], trust: str, missing: Sequence[Missing]
) -> list[dict[str, str]]:
    """What is still missing, with a link to each field."""
    strategy = assessment.strategy_version.strategy
    home = {kpi.key: criterion.key for criterion in strategy.criteria for kpi in criterion.kpis}
    return [
        {
            "label": strategy.kpi_by_key[one.kpi].label,
            "text": one.sentence,
            "url": address("criterion", assessment, trust, criterion=home[one.kpi])
            + f"#id_{field_of(one, ratings[one.kpi].kpi.number)}",
        }
        for one in missing
    ]


def conflicts_for_script(saved: Saved, access: Access) -> dict[str, Any]:
    """What autosave.js shows beside each field that two people wrote."""
    return {"version": saved.version, "conflicts": _conflicting_fields(saved, access)}


def conflicts_for_form(saved: Saved, access: Access) -> list[dict[str, Any]]:
    """The same for a page without scripts, values as text."""
    return [
        {**clash, "theirs": _as_text(clash["theirs"]), "mine": _as_text(clash["mine"])}
        for clash in _conflicting_fields(saved, access)
    ]


def _as_text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _conflicting_fields(saved: Saved, access: Access) -> list[dict[str, Any]]:
    found = []
    for clash in saved.conflicts:
        who = _author(clash.theirs, access)
        at = f"{timezone.localtime(clash.theirs.written_at):%H:%M}" if clash.theirs.written_at else ""
        theirs, mine = shown(initial_of(clash.theirs)), shown(vars(clash.mine))
        found += [
            {
                "field": f"k{clash.kpi.number}-{name}",
                "label": f"{clash.kpi.label}: {PART_LABELS.get(name, name)}",
                "by": who,
                "at": at,
                "theirs": theirs[name],
                "mine": mine[name],
            }
            for name in ("level", "note", "evidence_on", "sources")
            if theirs[name] != mine[name]
        ]
    return found


def _author(rating: Rating, access: Access) -> str:
    """Who wrote it, to this person."""
    if rating.filled:
        return "The figures"
    author = rating.author
    return "You" if author is None or author.pk == access.membership.pk else author.user.name


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the form's controls hold them."""
    day = values["evidence_on"]
    return {
        "level": "" if values["level"] is None else str(values["level"]),
        "note": values["note"],
        "evidence_on": f"{day.day} {day:%B %Y}" if day else "",
        "sources": list(values["sources"]),
    }
