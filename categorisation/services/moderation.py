"""The trust's part: moderate single ratings, return the matrix with a question, or agree it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Rating
from categorisation.queries import ratings_of
from schools.audit import record_act
from schools.models import Membership, RoleGrant
from schools.strategy import Role

from .proposals import propose_categories
from .read_row import write_read_row


def require_other_school(assessment: Assessment, by: Membership) -> None:
    """Nobody moderates the matrix they sent, or that of a school they lead."""
    leads = RoleGrant.objects.current().filter(
        membership=by, school_id=assessment.school_id, role__in=(Role.HEAD, Role.LEADER)
    )
    if assessment.submitted_by_id == by.pk or leads.exists():
        raise PermissionDenied("You lead this school, so somebody else moderates its matrix.")


def _submitted(assessment: Assessment) -> Assessment:
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if locked.state != Assessment.State.SUBMITTED:
        raise ValidationError(
            f"This matrix is {locked.get_state_display().lower()}; only a submitted one is moderated."
        )
    return locked


def moderate_rating(assessment: Assessment, kpi: str, *, by: Membership, level: int | None, reason: str) -> Rating:
    """Give one KPI another level, with the reason the head will read; or take that back with `level` None."""
    locked = _submitted(assessment)
    require_other_school(locked, by)
    ratings = ratings_of(assessment)
    if kpi not in ratings:
        raise ValidationError("This indicator is not part of the matrix.")
    rating = ratings[kpi]
    if level is not None and not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence the head will read"})
    if level is not None and level == rating.level:
        level, reason = None, ""
    record_act(
        "rating.moderated",
        rating,
        by=by,
        school=assessment.school,
        before=str(rating.counts_as),
        after=str(level if level is not None else rating.level),
        why=reason,
    )
    rating.moderated_level, rating.moderated_reason = level, reason.strip() if level is not None else ""
    rating.moderator, rating.moderated_at = by, timezone.now()
    rating.save(update_fields=["moderated_level", "moderated_reason", "moderator", "moderated_at"])
    write_read_row(locked, ratings.values(), version=locked.version + 1)
    return rating


def return_assessment(assessment: Assessment, *, by: Membership, note: str) -> Assessment:
    """Send the matrix back with a question. The school's text is as it left it; moderated levels stay on record."""
    locked = _submitted(assessment)
    require_other_school(locked, by)
    if not note.strip():
        raise ValidationError({"note": "Say what you would like the school to look at again"})
    record_act(
        "matrix.returned", assessment, by=by, school=assessment.school, before="submitted", after="returned", why=note
    )
    locked.state, locked.returned_note, locked.version = Assessment.State.RETURNED, note.strip(), locked.version + 1
    locked.save(update_fields=["state", "returned_note", "version"])
    return locked


def agree_assessment(assessment: Assessment, *, by: Membership) -> Assessment:
    """Agree the matrix as moderated, and let the rules propose a category on each axis."""
    locked = _submitted(assessment)
    require_other_school(locked, by)
    record_act("matrix.agreed", assessment, by=by, school=assessment.school, before="submitted", after="agreed")
    locked.state, locked.agreed_at, locked.agreed_by = Assessment.State.AGREED, timezone.now(), by
    locked.version += 1
    locked.save(update_fields=["state", "agreed_at", "agreed_by", "version"])
    propose_categories(locked, today=timezone.localdate())
    return locked
