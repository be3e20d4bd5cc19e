"""The support that served an action: what was booked for it in the ledger, and what of that came."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from plans.models import Action, SupportBooking
from plans.queries.support import entry_of, readable_bookings
from plans.rules.support_entry import CAME, Entry
from schools.access import Access


def with_support() -> Q:
    """Actions for which support is named, or for which support came."""
    return ~Q(support="") | Q(Exists(SupportBooking.objects.filter(action=OuterRef("pk"), state__in=CAME)))


def came_for(actions: Iterable[int], plans: Iterable[int]) -> dict[int, list[Entry]]:
    """By action, what came for it, of these actions and of all actions of these plans. One query."""
    rows = SupportBooking.objects.filter(Q(action__in=actions) | Q(action__plan__in=plans), state__in=CAME)
    found: dict[int, list[Entry]] = {}
    for one in rows.select_related("provider_person__user", "provider_school").order_by("on", "pk"):
        found.setdefault(one.action_id or 0, []).append(entry_of(one))
    return found


def booked_for(access: Access, action: Action) -> list[Entry]:
    """What was booked for it as far as this person reads it, the latest first. One query."""
    rows: QuerySet[SupportBooking] = readable_bookings(access).filter(action=action)
    return [entry_of(one) for one in rows.exclude(state=SupportBooking.State.CANCELLED)]
