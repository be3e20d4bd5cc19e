"""Actions agreed from the findings of a review: into the school's plan, each tied to its finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Action
from reviews.models import Finding, Review
from reviews.queries.reviews import called
from schools.audit import record_act
from schools.models import Membership
from schools.words import counted, cut

from .acting import NewAction, add_actions
from .news import tell_agreed


@dataclass(frozen=True)
class AgreedOn:
    """An action as it was agreed, with the finding it answers."""

    action: NewAction
    finding: Finding


def agree_from_findings(review: Review, agreed: Sequence[AgreedOn], *, by: Membership) -> list[Action]:
    """Put what was agreed on a published review into the school's plan. It may be done again: findings wait.

    Raises ValidationError where it is not published, nothing is agreed, or the same was agreed on a finding before.
    """
    locked = Review.objects.select_for_update(of=("self",)).select_related("school__trust").get(pk=review.pk)
    _check(locked, agreed)
    label = f"{called(review)}, {locked.school.known_as}"
    record_act("review.actions", locked, by=by, school=locked.school, after=counted(len(agreed), "action"), label=label)
    strategy = review.strategy_version.strategy
    plain = [one.action for one in agreed]
    made = add_actions(locked.school, strategy, plain, today=timezone.localdate(), findings=[o.finding for o in agreed])
    tell_agreed(locked, made, by=by)
    return made


def _check(review: Review, agreed: Sequence[AgreedOn]) -> None:
    if review.state != Review.State.PUBLISHED:
        raise ValidationError("Actions are agreed once the review is published.")
    if not agreed:
        raise ValidationError("Write at least one action: say what will be done.")
    if any(one.finding.review_id != review.pk for one in agreed):
        raise ValidationError("This finding is of another review.")
    known = set(Action.objects.filter(finding__review=review, state=Action.State.OPEN).values_list("finding", "what"))
    for one in agreed:
        if (one.finding.pk, one.action.what.strip()) in known:
            raise ValidationError(f"This is agreed already: “{cut(one.action.what.strip(), 60)}”")
