"""Let the rules propose, and keep the explanation as it was given."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.utils import timezone

from categorisation.models import Assessment, Proposal, SchoolFact
from categorisation.queries import evidence_of
from categorisation.rules import axes_for, explain, propose


def facts_of(assessment: Assessment) -> frozenset[str]:
    """The strategy's facts that are true of the school today."""
    return frozenset(
        SchoolFact.objects.filter(school_id=assessment.school_id, until=None).values_list("key", flat=True)
    )


def propose_categories(assessment: Assessment, *, today: date) -> list[Proposal]:
    """Write what the rules propose on each axis of the school's strategy, replacing an earlier proposal."""
    strategy = assessment.strategy_version.strategy
    phase = assessment.school.phase
    axes = axes_for(strategy, phase)
    if not axes:
        return []
    evidence, facts = evidence_of(assessment), facts_of(assessment)
    made = []
    for axis in axes:
        found = propose(strategy, axis.key, evidence, facts=facts, phase=phase, today=today)
        words = explain(strategy, found)
        proposal, _ = Proposal.objects.update_or_create(
            assessment=assessment,
            axis=axis.key,
            defaults={
                "level": found.level or "",
                "best": found.best,
                "worst": found.worst,
                "explanation": {"words": asdict(words), "facts": as_record(found)},
                "made_at": timezone.now(),
                "of_version": assessment.version,
            },
        )
        made.append(proposal)
    return made


def as_record(found: object) -> dict:
    """The proposal as plain values, dates as text, for keeping."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [plain(part) for part in value]
        return value.isoformat() if isinstance(value, date) else value

    return plain(asdict(found))  # type: ignore[call-overload, return-value]
