"""Who is told when a self-evaluation moves: the next working morning, and nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.models import SelfEvaluation, State
from evidence.queries.sef import SefDue
from schools.access import ROLES, Permission
from schools.models import Membership, Period, RoleGrant, School
from schools.services.news import about, heads_of, holding, tell_people
from schools.strategy import Role, Strategy
from schools.words import on as day_words

DUE, LATE, NOT_SENT = "due on", "overdue", "not sent yet"
"""What the subject of a reminder says, after what the trust calls a self-evaluation."""


def tell_leads(sef: SelfEvaluation, *, by: Membership, again: bool) -> None:
    """It waits: for the improvement leads, or where none is free, for who stands in."""
    words = (
        f"{by.user.name} sent the {_named(sef)}{' again' if again else ''}. Agree it, or send it back with a comment."
    )
    _tell(sef, _free_leads(sef, besides=by), subject="sent to you", body=words)


def tell_returned(sef: SelfEvaluation, *, by: Membership) -> None:
    """The heads, and whoever sent it, read the comment."""
    words = f"{by.user.name} sent the {_named(sef)} back with a comment: “{sef.returned_note}”"
    _tell(sef, _of_school(sef), besides=by, subject="sent back with a comment", body=words)


def tell_agreed(sef: SelfEvaluation, *, by: Membership) -> None:
    """The heads hear that it is agreed."""
    words = f"The {_named(sef)} is agreed. It stays as it is; next term begins from its words."
    _tell(sef, _of_school(sef), besides=by, subject="agreed", body=words)


def tell_reminder(school: School, period: Period, strategy: Strategy, *, due: str, by: Membership) -> list[Membership]:
    """The heads are asked for what is not sent yet. Who was told."""
    label = strategy.self_evaluation.label
    body = f"{by.user.name} asks for the {_of(label, period)} of {school.known_as}. It {due}."
    heads, subject = holding(Role.HEAD, school=school.pk), f"{label} {NOT_SENT}"
    return _put(heads, school, period.pk, subject=subject, body=body, besides=by)


def tell_due(school: School, period: Period, due: SefDue, *, overdue: bool) -> list[Membership]:
    """A reminder by the calendar, to the heads or, where the school has none, its leaders. Who was told."""
    day = day_words(due.due_on)
    again = " again since it was sent back" if due.state == State.RETURNED else ""
    said = f"was due on {day} and has not been sent{again}" if overdue else f"is due on {day}"
    written = f"{due.done} of {due.of} sections are written; what is typed is saved at once."
    subject = f"{due.label} {LATE if overdue else f'{DUE} {day}'}"
    body = f"The {_of(due.label, period)} of {school.known_as} {said}. {written}"
    return _put(heads_of(school.pk), school, period.pk, subject=subject, body=body)


def _tell(
    sef: SelfEvaluation,
    people: Iterable[Membership],
    *,
    subject: str,
    body: str,
    besides: Membership | None = None,
) -> None:
    label = sef.strategy_version.strategy.self_evaluation.label
    _put(people, sef.school, sef.period_id, subject=f"{label} {subject}", body=body, besides=besides)


def _put(
    people: Iterable[Membership],
    school: School,
    period: int,
    *,
    subject: str,
    body: str,
    besides: Membership | None = None,
) -> list[Membership]:
    subject, path = about(school, subject), _page_of(school, period)
    return tell_people(people, school.trust, subject=subject, body=body, path=path, besides=besides)


def _page_of(school: School, period: int) -> str:
    return f"schools/{school.pk}/self-evaluation/{period}/"


def path_of(school: School, period: int) -> str:
    """The page of a term's self-evaluation, begun or not."""
    return f"/t/{school.trust.slug}/{_page_of(school, period)}"


def _named(sef: SelfEvaluation) -> str:
    return _of(sef.strategy_version.strategy.self_evaluation.label, sef.period)


def _of(label: str, period: Period) -> str:
    """For example “self-evaluation for autumn term 2026/27”."""
    return f"{label} for {period.label[:1].lower()}{period.label[1:]}"


def _of_school(sef: SelfEvaluation) -> list[Membership]:
    """The heads, and whoever sent it while they still lead the school."""
    leaders = RoleGrant.objects.current().filter(school=sef.school_id, role__in=(Role.HEAD, Role.LEADER))
    sender = [grant.membership for grant in leaders.filter(membership=sef.submitted_by_id).select_related("membership")]
    return [*holding(Role.HEAD, school=sef.school_id), *sender]


def _free_leads(sef: SelfEvaluation, *, besides: Membership) -> list[Membership]:
    """The first of these roles somebody holds who may agree this one."""
    first = sef.strategy_version.strategy.roles_for(Role.SI_LEAD)
    others = [role for role, rule in ROLES.items() if Permission.AGREE_EVIDENCE in rule.allows]
    leaders = RoleGrant.objects.current().filter(school=sef.school_id, role__in=(Role.HEAD, Role.LEADER))
    for role in dict.fromkeys((*first, *others)):
        grants = RoleGrant.objects.current().filter(role=role).exclude(membership=besides)
        found = grants.exclude(membership__in=leaders.values("membership")).select_related("membership")
        if Permission.AGREE_EVIDENCE in ROLES[role].allows and found:
            return [grant.membership for grant in found]
    return []
