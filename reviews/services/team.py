"""Who works on a review: from across the trust, and never from the school itself."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from reviews.models import Review, ReviewMember
from reviews.services.agreeing import locked_review, named
from reviews.services.news import tell_member
from schools.audit import record_act
from schools.models import Membership, RoleGrant
from schools.words import listed

OWN_SCHOOL = "{} holds a role at this school. Nobody reviews their own school."


def add_member(
    review: Review, person: Membership, *, by: Membership, is_lead: bool = False, availability: str = ""
) -> ReviewMember:
    """Put somebody on the team. A new lead takes over from the one before, who stays on it."""
    locked = locked_review(review)
    _require_open(locked)
    if _of_school(locked).filter(membership=person).exists():
        raise ValidationError({"person": OWN_SCHOOL.format(person.user.name)})
    if ReviewMember.objects.filter(review=locked, membership=person).exists():
        raise ValidationError({"person": f"{person.user.name} is on the team already."})
    what = "leads the team" if is_lead else "on the team"
    record_act(
        "review.member_added",
        ReviewMember,
        by=by,
        school=locked.school,
        after=what,
        label=f"{person.user.name}: {named(locked)}",
    )
    if is_lead:
        ReviewMember.objects.filter(review=locked, is_lead=True).update(is_lead=False)
    made = ReviewMember.objects.create(
        review=locked, membership=person, is_lead=is_lead, availability=availability.strip()
    )
    tell_member(locked, person, by=by)
    return made


def remove_member(member: ReviewMember, *, by: Membership) -> None:
    """Take somebody off the team. What they wrote stays."""
    locked = locked_review(member.review)
    _require_open(locked)
    label = f"{member.membership.user.name}: {named(locked)}"
    record_act("review.member_removed", member, by=by, school=locked.school, before="on the team", label=label)
    member.delete()


def require_no_conflict(review: Review) -> None:
    """Raise ValidationError where somebody on the team has come to hold a role at the school since."""
    team = ReviewMember.objects.filter(review=review).values("membership")
    grants = _of_school(review).filter(membership__in=team).select_related("membership__user")
    if names := sorted({grant.membership.user.name for grant in grants}):
        raise ValidationError(OWN_SCHOOL.format(listed(names)).replace("holds", "holds" if len(names) == 1 else "hold"))


def _of_school(review: Review) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.current().filter(school=review.school_id)


def _require_open(review: Review) -> None:
    if not review.is_open:
        raise ValidationError("This review is no longer open.")
