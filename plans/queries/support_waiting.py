"""What of support waits for a person to say: that it came, or for the school that it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from plans.models import SupportBooking
from plans.queries.support import readable_bookings
from schools.access import Access, Permission, where_may
from schools.models import School

P = Permission
State = SupportBooking.State
MOST_WAITING = 60


@dataclass(frozen=True)
class Waiting:
    """A booking whose day has come, and which of the two this person says of it."""

    booking: SupportBooking
    may_give: bool
    may_confirm: bool


@dataclass(frozen=True)
class Group:
    """What waits for the same to be said of it."""

    id: str
    title: str
    note: str
    rows: list[Waiting]


ASKED: Mapping[str, tuple[str, str, str]] = {
    State.DISPUTED: (
        "disputes", "In dispute", "Said to have come, and the school says otherwise. Settle how much came.",
    ),
    State.DELIVERED: ("confirm", "Did it come?", "Said to have come. You answer for the school."),
    State.BOOKED: ("waiting", "Did it take place?", "Past its day, and nobody has said."),
}  # fmt: skip
"""Where a booking stands -> the heading over those that wait, and what is asked."""


def grouped(rows: Sequence[Waiting]) -> list[Group]:
    """Under a heading each: what is in dispute, what the school confirms, and of what nobody has said anything."""
    found = [(told, [one for one in rows if one.booking.state == state]) for state, told in ASKED.items()]
    return [Group(*told, mine) for told, mine in found if mine]


def waiting_for(access: Access, today: date, *, school: School | None = None) -> list[Waiting]:
    """The earliest first, of one school or of all; what others have to say is not among it. One query."""
    rows = readable_bookings(access).filter(on__lte=today)
    rows = rows.exclude(school=None) if school is None else rows.filter(school=school)
    rows = rows.filter(_to_give(access) | _to_confirm(access)).order_by("on", "pk")
    return [Waiting(one, one.state != State.DELIVERED, one.state == State.DELIVERED) for one in rows[:MOST_WAITING]]


def _to_give(access: Access) -> Q:
    """As `gives` has it, of what a school gets."""
    schools = [school for _, school in access.allowing(P.ASK_SUPPORT) if school]
    mine = Q(provider_person=access.membership) | Q(provider_school__in=schools) | where_may(access, P.BOOK_SUPPORT)
    return Q(state__in=(State.BOOKED, State.DISPUTED)) & mine


def _to_confirm(access: Access) -> Q:
    """As `confirms` has it."""
    schools = [school for _, school in access.allowing(P.CONFIRM_SUPPORT)]
    return Q(state=State.DELIVERED, school__in=schools) & ~Q(delivered_by=access.membership)
