"""The trust's part: moderate single ratings, return the matrix with a question, or agree it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Rating
from categorisation.queries import ratings_of
from schools.audit import record_act
from schools.models import Membership, RoleGrant
from schools.strategy import Role

from .news import tell_agreed, tell_returned
from .proposals import propose_categories
from .read_row import write_read_row


def leads_school(by: Membership, school_id: int) -> bool:
    """Whether this person is among the school's own leaders."""
    roles = (Role.HEAD, Role.LEADER)
    return RoleGrant.objects.current().filter(membership=by, school_id=school_id, role__in=roles).exists()


def require_other_school(assessment: Assessment, by: Membership) -> None:
    """Nobody moderates the matrix they sent, or that of a school they lead."""
    if assessment.submitted_by_id == by.pk or leads_school(by, assessment.school_id):
        raise PermissionDenied("You lead this school, so somebody else moderates its matrix.")


def _submitted(assessment: Assessment) -> Assessment:
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if locked.state != Assessment.State.SUBMITTED:
        raise ValidationError(
            f"This matrix is {locked.get_state_display().lower()}; only a submitted one is moderated."
        )
    return locked


AS_THE_SCHOOL = "As this is the school’s own level, no reason is kept. Take the words out, or choose another level"


class ModeratedSince(ValidationError):
    """Somebody else moderated the rating, or the school rated anew, since the form was filled in. Nothing is lost."""

    def __init__(self, rating: Rating) -> None:
        self.rating = rating
        super().__init__(
            "This rating has changed since you opened the page. Read it, then save yours again if you wish."
        )


def moderate_rating(
    assessment: Assessment, kpi: str, *, by: Membership, level: int | None, reason: str, version: int | None = None
) -> Rating:
    """Give one KPI another level, with the reason the head will read; the school's own, or None, takes that back.

    `version` is the matrix's version the form was filled in on: ModeratedSince where the rating was moderated or
    written since. What was set aside is settled by it.
    """
    locked = _submitted(assessment)
    require_other_school(locked, by)
    ratings = ratings_of(assessment)
    if kpi not in ratings:
        raise ValidationError("This indicator is not part of the matrix.")
    rating = ratings[kpi]
    if version is not None and max(rating.moderated_version, rating.of_version) > version:
        raise ModeratedSince(rating)
    if level is not None and level == rating.level:
        level = None
    if level is None and reason.strip() not in ("", rating.moderated_reason):
        raise ValidationError({"reason": AS_THE_SCHOOL})
    if level is not None and not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence the head will read"})
    record_act(
        "rating.moderated",
        rating,
        by=by,
        school=assessment.school,
        before=str(rating.counts_as),
        after=str(level if level is not None else rating.level),
        why=reason if level is not None else "",
    )
    rating.moderated_level, rating.moderated_reason = level, reason.strip() if level is not None else ""
    rating.moderator, rating.moderated_at, rating.moderated_version = by, timezone.now(), locked.version + 1
    rating.set_aside_level, rating.set_aside_reason = None, ""
    rating.save(update_fields=MODERATED)
    write_read_row(locked, ratings.values(), version=locked.version + 1)
    return rating


MODERATED = [
    "moderated_level",
    "moderated_reason",
    "moderator",
    "moderated_at",
    "moderated_version",
    "set_aside_level",
    "set_aside_reason",
]


def return_assessment(assessment: Assessment, *, by: Membership, note: str) -> Assessment:
    """Send the matrix back with a question. The school's text is as it left it.

    A moderated level stands until the school rates that KPI anew.
    """
    locked = _submitted(assessment)
    require_other_school(locked, by)
    if not note.strip():
        raise ValidationError({"note": "Say what you would like the school to look at again"})
    record_act(
        "matrix.returned", assessment, by=by, school=assessment.school, before="submitted", after="returned", why=note
    )
    locked.state, locked.returned_note, locked.version = Assessment.State.RETURNED, note.strip(), locked.version + 1
    locked.save(update_fields=["state", "returned_note", "version"])
    tell_returned(locked, by=by)
    return locked


def agree_assessment(assessment: Assessment, *, by: Membership, version: int | None = None) -> Assessment:
    """Agree the matrix as moderated, and let the rules propose a category on each axis.

    `version` is the one that was read: where somebody has moderated since, it is read again first.
    """
    locked = _submitted(assessment)
    require_other_school(locked, by)
    if version is not None and locked.version > version:
        raise ValidationError("Ratings have changed since you opened the page. Read them, then agree.")
    record_act("matrix.agreed", assessment, by=by, school=assessment.school, before="submitted", after="agreed")
    locked.state, locked.agreed_at, locked.agreed_by = Assessment.State.AGREED, timezone.now(), by
    locked.version += 1
    locked.save(update_fields=["state", "agreed_at", "agreed_by", "version"])
    propose_categories(locked, today=timezone.localdate())
    tell_agreed(locked, by=by)
    return locked
