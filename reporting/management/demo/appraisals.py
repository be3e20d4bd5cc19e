"""Invented appraisals, where the strategy says who appraises heads: with objectives set, and of the year before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from plans.models import Appraisal, AppraisalObjective, Priority
from reporting.management.demo.calendar import Terms, working_day
from reporting.management.demo.people import People
from reporting.management.demo.story import Story, TrustPlan
from schools.access import ROLES
from schools.models import School, StrategyVersion
from schools.rules import academic_year
from schools.strategy import Role
from schools.strategy.appraisals import Appraisal as Kind


class AppraisalWriter:
    """Writes how the appraisals of heads stand; what is said in one is in no demo and in no record."""

    def __init__(self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms) -> None:
        self.people, self.version, self.terms = people, version, terms

    def write(self, schools: Mapping[str, School]) -> None:
        """Once the plans are there, whose priorities are the objectives."""
        here = {key: school for key, school in schools.items() if school.left_on is None}
        rows = [row for kind in self.version.strategy.appraisals for row in self._of(kind, here)]
        Appraisal.objects.bulk_create(rows)
        first = {
            one.plan.school_id: one
            for one in Priority.objects.filter(position=1, plan__state="open").select_related("plan").order_by("-plan")
        }
        AppraisalObjective.objects.bulk_create(
            AppraisalObjective(appraisal=row, priority=first[row.school_id])
            for row in rows
            if row.set_on and not row.concluded_on and row.school_id in first
        )

    def _of(self, kind: Kind, here: Mapping[str, School]) -> Iterator[Appraisal]:
        """Of this year: the last school's is not set, its day is past. Of the year before: concluded."""
        leads = next((role for role in kind.by if ROLES[role].whole_trust), None)
        if leads is None or Role.HEAD not in kind.of:
            return
        year, today = academic_year(self.terms.today), self.terms.today
        for place, (key, school) in enumerate(here.items(), start=1):
            told = {
                "kind": kind.key, "person": self.people.head(key, 0), "appraiser": self.people.holding(leads),
                "school": school, "strategy_version": self.version,
                "led_by": list(kind.by), "shared_with": list(kind.shared_with),
            }  # fmt: skip
            for begins in (year - 1, year):
                days = [
                    working_day(date(begins, 10, 10 + place)), working_day(date(begins + 1, 3, 10 + place)),
                    working_day(date(begins + 1, 9, 20 + place)),
                ]  # fmt: skip
                done = [day if day < today else None for day in days]
                if begins == year and place == len(here):
                    done = [None, None, None]
                yield Appraisal(
                    **told, year=begins, begun_on=working_day(date(begins, 9, 15)), set_by=days[0], set_on=done[0],
                    review_by=days[1], reviewed_on=done[1], conclude_by=days[2], concluded_on=done[2],
                )  # fmt: skip
