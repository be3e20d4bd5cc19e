"""Who is told when a return moves: the next working morning, and nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from evidence.models import Return
from evidence.queries.returns_sheet import point_of
from schools.access import ROLES, Permission
from schools.models import Membership, RoleGrant
from schools.services.news import about, heads_of, tell_people
from schools.strategy import Role
from schools.words import counted
from schools.words import on as day_words


def tell_submitted(of_return: Return, *, by: Membership) -> None:
    """The return waits for the improvement leads, or where there is none, for whoever may agree it."""
    body = f"{by.user.name} sent the {_named(of_return)}. Agree it, or send it back with a query."
    _tell(of_return, _who_agrees(of_return, by), subject="sent to you", body=body, besides=by)


def tell_returned(of_return: Return, *, by: Membership, queried: int) -> None:
    """The school reads the query."""
    more = f" {counted(queried, 'figure').capitalize()} marked with a query of its own." if queried else ""
    body = f"{by.user.name} sent the {_named(of_return)} back with a query: “{of_return.returned_note}”{more}"
    _tell(of_return, heads_of(of_return.school_id), subject="sent back with a query", body=body, besides=by)


def tell_agreed(of_return: Return, *, by: Membership) -> None:
    """The school hears that its figures are agreed."""
    body = f"The {_named(of_return)} is agreed. Its figures count from now on."
    _tell(of_return, heads_of(of_return.school_id), subject="agreed", body=body, besides=by)


def tell_chased(of_return: Return, *, by: Membership) -> None:
    """A lead asks for it."""
    late = "was due" if of_return.due_on < timezone.localdate() else "is due"
    body = f"{by.user.name} asks for the {_named(of_return)}, which {late} on {day_words(of_return.due_on)}."
    _tell(of_return, heads_of(of_return.school_id), subject="asked for", body=f"{body} {WHAT_TO_DO}", besides=by)


WHAT_TO_DO = "Much of it is filled in already; what you type is saved as you go."


def tell_due(of_return: Return, *, overdue: bool) -> None:
    """A reminder by the calendar."""
    day = day_words(of_return.due_on)
    said = f"was due on {day} and has not been sent" if overdue else f"is due on {day}"
    subject = "overdue" if overdue else f"due on {day}"
    _tell(
        of_return, heads_of(of_return.school_id), subject=subject, body=f"The {_named(of_return)} {said}. {WHAT_TO_DO}"
    )


def _named(of_return: Return) -> str:
    """For example “autumn collection for autumn term 2026/27”."""
    point, period = point_of(of_return).label, of_return.period.label
    return f"{point[:1].lower()}{point[1:]} for {period[:1].lower()}{period[1:]}"


def _tell(
    of_return: Return, people: Iterable[Membership], *, subject: str, body: str, besides: Membership | None = None
) -> None:
    school, subject = of_return.school, f"{point_of(of_return).label} {subject}"
    path = f"schools/{school.pk}/returns/{of_return.period_id}/{of_return.point}/"
    tell_people(people, school.trust, subject=about(school, subject), body=body, path=path, besides=besides)


def _who_agrees(of_return: Return, sender: Membership) -> list[Membership]:
    """Who holds the first of these roles that somebody holds who neither sent it nor leads the school."""
    fit = [role for role, rule in ROLES.items() if Permission.AGREE_EVIDENCE in rule.allows]
    grants = RoleGrant.objects.current().filter(role__in=fit).exclude(membership=sender)
    own = RoleGrant.objects.current().filter(school=of_return.school_id, role__in=(Role.HEAD, Role.LEADER))
    found = list(grants.exclude(membership__in=own.values("membership")).select_related("membership").order_by("pk"))
    for role in (Role.SI_LEAD, *fit):
        if people := [grant.membership for grant in found if grant.role == role]:
            return people
    return []
