"""How accurately schools judge themselves: their self-evaluations beside inspections and other outside judgements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from evidence.models import Source
from evidence.queries.inspections import InspectionShown, inspections_of
from evidence.rules.calibration import Accuracy, Judged, pairs_of, waiting_of
from evidence.rules.sef_layouts import FRAMEWORK_LAYOUTS, SectionRule, layout_of
from schools.models import School
from schools.queries import Followed

OWN, OWN_VISIT, SAFEGUARDING = "sef", "own_visit", "safeguarding"


@dataclass(frozen=True)
class SchoolAccuracy:
    """What is known of one school's accuracy, and how many of its judgements still wait for one from outside."""

    school: School
    accuracy: Accuracy
    own: int
    waiting: int


def accuracy_of(schools: Sequence[School], on: date, *, followed: Followed | None = None) -> list[SchoolAccuracy]:
    """In the order of `schools`, from what was known on the day `on`. Three queries, however many schools."""
    rules = _Rules(schools, on, followed or Followed.read())
    own: dict[int, list[Judged]] = defaultdict(list)
    outside: dict[int, list[Judged]] = defaultdict(list)
    rows = Source.objects.filter(school__in=schools, on__lte=on).exclude(judgement="").select_related("school")
    for row in rows.order_by("on", "pk"):
        if judged := rules.judged(row):
            (own if row.kind in (OWN, OWN_VISIT) else outside)[row.school_id].append(judged)
    published = inspections_of([school.urn for school in schools], on)
    found = []
    for school in schools:
        outside[school.pk] += _inspected(published[school.urn])
        pairs = pairs_of(own[school.pk], outside[school.pk])
        waiting = waiting_of(own[school.pk], outside[school.pk])
        found.append(SchoolAccuracy(school, Accuracy(pairs), len(own[school.pk]), waiting))
    return found


class _Rules:
    """Which words each area of a school may be judged in, strongest first."""

    def __init__(self, schools: Iterable[School], on: date, followed: Followed) -> None:
        self.versions = followed.on(on)
        self.schools = {school.pk: school for school in schools}

    def section(self, row: Source) -> SectionRule | None:
        layout = FRAMEWORK_LAYOUTS.get(row.framework)
        version = self.versions.get(row.school_id) or self.versions.get(None)
        if layout is None and version is not None:
            layout = layout_of(version.strategy, self.schools[row.school_id].phase)
        return layout.area(row.area) if layout else None

    def judged(self, row: Source) -> Judged | None:
        """The row as a judgement; None where its words are none that can be set beside others."""
        section = self.section(row)
        return _judged(section, row.framework, row.judgement, row.on, row.label) if section else None


def _judged(
    section: SectionRule, framework: str, judgement: str, on: date, by: str, *, known_on: date | None = None
) -> Judged | None:
    order = [one.key for one in section.judgements if one.step != "na"]
    if judgement not in order:
        return None
    word = next(one.label for one in section.judgements if one.key == judgement)
    return Judged(section.key, section.label, framework, order.index(judgement) + 1, word, on, by, known_on)


def _inspected(inspections: Iterable[InspectionShown]) -> Iterator[Judged]:
    for shown in inspections:
        layout = FRAMEWORK_LAYOUTS[shown.framework]
        grades = [(grade.area, grade.published) for grade in shown.grades]
        for area, published in (*grades, (SAFEGUARDING, shown.safeguarding_published)):
            section = layout.area(area)
            if section and shown.inspected_on and published:
                judged = _judged(
                    section, shown.framework, published, shown.inspected_on, "Ofsted inspection",
                    known_on=shown.published_on,
                )  # fmt: skip
                if judged:
                    yield judged
