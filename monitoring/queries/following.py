"""Visits whose actions wait for the committee that follows them up."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from monitoring.models import FollowUp, Visit, VisitAction
from monitoring.queries.visits import committee_of, form_of, readable_visits
from schools.access import Access, Permission, where_may
from schools.models import StrategyVersion
from schools.strategy.forms import Form


@dataclass(frozen=True)
class ToFollowUp:
    """A visit with how many of its actions the committee has not closed."""

    visit: Visit
    form: Form
    committee: str
    waiting: int


def to_follow_up(access: Access) -> list[ToFollowUp]:
    """For who records what the committee found, the earliest considered first. At most three queries."""
    if not access.may(Permission.FOLLOW_UP):
        return []
    versions = StrategyVersion.objects.defer("text", "document")
    keys = {form.key for version in versions for form in version.strategy.forms if form.followed_up_by}
    rows = readable_visits(access).filter(where_may(access, Permission.FOLLOW_UP), form__in=keys)
    rows = rows.filter(where_may(access, Permission.SEE_PLANS), considered_on__isnull=False)
    counts = _waiting(rows.values("pk")) if keys else {}
    found = rows.filter(pk__in=counts).order_by("considered_on", "pk") if counts else []
    return [ToFollowUp(one, form_of(one), committee_of(one), counts[one.pk]) for one in found if committee_of(one)]


def _waiting(visits: object) -> dict[int, int]:
    closed = FollowUp.objects.filter(visit_action=OuterRef("pk"), closes=True)
    rows = VisitAction.objects.filter(~Exists(closed), visit__in=visits)
    return dict(rows.values("visit").annotate(count=Count("pk")).values_list("visit", "count"))
