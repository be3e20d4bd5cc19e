"""Offers and requests of the cast, and the half term they are matched in."""

from __future__ import annotations

from datetime import date
from typing import Any

from plans.models import MatchRun, Offer, SupportRequest
from plans.queries.matching import lines_of
from plans.services.offering import OfferEntry, confirm_offer
from plans.services.supporting import Wanted, answer_request, ask_for_support
from schools.audit import record_act
from schools.models import Membership, Period, School
from tests.conftest import Cast
from tests.factories import member

FIRST, SECOND = date(2026, 12, 1), date(2026, 12, 8)
AREA = "behaviour"
TYPED = {
    "areas": [AREA], "most_days": "3", "per": "half_term", "from_on": "1 September 2026", "until_on": "",
    "most_minutes": "60", "not_to": [], "not_to_why": "", "although": "", "note": "",
}  # fmt: skip


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def entry(**more: Any) -> OfferEntry:
    return OfferEntry(**{"areas": [AREA], "most_days": 3, "from_on": date(2026, 9, 1), **more})


def offered(cast: Cast, school: School | None = None, **more: Any) -> Offer:
    """Confirmed by the school's own head."""
    school = school or cast.ashmere
    head = Membership.objects.filter(grants__school=school, grants__role="head").first()
    return confirm_offer(entry(**more), by=head or member(f"Head {school.pk}", "head", school), school=school)


def asked(cast: Cast, school: School | None = None, *, agree: bool = True, **more: Any) -> SupportRequest:
    """Asked for by Ben, agreed by Ada."""
    wanted = Wanted("Friday absence grows.", criterion=AREA, **more)
    row = ask_for_support(school or cast.dunmere, cast.version, wanted, by=cast.ben)
    assert isinstance(row, SupportRequest)
    return answer_request(row, by=cast.ada, outcome="agreed") if agree else row


def half(number: int = 2) -> Period:
    return Period.objects.get(year=2026, season="autumn", half=number, school=None)


def stand(*schools: School) -> None:
    """Put them at one place on the grid."""
    record_act("school.changed", School, by=None)
    School.objects.filter(pk__in=[one.pk for one in schools]).update(easting=431_000, northing=286_000)


def proposed(run: MatchRun) -> list[tuple[str, str, int]]:
    rows = [one for one in lines_of(run) if one.state == "proposed"]
    return sorted((one.offer.name, one.school.known_as, one.days) for one in rows)
