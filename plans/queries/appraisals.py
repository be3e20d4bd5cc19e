"""Appraisals: who reads which, who leads them, whose can be begun, and what of the plans can be an objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, Prefetch, Q, QuerySet, When

from plans.models import Action, Appraisal, AppraisalObjective, Priority
from plans.queries.actions import read_actions
from plans.queries.plans import readable_plans
from plans.rules.appraisal import Step, kept_until
from schools.access import ROLES, Access, Permission
from schools.models import Membership, RoleGrant, School, StrategyVersion
from schools.queries import Followed
from schools.strategy.appraisals import Appraisal as Kind
from schools.words import cut

LONGEST = 120  # characters of what an objective is called


def _of_roles(access: Access, column: str) -> Q:
    """Rows whose `column` names a role of this person: held for the whole trust, or at the school of the row."""
    found = Q(pk__in=())
    for role, school in access.roles:
        here = Q(**{f"{column}__contains": [role]})
        found |= here if ROLES[role].whole_trust else here & Q(school=school)
    return found


def appraisals_of(access: Access) -> Q:
    """Rows of this person, those they lead or are told of, and for who oversees them every one."""
    if access.may_everywhere(Permission.OVERSEE_APPRAISALS):
        return ~Q(pk__in=())
    me = access.membership
    return Q(person=me) | Q(appraiser=me) | _of_roles(access, "led_by") | _of_roles(access, "shared_with")


def readable_appraisals(access: Access) -> QuerySet[Appraisal]:
    """Those whose status this person reads, the latest year first. Two queries with their links."""
    rows = Appraisal.objects.filter(appraisals_of(access))
    rows = rows.select_related("person__user", "appraiser__user", "school", "strategy_version")
    rows = rows.defer("strategy_version__text", "strategy_version__document").prefetch_related(
        Prefetch("objectives", _objectives())
    )
    return rows.order_by("-year", "person__user__name", "pk")


def _objectives() -> QuerySet[AppraisalObjective]:
    return AppraisalObjective.objects.select_related("action", "priority").order_by("pk")


def leads(access: Access, row: Appraisal) -> bool:
    """Whether this person says how it stands: whoever holds one of its roles now, and never the person themselves."""
    if row.person_id == access.membership.pk or not access.may(Permission.LEAD_APPRAISALS, row.school_id):
        return False
    return any(
        role in row.led_by and (ROLES[role].whole_trust or school == row.school_id) for role, school in access.roles
    )


def kind_in(row: Appraisal) -> Kind | None:
    """Its kind, as its strategy had it when it was begun."""
    return next((one for one in row.strategy_version.strategy.appraisals if one.key == row.kind), None)


def steps_of(row: Appraisal) -> tuple[Step, ...]:
    """Its three steps, in the words of its strategy."""
    kind = kind_in(row)
    labels = kind.steps if kind else Kind.model_fields["steps"].default
    days = ((row.set_by, row.set_on), (row.review_by, row.reviewed_on), (row.conclude_by, row.concluded_on))
    return tuple(Step(label, *each) for label, each in zip(labels, days, strict=True))


def removed_after(row: Appraisal) -> date:
    """The last day it is kept."""
    kind = kind_in(row)
    return kept_until(row.year, kind.kept_months if kind else Kind.model_fields["kept_months"].default)


NEXT_BY = Case(
    When(set_on=None, then=F("set_by")),
    When(reviewed_on=None, then=F("review_by")),
    When(concluded_on=None, then=F("conclude_by")),
)
"""The day of the step that is still to come; NULL where none is set, or all are done."""


@dataclass(frozen=True)
class ToBegin:
    """Somebody whose appraisal this person leads."""

    key: str
    kind: Kind
    person: Membership
    school: School | None

    @property
    def label(self) -> str:
        where = self.school.known_as if self.school else self.kind.label
        return f"{self.person.user.name}, {where}"


def to_begin(access: Access, *, today: date) -> tuple[StrategyVersion | None, list[ToBegin]]:
    """The version the trust follows, and everybody whose appraisal this person leads by it. Two queries."""
    version = Followed.read().by_trust(today)
    kinds = version.strategy.appraisals if version else ()
    held = [(kind, _where(access, kind)) for kind in kinds]
    roles = {role: (kind, where) for kind, where in held if where != () for role in kind.of}
    if not roles:
        return version, []
    grants = RoleGrant.objects.current().filter(role__in=list(roles), membership__ended_at=None)
    found = {}
    for grant in grants.exclude(membership=access.membership).select_related("membership__user", "school"):
        kind, where = roles[grant.role]
        if where is None or grant.school_id in where:
            one = ToBegin(
                f"{kind.key}-{grant.membership_id}-{grant.school_id or 0}", kind, grant.membership, grant.school
            )
            found[one.key] = one
    return version, sorted(found.values(), key=lambda one: (one.kind.label, one.label))


def _where(access: Access, kind: Kind) -> tuple[int, ...] | None:
    """Where this person leads this kind: at these schools, or (None) everywhere."""
    held = [(role, school) for role, school in access.roles if role in kind.by]
    if any(ROLES[role].whole_trust for role, _ in held):
        return None
    return tuple(school for _, school in held if school)


@dataclass(frozen=True)
class Offered:
    """What an objective can be: actions and priorities of open plans, and criteria by key with their labels."""

    actions: Sequence[Action]
    priorities: Sequence[Priority]
    criteria: Sequence[tuple[str, str]]


def offered_to(row: Appraisal, access: Access) -> Offered:
    """Of the plans of the school, or of the trust, that this person reads, with what is linked already. Two queries.

    Actions that the person sees to stand there from every plan.
    """
    linked, plans = list(row.objectives.all()), readable_plans(access).order_by()
    here = Q(plan__in=plans.values("pk"), plan__state="open")
    actions = Action.objects.filter(
        here & read_actions(access) & (Q(plan__school=row.school_id) | Q(owner=row.person_id))
        & Q(state=Action.State.OPEN)
        | Q(pk__in=[one.action_id for one in linked if one.action_id])
    )  # fmt: skip
    priorities = Priority.objects.filter(
        here & Q(plan__school=row.school_id, dropped_at=None)
        | Q(pk__in=[one.priority_id for one in linked if one.priority_id])
    )  # fmt: skip
    return Offered(
        list(actions.select_related("plan").order_by("-appraisal", "due_on", "pk")),
        list(priorities.select_related("plan").order_by("plan__title", "position", "pk")),
        [(one.key, one.label) for one in row.strategy_version.strategy.criteria],
    )


@dataclass(frozen=True)
class Objective:
    """An objective as it is read, with the page it is on."""

    label: str
    page: str
    pk: int
    what: str


def objectives_of(row: Appraisal) -> list[Objective]:
    """What its objectives are in the plans. No query on one of `readable_appraisals`."""
    criteria, found = row.strategy_version.strategy.criterion_by_key, []
    for one in row.objectives.all():
        if one.action:
            found.append(Objective(cut(one.action.what, LONGEST), "action", one.action.pk, "Action"))
        elif one.priority:
            found.append(Objective(one.priority.label, "plan", one.priority.plan_id, "Priority"))
        else:
            label = criteria[one.criterion].label if one.criterion in criteria else one.criterion
            found.append(Objective(label, "", 0, "Criterion"))
    return found


def appraisal_naming(action: Action, access: Access) -> Appraisal | None:
    """The latest appraisal with this action as an objective that this person reads. One query where there is one."""
    if not action.appraisal or not access.may(Permission.SEE_APPRAISALS):
        return None
    return readable_appraisals(access).filter(objectives__action=action).first()
