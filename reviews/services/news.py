"""Who is told when a review moves: the next working morning, and nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterable

from reviews.models import Dispute, PracticeRequest, Review, ReviewShare
from reviews.queries.reviews import called, guarantors_of, team_of
from schools.models import Membership, RoleGrant
from schools.services.news import heads_of, holding, tell_people
from schools.strategy import Role
from schools.words import on as day_words


def tell_school(review: Review, *, by: Membership, subject: str, body: str) -> None:
    """The heads of the reviewed school; where it has none, its leaders, who answer in their place."""
    _tell(review, heads_of(review.school_id), by=by, subject=subject, body=body)


def tell_proposed(review: Review, *, by: Membership) -> None:
    """The heads hear of a new one, which is the first of their list."""
    school = review.school
    body = f"{by.user.name} proposes a {called(review)} of {school.known_as}. {when(review)} Read its terms and sign."
    subject = f"{called(review)}, {school.known_as}: proposed"
    people = heads_of(school.pk)
    tell_people(people, school.trust, subject=subject, body=body, path="reviews/", besides=by)


def tell_trust(review: Review, *, by: Membership, subject: str, body: str) -> None:
    """Whoever proposed it, and its team."""
    people = [review.proposed_by, *(one.membership for one in team_of(review))]
    _tell(review, [one for one in people if one is not None], by=by, subject=subject, body=body)


def tell_member(review: Review, person: Membership, *, by: Membership) -> None:
    """Somebody is asked to work on it."""
    body = f"{by.user.name} asks you to work on the {called(review)} of {review.school.known_as}. {when(review)}"
    _tell(review, [person], by=by, subject="you are on the team", body=body)


def tell_guarantor(dispute: Dispute, *, by: Membership) -> None:
    """A concern waits for the chief executive, or for who stands in."""
    review = dispute.review
    about = f"the {called(review)} of {review.school.known_as}"
    body = f"{by.user.name} raises a concern about {about}. You are its guarantor."
    _tell(review, guarantors_of(review), by=by, subject="a concern is raised", body=body)


def tell_shared(share: ReviewShare, *, by: Membership) -> None:
    """Its audience, and the head, who sees with whom it was shared."""
    review, words = share.review, ReviewShare.Audience(share.audience).label.lower()
    about = f"the {called(review)} of {review.school.known_as}"
    said = f" “{share.note}”" if share.note else ""
    _tell(review, audience_of(share), by=by, subject="shared with you", body=f"{by.user.name} shares {about}.{said}")
    tell_school(review, by=by, subject="shared", body=f"{by.user.name} has shared it with {words}.{said}")


def audience_of(share: ReviewShare) -> list[Membership]:
    """Who is meant, as the roles stand today. One query."""
    match share.audience:
        case ReviewShare.Audience.GOVERNORS:
            return holding(Role.CHAIR, Role.GOVERNOR, school=share.review.school_id)
        case ReviewShare.Audience.TRUSTEES:
            return holding(Role.TRUST_CHAIR, Role.TRUSTEE)
    heads = RoleGrant.objects.current().filter(role=Role.HEAD).exclude(school=share.review.school_id)
    return [grant.membership for grant in heads.select_related("membership__user")]


def tell_asked(request: PracticeRequest, *, by: Membership) -> None:
    """The heads of the school that offers hear who would like to come."""
    practice = request.practice
    body = f"{request.school.known_as} asks to visit: “{practice.title}”. Its words: “{request.note}”"
    people, subject = heads_of(practice.school_id), "A school asks to visit"
    tell_people(people, request.school.trust, subject=subject, body=body, path=_register(request), besides=by)


def tell_answered(request: PracticeRequest, *, by: Membership) -> None:
    """Whoever asked hears the answer."""
    said = f" Its words: “{request.answer}”" if request.answer else ""
    body = (
        f"{request.practice.school.known_as} answers your wish to visit: {request.get_state_display().lower()}.{said}"
    )
    subject, path = "Your wish to visit is answered", _register(request)
    tell_people([request.asked_by], request.school.trust, subject=subject, body=body, path=path, besides=by)


def when(review: Review) -> str:
    """“It begins on 1 December 2026.”"""
    return f"It begins on {day_words(review.starts_on)}."


def _tell(review: Review, people: Iterable[Membership], *, by: Membership, subject: str, body: str) -> None:
    subject, path = f"{called(review)}, {review.school.known_as}: {subject}", f"reviews/{review.pk}/"
    tell_people(people, review.school.trust, subject=subject, body=body, path=path, besides=by)


def _register(request: PracticeRequest) -> str:
    return f"practice/{request.practice_id}/"
