"""What the matrix pages show, prepared so that templates decide nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from categorisation.access import TOLD, moderates, sees_moderation
from categorisation.forms import initial_of
from categorisation.models import Assessment, Rating
from categorisation.queries import evidence_of, previous_of, published_of, ratings_of
from categorisation.rules import criterion_range
from categorisation.rules.bridges import reading_words
from categorisation.rules.entry import asked_of
from categorisation.services import Saved
from schools.access import Access, Permission, TrustRequest
from schools.strategy import Criterion, Kpi, Strategy

PART_LABELS = {"level": "Your rating", "note": "What lies behind this?", "evidence_on": "Date of the evidence"}


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
    assessment: Assessment, ratings: dict[str, Rating], trust: str, *, moderated: bool
) -> list[dict[str, Any]]:
    """Each criterion with how far it is: its level, as `moderated` or not, when all is rated, else “2 of 4”."""
    strategy, phase = assessment.strategy_version.strategy, assessment.school.phase
    asked = {kpi.key for kpi in asked_of(strategy, phase)}
    evidence = evidence_of(assessment, ratings, moderated=moderated)
    steps = []
    for criterion in strategy.criteria:
        kpis = [kpi for kpi in criterion.kpis if kpi.key in asked]
        if not kpis:
            continue
        rated = sum(ratings[kpi.key].level is not None for kpi in kpis)
        step = {
            "key": criterion.key,
            "label": criterion.label,
            "url": address("criterion", assessment, trust, criterion=criterion.key),
            "rated": rated,
            "asked": len(kpis),
            "note": f"{rated} of {len(kpis)}" if rated else "Not started",
        }
        ends = criterion_range(strategy, criterion.key, evidence, phase=phase)
        if rated == len(kpis) and ends is not None and ends[0] == ends[1]:
            level = next(one for one in strategy.levels_of(kpis[0].scale) if one.key == ends[0])
            step |= {"word": level.label, "step": level.tone}
        elif rated == len(kpis):
            step |= {"word": "Part known", "step": 0}
        steps.append(step)
    return steps


def rail(assessment: Assessment, ratings: dict[str, Rating], here: Criterion, trust: str) -> dict[str, Any]:
    """The criteria as a rail, with the places next to `here` marked. No query."""
    steps = steps_of(assessment, ratings, trust, moderated=assessment.state in TOLD)
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
    """By KPI, how the trust reads the latest inspection. One query, none where no bridge leads to these KPIs."""
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
    refused: ValidationError | None = None,
) -> dict[str, Any]:
    """The matrix at a glance: every criterion, every rating, self and moderated, with reasons."""
    access, trust = request.access, request.trust.slug
    strategy = assessment.strategy_version.strategy
    ratings = ratings or ratings_of(assessment)
    told = sees_moderation(access, assessment)
    steps = steps_of(assessment, ratings, trust, moderated=told)
    for step in steps:
        kpis = strategy.criterion_by_key[step["key"]].kpis
        step["ratings"] = [_line(strategy, kpi, ratings[kpi.key], told=told) for kpi in kpis if kpi.key in ratings]
    may_write = assessment.is_open and access.may(Permission.RATE, assessment.school_id)
    before = previous_of(assessment) if may_write else None
    return {
        "assessment": assessment,
        "told": told,
        "strategy": strategy,
        "steps": steps,
        "done": sum(step["rated"] == step["asked"] for step in steps),
        "left": sum(step["asked"] - step["rated"] for step in steps),
        "first_open": next((step for step in steps if step["rated"] < step["asked"]), None),
        "before": before,
        "may_write": may_write,
        "may_submit": may_write and access.may(Permission.SUBMIT, assessment.school_id),
        "may_moderate": assessment.state == "submitted" and moderates(access, assessment),
        "missing": _missing(strategy, assessment, trust, refused) if refused else [],
        "today": timezone.localdate(),
        **{f"{name}_url": address(f"matrix_{name}", assessment, trust) for name in ("carry", "submit", "moderate")},
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


def _missing(strategy: Strategy, assessment: Assessment, trust: str, refused: ValidationError) -> list[dict[str, str]]:
    """What is still missing, with a link to each field."""
    numbers = {key: rating.kpi.number for key, rating in ratings_of(assessment).items()}
    home = {kpi.key: criterion.key for criterion in strategy.criteria for kpi in criterion.kpis}
    found = []
    for name, words in refused.message_dict.items():
        field, _, kpi = name.partition("-")
        field = {"date": "evidence_on"}.get(field, field)
        page = address("criterion", assessment, trust, criterion=home[kpi])
        anchor = f"#id_k{numbers[kpi]}-{field}"
        found.append({"label": strategy.kpi_by_key[kpi].label, "text": words[0], "url": page + anchor})
    return found


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
        author = clash.theirs.author
        who = "You" if author is None or author.pk == access.membership.pk else author.user.name
        at = f"{timezone.localtime(clash.theirs.written_at):%H:%M}" if clash.theirs.written_at else ""
        theirs, mine = _shown(initial_of(clash.theirs)), _shown(vars(clash.mine))
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


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the form's controls hold them."""
    day = values["evidence_on"]
    return {
        "level": "" if values["level"] is None else str(values["level"]),
        "note": values["note"],
        "evidence_on": f"{day.day} {day:%B %Y}" if day else "",
        "sources": list(values["sources"]),
    }
