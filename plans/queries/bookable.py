"""What support can be booked against, what it may serve, and who may give it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from plans.models import Action, SupportRequest
from plans.queries.givers import givers_for
from plans.queries.support import offers_of
from plans.queries.support_asked import agreed_requests, open_actions
from schools.models import Membership, School
from schools.strategy import Strategy


@dataclass(frozen=True)
class Bookable:
    """The choices of who books support; for challenge to the trust itself only who may give it."""

    requests: tuple[SupportRequest, ...]
    offers: tuple[tuple[str, str], ...]  # key and words of each entitlement
    actions: tuple[Action, ...]
    people: tuple[Membership, ...]  # each with `roles_now`
    schools: tuple[School, ...]


def bookable_for(school: School | None, strategy: Strategy, *, today: date) -> Bookable:
    """What can be booked for a school, or without one for the trust itself. Six queries; three without a school."""
    others = School.objects.on(today).exclude(pk=school.pk if school else None)
    return Bookable(
        requests=tuple(agreed_requests(school)) if school else (),
        offers=tuple(offers_of(school, strategy)) if school else (),
        actions=tuple(open_actions(school)) if school else (),
        people=tuple(givers_for(school)),
        schools=tuple(others),
    )
