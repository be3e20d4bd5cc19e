"""Who works on a review: from across the trust, and never from the school itself."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from reviews.models import Review, ReviewMember
from reviews.queries.reviews import called
from reviews.rules.kinds import kind_of
from reviews.services.agreeing import locked_review, named
from reviews.services.news import tell_member
from schools.access import ROLES
from schools.audit import record_act
from schools.models import Membership, RoleGrant
from schools.strategy.provision import ReviewType
from schools.words import counted, listed

OWN_SCHOOL = "{} holds a role at this school. Nobody reviews their own school."


def add_member(
    review: Review, person: Membership, *, by: Membership, is_lead: bool = False, availability: str = ""
) -> ReviewMember:
    """Put somebody on the team. A new lead takes over from the one before, who stays on it."""
    locked = locked_review(review)
    _require_open(locked)
    if _of_school(locked).filter(membership=person).exists():
        raise ValidationError({"person": OWN_SCHOOL.format(person.user.name)})
    team = list(ReviewMember.objects.filter(review=locked))
    if any(one.membership_id == person.pk for one in team):
        raise ValidationError({"person": f"{person.user.name} is on the team already."})
    if kind := kind_of(locked.strategy_version.strategy, locked.kind):
        _require_room(kind, team, is_lead=is_lead)
        if is_lead:
            _require_may_lead(locked, kind, person, field="is_lead")
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


def require_led(review: Review) -> None:
    """Raise ValidationError where nobody leads the team, or somebody who no longer may lead this kind of review."""
    lead = ReviewMember.objects.filter(review=review, is_lead=True).select_related("membership__user").first()
    if lead is None:
        raise ValidationError("Say who leads the team, then begin.")
    if kind := kind_of(review.strategy_version.strategy, review.kind):
        _require_may_lead(review, kind, lead.membership)


def _require_may_lead(review: Review, kind: ReviewType, person: Membership, field: str = "") -> None:
    """The strategy says in which roles somebody leads this kind of review."""
    held = RoleGrant.objects.current().filter(membership=person, role__in=kind.led_by)
    if kind.led_by and not held.exists():
        roles = listed([ROLES[role].label.lower() for role in kind.led_by], "or")
        words = f"{person.user.name} holds no role that leads this. {called(review)} is led by: {roles}."
        raise ValidationError({field: words} if field else words)


def _require_room(kind: ReviewType, team: list[ReviewMember], *, is_lead: bool) -> None:
    """A new lead takes the place of the one before, who stays on the team."""
    beside = len(team) if is_lead else 1 + sum(not one.is_lead for one in team)
    if kind.most_beside_lead is not None and beside > kind.most_beside_lead:
        most = counted(kind.most_beside_lead, "person", "people")
        raise ValidationError(
            f"This kind of review has at most {most} beside its lead. Take somebody off the team first."
        )


def _of_school(review: Review) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.current().filter(school=review.school_id)


def _require_open(review: Review) -> None:
    if not review.is_open:
        raise ValidationError("This review is no longer open.")
