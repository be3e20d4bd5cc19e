"""Visits: who may read which, who may read what was written, and which forms one can be made with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from monitoring.models import FollowUp, Visit, VisitAction
from schools.access import Access, Permission, where_may
from schools.filled import FilledRow, rows_of
from schools.models import School, StrategyVersion
from schools.queries import Followed
from schools.strategy import Role, Strategy
from schools.strategy.forms import Form

KINDS = ("monitoring", "evidence", "health_check", "checklist")
"""The kinds of form a visit is made with; a review has its own."""

LEADERS = "leaders"


def of_visits(access: Access) -> Q:
    """What is sent is read by all who read visits of the school; a draft by the side that writes it."""
    sent = Q(state__in=(Visit.State.SUBMITTED, Visit.State.CONSIDERED))
    own = Q(by_school=True, school__in=schools_led(access))
    if access.may_everywhere(Permission.LOG_VISITS):
        own |= Q(by_school=False)
    planned = Q(planned_for__isnull=False, by_school=False) & where_may(access, Permission.ANSWER_VISITS)
    return where_may(access, Permission.SEE_VISITS) & (sent | own | planned)


def schools_led(access: Access) -> list[int]:
    """The schools of whose leaders this person is one."""
    return [school for role, school in access.roles if role in (Role.HEAD, Role.LEADER) and school]


def readable_visits(access: Access) -> QuerySet[Visit]:
    """The visits this person knows of, the latest first."""
    rows = Visit.objects.filter(of_visits(access)).select_related("school__trust", "strategy_version", "lead__user")
    rows = rows.select_related("submitted_by__user", "replied_by__user", "considered_by__user")
    rows = rows.defer("strategy_version__text", "strategy_version__document")
    return rows.order_by("-submitted_at", "-pk")


def form_of(visit: Visit) -> Form:
    """The form as it was when the visit was begun. No query where the version is fetched."""
    return visit.strategy_version.strategy.form_by_key[visit.form]


def may_write(access: Access, visit: Visit) -> bool:
    """Whether this person writes it now: the side that began it, until it is sent."""
    if not visit.is_open:
        return False
    if visit.by_school:
        return visit.school_id in schools_led(access)
    return access.may_everywhere(Permission.LOG_VISITS)


def reads_notes(access: Access, visit: Visit) -> bool:
    """Whether this person reads what was written; of a restricted form others read that it took place."""
    if visit.notes_removed_at or (visit.is_open and not may_write(access, visit)):
        return False
    return is_told(access, visit)


def is_told(access: Access, visit: Visit) -> bool:
    """Whether this person is told what it was about; of a restricted form only those who log visits of the school."""
    return form_of(visit).visibility != LEADERS or access.may(Permission.LOG_VISITS, visit.school_id)


def may_see_photos(access: Access, visit: Visit) -> bool:
    """Staff only: who leads the school or improvement in the trust, and reads the notes.

    Those kept before the trust switched photographs off are still to be seen, and taken away.
    """
    staff = access.may(Permission.LOG_VISITS, visit.school_id) or access.may(Permission.ANSWER_VISITS, visit.school_id)
    kept = staff and (visit.school.trust.photos_of_work or visit.photos.exists())
    return kept and reads_notes(access, visit)


def may_reply(access: Access, visit: Visit) -> bool:
    """Whether this person says for the school whether it is accurate; nobody does of a record of their own."""
    own = access.membership.pk in (visit.lead_id, visit.submitted_by_id)
    return visit.waits_for_reply and not own and access.may(Permission.ANSWER_VISITS, visit.school_id)


def may_consider(access: Access, visit: Visit) -> bool:
    """Whether this person writes down what the school's leaders agreed."""
    final = visit.state == Visit.State.SUBMITTED and visit.final_at is not None
    return final and reads_notes(access, visit) and access.may(Permission.WRITE_PLANS, visit.school_id)


def committee_of(visit: Visit) -> str:
    """The committee that afterwards asks what came of each action, as the strategy calls it; blank where none does."""
    return visit.strategy_version.strategy.committee_of(form_of(visit))


def may_follow_up(access: Access, visit: Visit, links: Sequence[VisitAction]) -> bool:
    """Whether this person records what the committee found: once there are actions they may read."""
    allowed = access.may(Permission.FOLLOW_UP, visit.school_id) and access.may(Permission.SEE_PLANS, visit.school_id)
    return bool(links) and allowed and bool(committee_of(visit)) and visit.considered_on is not None


def actions_of(visit: Visit) -> list[VisitAction]:
    """What was agreed, in order, each with what the committee found of it. Two queries."""
    rows = VisitAction.objects.filter(told_actions(), visit=visit)
    rows = rows.select_related("action__owner__user", "action__plan__school")
    return list(rows.order_by("pk").prefetch_related(followed()))


def told_actions() -> Q:
    """Of links to visits, those of actions that were agreed on them, or stand in a plan that was sent since."""
    return Q(action__is_draft=False) | Q(action__is_origin_fixed=True)


def followed() -> Prefetch:
    """What the committee found, to fetch with actions of visits: one query more."""
    return Prefetch("follow_ups", FollowUp.objects.select_related("by__user"))


def rows_with_actions(visit: Visit) -> list[FilledRow]:
    """The rows of the form that ask for something to be done."""
    form = form_of(visit)
    asked = form.row_by_meaning.get("actions")
    return [row for row in rows_of(form, visit.answers) if asked and row.values.get(asked.key)]


@dataclass(frozen=True)
class Choice:
    """A form that can be chosen, under the strategy that has it."""

    version: StrategyVersion
    form: Form


def forms_for(schools: Iterable[School], followed: Followed, today: date) -> dict[int, list[Choice]]:
    """By school, the forms of the strategy it follows today. No query."""
    versions = {school.pk: followed.by(school, today) for school in schools}
    return {school: list(_choices(version)) if version else [] for school, version in versions.items()}


def _choices(version: StrategyVersion) -> Iterable[Choice]:
    return (Choice(version, form) for form in visit_forms(version.strategy))


def visit_forms(strategy: Strategy) -> list[Form]:
    """The forms of a strategy that a visit is made with."""
    return [form for form in strategy.forms if form.kind in KINDS]


def with_actions(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """With the actions of each, in two queries more."""
    links = VisitAction.objects.filter(told_actions()).select_related("action").order_by("pk")
    return rows.prefetch_related(Prefetch("visit_actions", links))
