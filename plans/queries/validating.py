"""Who from outside the school validates the verdict on a closed plan, and what they said (S4-18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from plans.models import Plan, Validation, Verdict
from plans.queries.approvals import WRITTEN
from schools.access import Access, Permission, who_may
from schools.models import AuditEntry

TOOK_PART = (*WRITTEN, "plan.begun", "plan.sent", "plan.progress", "plan.looked_at", "plan.closed")
"""Who has done one of these wrote the plan, sent it, told of it or closed it."""


@dataclass(frozen=True)
class Validated:
    """What was put on record. `verdict`: the one they would give, blank where they confirm."""

    outcome: str
    verdict: str
    saw: str
    place: str
    on: date
    adviser: str
    by: str
    on_record: date

    @property
    def is_confirmed(self) -> bool:
        return self.outcome == Validation.Outcome.CONFIRMED

    @property
    def words(self) -> str:
        """“Confirmed from outside”, “Differs: it worked in part”."""
        if self.is_confirmed:
            return str(Validation.Outcome.CONFIRMED.label)
        return f"Differs: {str(Verdict(self.verdict).label).lower()}"


def with_validation(plans: QuerySet[Plan], access: Access | None = None) -> QuerySet[Plan]:
    """The same plans, each with what was said of it and, of a person, whether they took part in it. No query more."""
    columns = {name: name for name in ("outcome", "verdict", "saw", "place", "on", "adviser", "at")}
    said = Validation.objects.filter(plan=OuterRef("pk"))
    plans = plans.annotate(validated=Subquery(said.values(json=JSONObject(**columns, by="by__user__name"))[:1]))
    if access is None:
        return plans
    me = access.membership.pk
    acts = AuditEntry.objects.filter(about=Plan._meta.label_lower, about_id=OuterRef("pk"), by=me, did__in=TOOK_PART)
    wrote = Q(begun_by=me) | Q(closed_by=me) | Q(typed_by__has_key=str(me))
    return plans.annotate(took_part=Exists(acts), wrote=Exists(Plan.objects.filter(wrote, pk=OuterRef("pk"))))


def validation_of(plan: Plan) -> Validated | None:
    """Of a plan of `with_validation`."""
    told = plan.validated  # type: ignore[attr-defined]
    if told is None:
        return None
    words = {name: told[name] for name in ("outcome", "verdict", "saw", "place", "adviser", "by")}
    recorded = timezone.localdate(datetime.fromisoformat(told["at"]))
    return Validated(**words, on=date.fromisoformat(told["on"]), on_record=recorded)


def may_validate_plans(access: Access) -> bool:
    """Whether this person holds a role for the whole trust in which verdicts are validated."""
    return access.may_everywhere(Permission.RUN_REVIEWS)


def why_not_validate(access: Access, plan: Plan) -> str:
    """Why this person does not validate the verdict, as a sentence; empty for who may. Of `with_validation`."""
    if plan.is_open:
        return "A verdict is validated once the plan is closed."
    if (said := validation_of(plan)) is not None:
        return f"{said.by} has put on record already how this verdict is seen from outside."
    if not may_validate_plans(access):
        return who_may(Permission.RUN_REVIEWS)
    if plan.school_id and any(school == plan.school_id for _, school in access.roles):
        return "You belong to this school, so somebody from outside validates the verdict."
    if plan.took_part or plan.wrote:  # type: ignore[attr-defined]
        return "You wrote, sent or closed this plan, so somebody else validates the verdict."
    return ""
