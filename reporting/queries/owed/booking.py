"""Days of support that are booked: still to come, or past and nobody has said whether it took place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from plans.models import SupportBooking
from plans.queries.support import of_bookings
from plans.rules.support_entry import BOOKED
from reporting.rules.owed import Owed
from schools.access import Permission
from schools.words import amount_words, cut

from .reading import Reader

P = Permission
MOST_WORDS = 90  # characters of what was booked


def _name_of(school: str) -> Coalesce:
    """As `School.known_as` has it."""
    return Coalesce(NullIf(F(f"{school}__short_name"), Value("")), F(f"{school}__name"))


SAID = JSONObject(
    what="what", amount="amount", unit="unit", words="provider_words", person="provider_person__user__name",
    giver="provider_person_id", gives="provider_school_id", of=_name_of("provider_school"), to=_name_of("school"),
)  # fmt: skip
"""What `of_booking` tells of a booking, in one column."""


def booked_days(read: Reader) -> QuerySet[SupportBooking]:
    """Of these schools: what they get and what they give; what this person gives; and what the trust itself gets.

    Only what this person may open: the rows and the right are those of the booking's own page. No query by itself.
    """
    rows = SupportBooking.objects.filter(state=SupportBooking.State.BOOKED, on__lte=read.until)
    if not read.access.may(P.SEE_SUPPORT):
        return rows.none()
    mine = Q(provider_person=read.access.membership) | Q(school=None)
    mine |= Q(school__in=read.schools) | Q(provider_school__in=read.schools)
    return rows.filter(of_bookings(read.access), mine)


def of_booking(read: Reader, pk: int, said: str, school: int | None, day: date) -> Owed:
    """On its day; afterwards due until somebody says what became of it."""
    told = json.loads(said)
    title, to_come = _title(read, told, school), day >= read.today
    return Owed(
        "support", day, title if to_come else f"Did it take place? {title}", school, held=to_come,
        page=BOOKED, place={"pk": pk}, giver=told["gives"], number=pk,
    )  # fmt: skip


def _title(read: Reader, told: dict[str, Any], school: int | None) -> str:
    """What it is and who gives it; for who gives it to a school that is not among theirs, which school that is."""
    amount, what = Decimal(str(told["amount"])), cut(told["what"], MOST_WORDS)
    if amount != 1:
        what = f"{what} ({amount_words(amount, told['unit'])})"
    if school is not None and school not in read.strategies:
        return f"Support given to {told['to']}: {what}"
    if school is None:
        what = f"Challenge to the trust: {what}"
    giver = "you" if told["giver"] == read.access.membership.pk else told["person"] or told["words"]
    by = ", ".join(filter(None, (giver, told["of"])))
    return f"{what}, given by {by}" if by else what
