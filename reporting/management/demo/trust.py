"""One trust, from its calendar to its decisions: rows written in bulk, dated to when they would have been made."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from categorisation.models import Assessment, Proposal, SchoolFact
from evidence.queries.calibration import SchoolAccuracy, accuracy_of
from reporting.management.demo.appraisals import AppraisalWriter
from reporting.management.demo.calendar import Sitting, make_terms, moment, sittings
from reporting.management.demo.checklists import ChecklistWriter
from reporting.management.demo.checks import write_checks
from reporting.management.demo.concerns import ConcernWriter
from reporting.management.demo.decisions import Decider, proposals_of
from reporting.management.demo.exchange import ExchangeWriter
from reporting.management.demo.figures import TERMS_BACK, FigureWriter
from reporting.management.demo.ladder_plans import LadderPlanWriter
from reporting.management.demo.level_plans import LevelPlanWriter
from reporting.management.demo.meetings import Meetings
from reporting.management.demo.people import FIRST, grant_roles, make_people
from reporting.management.demo.plans import PlanWriter
from reporting.management.demo.practice import PracticeWriter
from reporting.management.demo.progress import ProgressWriter
from reporting.management.demo.ratings import Matrix, SchoolWriter
from reporting.management.demo.record import Record, record_matrix, record_moderation
from reporting.management.demo.reviews import ReviewWriter
from reporting.management.demo.rows import insert_rows
from reporting.management.demo.sefs import SefWriter, periods_before
from reporting.management.demo.story import SchoolPlan, Story, TrustPlan
from reporting.management.demo.support import SupportWriter
from reporting.management.demo.trust_plan import TrustPlanWriter
from reporting.management.demo.verdicts import VerdictWriter
from reporting.management.demo.visits import VisitWriter
from reporting.services import request_report
from schools.models import Kpi, Period, School, StrategyChoice, StrategyVersion, Trust
from schools.services.strategies import register_kpis
from schools.strategy import Role, read_strategy
from schools.words import year_words

LONG_BEFORE = date(2019, 9, 1)
"""When schools joined that have been in their trust since before the story."""


class TrustWriter:
    """Writes one trust of the story into the open trust."""

    def __init__(self, story: Story, plan: TrustPlan, trust: Trust, today: date) -> None:
        self.story, self.plan, self.trust = story, plan, trust
        self.record = Record()
        self.terms = make_terms(today)
        self.people = make_people(plan)
        self.schools = self._make_schools()
        self.version = self._publish()

    def write(self) -> None:
        """Everything else, in the order it depends on."""
        grant_roles(self.people, self.schools, self.terms, self.record)
        self._record_setting_up()
        self._write_facts()
        found = {one.key: sittings(self.schools[one.key], one, self.plan, self.terms) for one in self.plan.schools}
        meetings = Meetings(self.plan, self.people, self.terms, self.schools)
        meetings.make([sitting for group in found.values() for sitting in group], self.record)
        matrices = self._write_matrices(found)
        SefWriter(self.story, self.plan, self.people, self.version, self.terms).write(self.schools)
        visits = VisitWriter(self.story, self.plan, self.people, self.version, self.terms)
        visits.write(self.schools)
        reviews = ReviewWriter(self.story, self.plan, self.people, self.version, self.terms, self.record)
        reviews.write(self.schools)
        PracticeWriter(self.story, self.people, reviews, self.terms).write(self.schools)
        self._decide(matrices, meetings)
        reviews.settle()
        for writer in (
            PlanWriter,
            LevelPlanWriter,
            TrustPlanWriter,
            LadderPlanWriter,
            ProgressWriter,
            VerdictWriter,
            SupportWriter,
            AppraisalWriter,
        ):
            writer(self.story, self.plan, self.people, self.version, self.terms).write(self.schools)
        ConcernWriter(self.plan, self.people, self.version, self.terms, self.record).write(self.schools)
        ChecklistWriter(self.story, self.plan, self.people, self.version, self.terms, self.record).write(self.schools)
        ExchangeWriter(self.plan, self.people, self.version, self.terms, self.record).write(self.schools)
        FigureWriter(self.story, self.plan, self.people, self.version, matrices).write(
            self.schools, periods_before(self.terms, TERMS_BACK), self.terms[0], self.terms.today
        )
        write_checks(
            matrices, self.version.strategy, by=self.people.members[self.plan.moderator], today=self.terms.today
        )
        visits.propose_anew()
        for matrix in matrices:
            record_matrix(self.record, matrix.assessment, moderator=self.people.members[self.plan.moderator])
        record_moderation(self.record)
        self.record.save()
        if self.terms[1].starts_on <= timezone.localdate():  # not so where the story is told of a day to come
            for kind in self.plan.reports:
                request_report(kind, self.terms[1], by=self.people.holding(Role.CLERK))

    def _make_schools(self) -> dict[str, School]:
        rows = [self._school(plan) for plan in self.plan.schools]
        return dict(zip((one.key for one in self.plan.schools), School.objects.bulk_create(rows), strict=True))

    def _school(self, plan: SchoolPlan) -> School:
        joined = LONG_BEFORE if plan.joined is None else self.terms[plan.joined].starts_on
        left = None if plan.left is None else self.terms[plan.left].starts_on
        return School(
            urn=plan.urn, laestab=plan.laestab, name=plan.name, short_name=plan.short, phase=plan.phase,
            age_low=plan.ages[0], age_high=plan.ages[1], pupils=plan.pupils, capacity=plan.capacity,
            la_name="Northmere", joined_on=joined, left_on=left, as_at=self.terms[0].starts_on,
            easting=plan.at[0] if plan.at else None, northing=plan.at[1] if plan.at else None,
        )  # fmt: skip

    def _publish(self) -> StrategyVersion:
        """The strategy the trust follows from the beginning of the story."""
        path = settings.BASE_DIR / "strategies" / f"{self.plan.strategy}.toml"
        text = path.read_text(encoding="utf-8")
        strategy = read_strategy(text, name=path.name)
        first, admin = self.terms[FIRST].starts_on, self.people.holding(Role.ADMIN)
        version = StrategyVersion.objects.create(
            key=strategy.identity.key, version=strategy.identity.version, title=strategy.identity.title, text=text,
            document=strategy.model_dump(mode="json"), starts_on=first, published_by=admin,
        )  # fmt: skip
        StrategyVersion.objects.filter(pk=version.pk).update(published_at=moment(first - timedelta(days=60), "14:20"))
        register_kpis(strategy)
        StrategyChoice.objects.create(key=version.key, from_on=first, made_by=admin)
        return version

    def _record_setting_up(self) -> None:
        admin, first = self.people.holding(Role.ADMIN), self.terms[FIRST].starts_on
        begin, later, title = moment(first, "09:00"), moment(first, "09:02"), self.version.title
        self.record.write("trust.created", self.trust, at=moment(first, "08:30"), by=None, after=self.trust.name)
        self.record.write("strategy.published", StrategyVersion, at=begin, by=admin, after=title)
        self.record.write("strategy.chosen", StrategyChoice, at=later, by=admin, after=self.version.key)
        years = sorted({term.year for (_, half), term in self.terms.rows.items() if half == 0})
        for year in years:
            at = moment(max(first, date(year, 6, 16)), "11:05")
            self.record.write("calendar.set", Period, at=at, by=admin, after=year_words(year))
        for plan in self.plan.schools:
            self._record_coming_and_going(plan)

    def _record_coming_and_going(self, plan: SchoolPlan) -> None:
        school, admin = self.schools[plan.key], self.people.holding(Role.ADMIN)
        begin = moment(self.terms[FIRST if plan.joined is None else plan.joined].starts_on, "10:10")
        self.record.write("school.added", School, at=begin, by=admin, school=school, after=school.name)
        if school.left_on is not None:
            self.record.write(
                "school.changed", school, at=moment(school.left_on, "10:00"), by=admin, school=school,
                before="left not set", after=f"left {school.left_on}", why="Moved to another trust.",
            )  # fmt: skip

    def _write_facts(self) -> None:
        by = self.people.members[self.plan.moderator]
        told = [(plan, fact) for plan in self.plan.schools for fact in plan.facts]
        rows = SchoolFact.objects.bulk_create(
            SchoolFact(
                school=self.schools[plan.key], key=fact["key"], note=fact["note"], by=by,
                since=self.terms[fact["since"]].starts_on + timedelta(days=30),
                until=self.terms[fact["until"]].starts_on if "until" in fact else None,
            )
            for plan, fact in told
        )  # fmt: skip
        for row, (_, fact) in zip(rows, told, strict=True):
            self._record_fact(row, why_ended=fact.get("why_ended", ""))

    def _record_fact(self, row: SchoolFact, *, why_ended: str) -> None:
        label, at = self.version.strategy.fact_by_key[row.key].label, moment(row.since, "16:10")
        self.record.write("fact.declared", SchoolFact, at=at, by=row.by, school=row.school, after=label, why=row.note)
        if row.until is not None:
            ended = moment(row.until, "16:10")
            self.record.write("fact.ended", row, at=ended, by=row.by, school=row.school, before=label, why=why_ended)

    def _write_matrices(self, found: dict[str, list[Sitting]]) -> list[Matrix]:
        kpis = {kpi.key: kpi for kpi in Kpi.objects.all()}
        matrices: list[Matrix] = []
        for plan in self.plan.schools:
            writer = SchoolWriter(
                plan, story=self.story, version=self.version, people=self.people, kpis=kpis, today=self.terms.today
            )
            matrices += [writer.matrix(sitting) for sitting in found[plan.key]]
        Assessment.objects.bulk_create([matrix.assessment for matrix in matrices])
        for matrix in matrices:
            for rating in matrix.ratings:
                rating.assessment = matrix.assessment  # which has its key now
        insert_rows([rating for matrix in matrices for rating in matrix.ratings])
        return matrices

    def _decide(self, matrices: list[Matrix], meetings: Meetings) -> None:
        strategy = self.version.strategy
        outside: dict[int, SchoolAccuracy] = {}
        if any(fact.computed for fact in strategy.facts):
            found = accuracy_of(list(self.schools.values()), self.terms.today)
            outside = {one.school.pk: one for one in found}
        made: list[tuple[Matrix, list[Proposal]]] = []
        for matrix in matrices:
            beside = outside.get(matrix.sitting.school.pk)
            made.append((matrix, proposals_of(matrix, strategy, self._facts(matrix), beside)))
        Proposal.objects.bulk_create([proposal for _, proposals in made for proposal in proposals], batch_size=200)
        decider = Decider(self.plan, self.people, meetings, self.record)
        for matrix, proposals in made:
            for proposal in proposals:
                decider.decide(matrix.sitting, proposal, strategy)
        decider.save()

    def _facts(self, matrix: Matrix) -> frozenset[str]:
        sitting = matrix.sitting
        return frozenset(
            fact["key"] for fact in sitting.plan.facts if fact["since"] >= sitting.ago > fact.get("until", -1)
        )
