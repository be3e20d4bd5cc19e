"""What is true of a school beside its matrix: what was published, recorded or worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from categorisation.models import Assessment, Rating, SchoolFact
from categorisation.rules.accuracy import Accuracy, accuracy_of
from categorisation.rules.bridges import Reading, readings_of
from categorisation.rules.published import Inspection, facts_published
from evidence.queries import InspectionShown, calibration, inspections_of
from schools.models import AuditEntry, School
from schools.queries import Followed
from schools.strategy import Fact, Strategy
from schools.words import on as day_words


@dataclass(frozen=True)
class Published:
    """What the latest inspection of a school, or of its predecessors, says under a strategy."""

    inspection: Inspection | None
    readings: Mapping[str, Reading]  # by KPI
    facts: frozenset[str]


def published_of(strategies: Mapping[str, Strategy], *, on: date) -> dict[str, Published]:
    """By URN, what was published by the day `on`, read by the strategy given. One query, however many schools."""
    found = inspections_of(strategies, on)
    return {urn: read_published(strategy, found[urn]) for urn, strategy in strategies.items()}


def read_published(strategy: Strategy, inspections: Iterable[InspectionShown]) -> Published:
    """The same from the inspections of one school, the latest first. One without a day is passed over. No query."""
    inspection = next((_plain(shown, shown.inspected_on) for shown in inspections if shown.inspected_on), None)
    return Published(inspection, readings_of(strategy, inspection), facts_published(strategy, inspection))


def _plain(shown: InspectionShown, day: date) -> Inspection:
    return Inspection(
        framework=shown.framework,
        on=day,
        overall=shown.overall.published if shown.overall else "",
        grades={grade.area: grade.published for grade in shown.grades},
        safeguarding=shown.safeguarding_published,
        category=shown.category,
        predecessor=shown.of_urn if shown.of_predecessor else "",
    )


@dataclass(frozen=True)
class Held:
    """A fact of the strategy that is true of a school, and where that comes from: a record, an inspection, a sum."""

    fact: Fact
    recorded: SchoolFact | None = None
    inspection: Inspection | None = None
    accuracy: Accuracy | None = None

    @property
    def published(self) -> str:
        """For example “requires special measures, inspection of 12 March 2024”; blank for what people recorded."""
        if self.inspection is None or self.fact.published is None:
            return ""
        return f"{self.inspection.fact_words(self.fact.published)}, {self.inspection.words}"

    @property
    def source(self) -> str:
        """For example “the inspection of 12 March 2024”, “what the trust recorded from 3 October 2026”."""
        if self.recorded is not None:
            return f"what the trust recorded from {day_words(self.recorded.since)}"
        if self.accuracy is not None:
            return self.accuracy.source
        return f"the {self.inspection.words}" if self.inspection else ""


def facts_held(
    strategy: Strategy,
    school: School,
    *,
    on: date,
    published: Published | None = None,
    accuracy: Accuracy | None = None,
) -> list[Held]:
    """The strategy's facts that are true of a school on a day, in the order of the file.

    One query, and one more where the strategy has published facts and what was published is not given. Facts that are
    computed are looked at only where the school's `accuracy` is given.
    """
    if not strategy.facts:
        return []
    if published is None and any(fact.published for fact in strategy.facts):
        published = published_of({school.urn: strategy}, on=on)[school.urn]
    rows = SchoolFact.objects.current(on).filter(school=school).select_related("by__user").order_by("since")
    recorded = {row.key: row for row in rows}
    found = []
    for fact in strategy.facts:
        if fact.is_recorded and fact.key in recorded:
            found.append(Held(fact, recorded=recorded[fact.key]))
        elif published is not None and fact.key in published.facts:
            found.append(Held(fact, inspection=published.inspection))
        elif accuracy is not None and accuracy.makes(fact):
            found.append(Held(fact, accuracy=accuracy))
    return found


def self_evaluation_of(
    strategy: Strategy, school: School, *, on: date, followed: Followed | None = None
) -> Accuracy | None:
    """How near the school's own judgements come to others'; None where the strategy does not ask. Five queries.

    Of the latest agreed matrix all that the school rated itself, and every self-evaluation that was followed by a
    judgement from outside. What was filled in from figures is nobody's judgement.
    """
    if not any(fact.computed for fact in strategy.facts):
        return None
    latest = (
        Assessment.objects.agreed()
        .filter(school=school, period__starts_on__lte=on)
        .order_by("-period__starts_on", "-period__half")
        .first()
    )
    rows = Rating.objects.filter(assessment=latest, filled=False, level__gt=Rating.UNKNOWN) if latest else []
    moderated = [(row.level, row.counts_as) for row in rows if row.counts_as]
    (outside,) = calibration.accuracy_of([school], on, followed=followed)
    return accuracy_of(moderated, [one.distance for one in outside.accuracy.pairs])


@dataclass(frozen=True)
class Ended:
    """A fact that was true of a school, and why it is no longer."""

    label: str
    record: SchoolFact
    reason: str


def facts_ended(strategy: Strategy, school: School, *, on: date) -> list[Ended]:
    """What people recorded and ended by this day, the latest first. Two queries."""
    rows = list(SchoolFact.objects.filter(school=school, until__lte=on).order_by("-until", "-pk"))
    acts = AuditEntry.objects.filter(did="fact.ended", about_id__in=[row.pk for row in rows])
    reasons = dict(acts.values_list("about_id", "why"))
    known = strategy.fact_by_key
    return [Ended(known[row.key].label, row, reasons.get(row.pk, "")) for row in rows if row.key in known]
