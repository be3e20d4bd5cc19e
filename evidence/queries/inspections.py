"""Published inspections of schools, their predecessors' with them. One query, however many schools are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from evidence.models import Inspection
from evidence.rules import CATEGORIES, FRAMEWORKS, Framework, category_doubt, category_words, joining

GENERATIONS = 4
"""How far back predecessors are followed: a school, its academy, that one's rebrokered or merged successor."""

WITH_PREDECESSORS = """
    with recursive line (urn, earlier, generation) as (
        select asked.urn, asked.urn, 0 from unnest(%s::text[]) as asked (urn)
        union
        select line.urn, linked.earlier, line.generation + 1
        from line cross join lateral (
            select linked_urn::text from schools_establishmentlink
            where urn = line.earlier and kind like 'Predecessor%%'
            union all
            select urn::text from schools_establishmentlink
            where linked_urn = line.earlier and kind like 'Successor%%'
        ) as linked (earlier)
        where line.generation < %s
    )
    select evidence_inspection.*, asked.urn as of_school
    from (select distinct urn, earlier from line) as asked
    join evidence_inspection on evidence_inspection.urn = asked.earlier
    where coalesce(published_on, inspected_on) <= %s
    order by inspected_on desc nulls last, id desc
"""


@dataclass(frozen=True)
class GradeShown:
    """One area's grade as a page shows it."""

    area: str
    label: str
    words: str
    step: int | str
    published: str  # as published


@dataclass(frozen=True)
class InspectionShown:
    """A published inspection as a page shows it, in the words of its own framework."""

    urn: str
    of_urn: str  # the school that was inspected: `urn`, or a predecessor's
    framework: str
    framework_label: str
    inspected_on: date | None
    published_on: date | None
    overall: GradeShown | None  # None where the framework has no overall grade, or none was published
    grades: tuple[GradeShown, ...]
    safeguarding: str
    safeguarding_published: str
    category: str
    category_words: str
    doubt: str  # a warning where the category is not the usual one for the grades
    source: str
    as_at: date

    @property
    def of_predecessor(self) -> bool:
        return self.urn != self.of_urn


def inspections_of(urns: Iterable[str], on: date) -> dict[str, list[InspectionShown]]:
    """What was published of each school by the day `on`, the latest inspection first. Schools without any have []."""
    found: dict[str, list[InspectionShown]] = {urn: [] for urn in urns}
    for row in Inspection.objects.raw(WITH_PREDECESSORS, [list(found), GENERATIONS, on]):
        asked: str = row.of_school  # type: ignore[attr-defined]  # named in the SQL
        found[asked].append(shown(row, asked))
    return found


def shown(row: Inspection, urn: str) -> InspectionShown:
    """An inspection in the words of its framework."""
    framework = FRAMEWORKS[row.framework]
    return InspectionShown(
        urn=urn, of_urn=row.urn, framework=framework.key, framework_label=framework.label,
        inspected_on=row.inspected_on, published_on=row.published_on,
        overall=grade_shown(framework, "overall", "Overall effectiveness", row.overall) if row.overall else None,
        grades=grades_shown(framework, row.grades), safeguarding=framework.safeguarding(row.safeguarding),
        safeguarding_published=row.safeguarding,
        category=row.category_of_concern, category_words=category_words(row.category_of_concern),
        doubt=category_doubt(row.framework, row.grades, row.safeguarding, row.category_of_concern),
        source=row.source, as_at=row.as_at,
    )  # fmt: skip


def grades_shown(framework: Framework, grades: Mapping[str, str]) -> tuple[GradeShown, ...]:
    """In the framework's order."""
    return tuple(
        grade_shown(framework, area.key, area.label, grades[area.key]) for area in framework.areas if area.key in grades
    )


def grade_shown(framework: Framework, area: str, label: str, published: str) -> GradeShown:
    grade = framework.grade(published)
    return GradeShown(area, label, grade.words, grade.step, published)


def with_membership(inspection: InspectionShown, joined_on: date | None) -> str:
    """“before joining”, “after joining” or “joining date not known”, for every inspection that is shown."""
    return joining(inspection.inspected_on, joined_on, of_predecessor=inspection.of_predecessor)


def latest(inspections: Iterable[InspectionShown], framework: str = "") -> InspectionShown | None:
    """The latest inspection, or the latest under one framework."""
    return next((each for each in inspections if framework in ("", each.framework)), None)


def categories() -> dict[str, str]:
    """Categories of concern by their published letters, in words."""
    return {letters: category.words for letters, category in CATEGORIES.items()}
