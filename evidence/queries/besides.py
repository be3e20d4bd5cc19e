"""What a school's figures are set beside: places, similar schools, targets and the trust's own benchmarks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from evidence.models import Benchmark, PublishedFigure, Target
from evidence.rules.comparing import ANY_SPAN, Beside, last_day
from schools.models import School
from schools.strategy.measures import PupilGroup
from schools.words import on as day_words

Asked = tuple[str, str]
"""Keys of a measure and of a group of pupils."""

YEARS = 5
"""How many academic years back figures are looked for: three together, with two years until they are published."""

ENGLAND = "E92000001"

MIDDLE = "50th"
"""Of a hundred similar schools the one that others are set beside."""

PHASES = {"infant": "primary", "junior": "primary", "alternative": "ap", "nursery": "primary"}
"""Phases of education as official area figures know them, where they have another name for them."""


class Besides:
    """The figures of places, targets and the trust's own benchmarks, read once for everything asked."""

    def __init__(
        self,
        schools: Sequence[School],
        asked: Sequence[Asked],
        against: Collection[str],
        *,
        on: date,
        groups: Mapping[str, PupilGroup],
    ) -> None:
        self.against, self.groups, self.on = against, groups, on
        self.asked = {(measure, form) for measure, group in asked for form in (group, groups[group].official)}
        self.placed: dict[tuple[str, str, str, str], list[PublishedFigure]] = defaultdict(list)
        self.by_hand: dict[tuple[str, str, str], list[Benchmark]] = defaultdict(list)
        self.targets: dict[tuple[int | None, str, str], list[Target]] = defaultdict(list)
        if {"national", "local", "similar"} & set(against):
            self._read_by_hand()
        if "target" in against:
            for target in self._of_asked(Target).filter(Q(school__in=schools) | Q(school=None)):
                self.targets[target.school_id, target.measure, target.group].append(target)

    def _of_asked(self, model: Any) -> Any:
        measures, groups = {one for one, _ in self.asked}, {one for _, one in self.asked}
        rows = model.objects.filter(measure__in=measures, group__in=groups)
        return rows.filter(year__gte=self.on.year - YEARS)

    def add(self, row: PublishedFigure, urn: str) -> None:
        """An official figure of England (`urn` is empty), or of a school's authority or of those similar to it."""
        self.placed[row.place, urn, row.measure, row.group].append(row)

    def _read_by_hand(self) -> None:
        for row in self._of_asked(Benchmark):
            self.by_hand[row.against, row.measure, row.group].append(row)

    def of(self, school: School, measure: str, group: str) -> dict[str, tuple[Beside, ...]]:
        """By what they are set against, the most fitting first."""
        found: dict[str, tuple[Beside, ...]] = {}
        phase = PHASES.get(school.phase, school.phase)
        official = self.groups[group].official
        for against, place, urn in (("national", "england", ""), ("local", "la", school.urn)):
            if against in self.against:
                rows = self.placed.get((place, urn, measure, official), [])
                found[against] = (*self._by_hand(against, school, measure, group), *_placed(against, rows, phase))
        if "similar" in self.against:
            rows = self.placed.get(("similar", school.urn, measure, official), [])
            found["similar"] = (*self._by_hand("similar", school, measure, group), *_middle(rows))
        if "target" in self.against:
            own = self.targets.get((school.pk, measure, group)) or self.targets.get((None, measure, group), [])
            found["target"] = tuple(_target(one) for one in own)
        return found

    def _by_hand(self, against: str, school: School, measure: str, group: str) -> Iterator[Beside]:
        """The trust's own benchmarks for this phase of education, then those for every phase."""
        rows = [*self.by_hand.get((against, measure, group), ())]
        if self.groups[group].official != group:
            rows += self.by_hand.get((against, measure, self.groups[group].official), ())
        fit = [row for row in rows if row.phase in ("", school.phase, PHASES.get(school.phase, school.phase))]
        if against == "local":
            fit = [row for row in fit if row.place in ("", school.la_name)]
        for row in sorted(fit, key=lambda row: not row.phase):
            label, rank = row.place or row.get_against_display(), 0 if row.phase else 1
            yield Beside(against, label, row.value, row.year, row.span, row.release, row.source, fit=rank)


def _placed(against: str, rows: Sequence[PublishedFigure], phase: str) -> Iterator[Beside]:
    """Official figures of a place: for the school's phase of education, then for all schools."""
    for row in sorted((row for row in rows if row.phase in ("", phase)), key=lambda row: not row.phase):
        value = row.value
        if value is None and row.numerator is not None and row.denominator:
            value = 100 * Decimal(row.numerator) / row.denominator
        if value is not None:
            place = "England" if against == "national" else "Local authority"
            label = f"{place}, {row.phase} schools" if row.phase else place
            source = f"{row.source}, as at {day_words(row.as_at)}"
            until, fit = last_day(row.year, row.span, known_by=row.as_at), 0 if row.phase else 1
            yield Beside(against, label, value, row.year, row.span, row.release, source, until=until, fit=fit)


def _middle(rows: Sequence[PublishedFigure]) -> Iterator[Beside]:
    """The result of the school in the middle of the similar ones. The method: docs/similar-schools.md."""
    for row in rows:
        if row.phase == MIDDLE and row.value is not None:
            label = f"Middle of {row.denominator:,} similar schools" if row.denominator else "Middle of similar schools"
            yield Beside("similar", label, row.value, row.year, row.span, row.release, row.source)


def _target(row: Target) -> Beside:
    """A target is for a measure as the school gives it, whatever its span, by the end of the year or of a term."""
    whose = "The school’s target" if row.school_id else "The trust’s target"
    return Beside("target", whose, row.value, row.year, ANY_SPAN, season=row.season)
