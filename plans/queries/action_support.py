"""The support that served an action: what was booked for it in the ledger, and what of that came."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from plans.models import Action, SupportBooking
from plans.queries.support import entry_of, readable_bookings
from plans.rules.support_entry import CAME, Entry
from schools.access import Access


def with_support() -> Q:
    """Actions for which support is named, or for which support came."""
    return ~Q(support="") | Q(Exists(SupportBooking.objects.filter(action=OuterRef("pk"), state__in=CAME)))


def what_came(path: str = "") -> Prefetch:
    """What came for each action, as `came`. `path` leads to the actions. One query."""
    rows = SupportBooking.objects.filter(state__in=CAME).order_by("on", "pk")
    rows = rows.select_related("provider_person__user", "provider_school")
    return Prefetch(f"{path}support_bookings", rows, to_attr="came")


def came_for(action: Action) -> list[Entry]:
    """Of an action read with `what_came`, as the ledger counts it."""
    return [entry_of(one) for one in action.came]  # type: ignore[attr-defined]


def booked_for(access: Access, action: Action) -> list[Entry]:
    """What was booked for it as far as this person reads it, the latest first. One query."""
    rows: QuerySet[SupportBooking] = readable_bookings(access).filter(action=action)
    return [entry_of(one) for one in rows.exclude(state=SupportBooking.State.CANCELLED)]
