"""Visits whose actions wait for the committee that follows them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from monitoring.models import FollowUp, Visit, VisitAction
from monitoring.queries.visits import committee_of, form_of, readable_visits, told_actions
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


def followed_forms(versions: Iterable[StrategyVersion]) -> set[str]:
    """The forms whose actions a committee follows up."""
    return {form.key for version in versions for form in version.strategy.forms if form.followed_up_by}


def considered_checks(access: Access, forms: Iterable[str]) -> QuerySet[Visit]:
    """The visits with these forms of which this person records what the committee found."""
    rows = readable_visits(access).filter(where_may(access, Permission.FOLLOW_UP), form__in=list(forms))
    return rows.filter(where_may(access, Permission.SEE_PLANS), considered_on__isnull=False)


def open_actions(visits: QuerySet[Visit]) -> QuerySet[VisitAction]:
    """Their actions that the committee has not closed."""
    closed = FollowUp.objects.filter(visit_action=OuterRef("pk"), closes=True)
    return VisitAction.objects.filter(told_actions(), ~Exists(closed), visit__in=visits.values("pk"))


def to_follow_up(access: Access) -> list[ToFollowUp]:
    """For who records what the committee found, the earliest considered first. At most three queries."""
    if not access.may(Permission.FOLLOW_UP):
        return []
    keys = followed_forms(StrategyVersion.objects.defer("text", "document"))
    rows = considered_checks(access, keys)
    counts = _waiting(rows) if keys else {}
    found = rows.filter(pk__in=counts).order_by("considered_on", "pk") if counts else []
    return [ToFollowUp(one, form_of(one), committee_of(one), counts[one.pk]) for one in found if committee_of(one)]


def _waiting(visits: QuerySet[Visit]) -> dict[int, int]:
    return dict(open_actions(visits).values("visit").annotate(count=Count("pk")).values_list("visit", "count"))
