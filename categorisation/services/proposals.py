"""Let the rules propose, and keep the explanation as it was given."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.utils import timezone

from categorisation.models import Assessment, Decision, Proposal
from categorisation.queries import evidence_of, facts_held, self_evaluation_of
from categorisation.queries.seen import seen_by_visits
from categorisation.rules import axes_for, explain, propose
from schools.models import School


def propose_categories(assessment: Assessment, *, today: date) -> list[Proposal]:
    """Write what the rules propose on each axis of the school's strategy, replacing an earlier proposal.

    A proposal on which a decision rests is never rewritten: it stands as people read it when they decided.
    """
    strategy, phase = assessment.strategy_version.strategy, assessment.school.phase
    axes = axes_for(strategy, phase)
    if not axes:
        return []
    school = School.objects.select_for_update(no_key=True).get(pk=assessment.school_id)  # its facts hold still
    decided = _decided(assessment)
    evidence = evidence_of(assessment, seen=seen_by_visits(school, strategy, today=today))
    accuracy = self_evaluation_of(strategy, school, on=today)
    held = facts_held(strategy, school, on=today, accuracy=accuracy)
    sources = {one.fact.key: one.source for one in held}
    besides = [accuracy.words] if accuracy else []
    made = []
    for axis in axes:
        if axis.key in decided:
            made.append(decided[axis.key])
            continue
        found = propose(strategy, axis.key, evidence, facts=frozenset(sources), phase=phase, today=today)
        words = explain(strategy, found, sources=sources, besides=besides)
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


def propose_anew(school: School, *, today: date) -> None:
    """The rules look again at the latest agreed matrix; what a decision rests on stands."""
    latest = (
        Assessment.objects.agreed()
        .filter(school=school)
        .select_related("school", "strategy_version")
        .defer("strategy_version__document")
        .order_by("-period__starts_on", "-period__half")
        .first()
    )
    if latest is not None:
        propose_categories(latest, today=today)


def _decided(assessment: Assessment) -> dict[str, Proposal]:
    """The proposals that decisions rest on, by axis. All are locked first, as a decision locks its own."""
    rows = list(Proposal.objects.select_for_update().filter(assessment=assessment))
    resting = set(Decision.objects.filter(proposal__in=rows).values_list("proposal_id", flat=True))
    return {row.axis: row for row in rows if row.pk in resting}


def as_record(found: object) -> dict:
    """The proposal as plain values, dates as text, for keeping."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [plain(part) for part in value]
        return value.isoformat() if isinstance(value, date) else value

    return plain(asdict(found))  # type: ignore[call-overload, return-value]
