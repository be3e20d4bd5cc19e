"""The trust's own plan, where its strategy has one, waiting to be approved; and a plan in its own shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from plans.models import Action, ApprovalStep, Milestone, Plan, PlanEdition, PlanPaper, Priority
from plans.queries.documents import document_of
from plans.rules.chain import chain
from plans.rules.paper import PDF
from reporting.management.demo.calendar import moment, working_day
from reporting.management.demo.plans import PlanWriter
from schools.models import School
from schools.rules import academic_year, working_days_after
from schools.strategy import Strategy
from schools.strategy.provision import PlanType

SENT = timedelta(days=5)
"""Before today."""

READING = "on_track_reading"
"""What the first target of the trust is about, where its strategy has the measure."""

PAPER = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
"""A page with nothing on it: the demo shows where a document stands, and invents none."""


class TrustPlanWriter(PlanWriter):
    """Writes one plan without a school, and keeps one document with the first plan that is still being written."""

    def _kind(self, strategy: Strategy) -> PlanType | None:
        return next(iter(strategy.trust_plans), None)

    def write(self, schools: Mapping[str, School]) -> None:
        if self.kind is not None:
            self._of_trust(self.kind)
        draft = Plan.objects.filter(school__isnull=False, editions=None, begun_by__isnull=False).order_by("pk").first()
        if draft is not None:
            PlanPaper.objects.create(
                plan=draft, name="Plan as governors read it.pdf", kind=PDF, content=PAPER, size=len(PAPER),
                digest=sha256(PAPER).hexdigest(), added_at=moment(working_day(self.terms.today - SENT), "16:10"),
                added_by=draft.begun_by,
            )  # fmt: skip

    def _of_trust(self, kind: PlanType) -> None:
        lead, sent = self.people.holding("si_lead"), working_day(self.terms.today - SENT)
        plan = Plan.objects.create(
            school=None, kind=kind.key, title=kind.label[:200], year=academic_year(sent), begun_by=lead,
            begun_on=sent - timedelta(days=20), strategy_version=self.version,
        )  # fmt: skip
        for place, (label, change, success, what, judged) in enumerate(self.words["trust"], start=1):
            row = Priority.objects.create(plan=plan, position=place, label=label, change=change, success=success)
            if place == 1 and READING in self.version.strategy.measure_by_key:
                by_on = self._term_end(1)
                Milestone.objects.create(priority=row, by_on=by_on, measure=READING, group="all", value=Decimal(80))
            due = working_day(self.terms.today + timedelta(days=60))
            Action.objects.create(
                plan=plan, priority=row, what=what, success=judged, owner=lead, due_on=due,
                impact_check_on=working_days_after(due, 15),
            )  # fmt: skip
        edition = PlanEdition.objects.create(
            plan=plan,
            number=1,
            sent_at=moment(sent, "10:05"),
            sent_by=lead,
            writers=[lead.pk],
            document=document_of(plan),
        )
        for place, rung in enumerate(
            chain(self.version.strategy, kind.approval, kind.approval_days, sent=sent), start=1
        ):
            ApprovalStep.objects.create(edition=edition, position=place, **vars(rung))
