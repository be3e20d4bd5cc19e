"""Who is told when a matrix moves: the next working morning, and nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from categorisation.models import Assessment
from schools.access import ROLES, Permission
from schools.models import Membership, RoleGrant
from schools.services.news import about, holding, tell_people
from schools.strategy import Role
from schools.words import counted


def tell_moderators(matrix: Assessment, *, by: Membership) -> None:
    """The matrix waits: for the improvement leads, or where none is free to moderate it, for who stands in."""
    changed = matrix.ratings.exclude(set_aside_level=None).count()
    again = f" Since you sent it back, the school changed {counted(changed, 'rating')} you had moderated."
    _tell(
        matrix,
        _moderators(matrix, besides=by),
        subject="sent to you",
        body=f"{by.user.name} sent the {_matrix(matrix)}. Agree it, moderate single ratings, or send it back with a "
        f"question.{again if changed else ''}",
        page="moderate/",
    )


def tell_returned(matrix: Assessment, *, by: Membership) -> None:
    """The heads, and whoever sent it, read the question."""
    people = [*holding(Role.HEAD, school=matrix.school_id), *_still_here(matrix, matrix.submitted_by)]
    body = f"{by.user.name} sent the {_matrix(matrix)} back with a question: “{matrix.returned_note}”"
    _tell(matrix, people, besides=by, subject="sent back with a question", body=body)


def tell_agreed(matrix: Assessment, *, by: Membership) -> None:
    """The heads hear that it is agreed, and whether any rating was given another level."""
    moderated = matrix.ratings.exclude(moderated_level=None).count()
    as_sent = "every rating as you sent it"
    said = (
        f"{counted(moderated, 'rating')} with another level than yours; each has its reason" if moderated else as_sent
    )
    _tell(
        matrix,
        holding(Role.HEAD, school=matrix.school_id),
        besides=by,
        subject="agreed",
        body=f"The {_matrix(matrix)} is agreed, {said}.",
    )


def _tell(
    matrix: Assessment,
    people: Iterable[Membership],
    *,
    subject: str,
    body: str,
    page: str = "",
    besides: Membership | None = None,
) -> None:
    school, words = matrix.school, matrix.strategy_version.strategy.identity.words
    path = f"schools/{school.pk}/matrix/{matrix.period_id}/{page}"
    subject = about(school, f"{words.matrix} {subject}")
    tell_people(people, school.trust, subject=subject, body=body, path=path, besides=besides)


def _matrix(matrix: Assessment) -> str:
    """For example “risk matrix for autumn term 2026/27”."""
    label = matrix.period.label
    return f"{matrix.strategy_version.strategy.identity.words.matrix} for {label[:1].lower()}{label[1:]}"


def _still_here(matrix: Assessment, person: Membership | None) -> Iterator[Membership]:
    """Whoever has left the school is not written to."""
    if person is not None and _leaders(matrix).filter(membership=person).exists():
        yield person


def _leaders(matrix: Assessment) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.current().filter(school=matrix.school_id, role__in=(Role.HEAD, Role.LEADER))


def _moderators(matrix: Assessment, *, besides: Membership) -> list[Membership]:
    """The first of these roles somebody holds who may moderate this matrix."""
    first = matrix.strategy_version.strategy.roles_for(Role.SI_LEAD)
    others = [role for role, rule in ROLES.items() if Permission.MODERATE in rule.allows]
    for role in dict.fromkeys((*first, *others)):
        if Permission.MODERATE in ROLES[role].allows and (found := _free(matrix, role, besides)):
            return found
    return []


def _free(matrix: Assessment, role: str, besides: Membership) -> list[Membership]:
    """Who holds the role, but for those who lead the school."""
    grants = RoleGrant.objects.current().filter(role=role).exclude(membership=besides)
    grants = grants.exclude(membership__in=_leaders(matrix).values("membership"))
    return [grant.membership for grant in grants.select_related("membership")]
