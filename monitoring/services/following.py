"""The committee follows up, on a day, the actions that came of a health check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import FollowUp, Visit, VisitAction
from monitoring.queries.visits import actions_of, committee_of, form_of
from schools.audit import record_act
from schools.models import Membership
from schools.words import counted, cut
from schools.words import on as day_words

from .news import tell_followed

LONGEST_FOUND = 2000


@dataclass(frozen=True)
class Found:
    """What the committee found of one action, and whether it closes the matter for the committee."""

    link: VisitAction
    words: str
    closes: bool


def follow_up(visit: Visit, *, by: Membership, on: date, found: Sequence[Found]) -> list[FollowUp]:
    """Put on record what the committee found. Raises ValidationError, of the day by field."""
    locked = Visit.objects.select_for_update(of=("self",)).select_related("school").get(pk=visit.pk)
    links = {link.pk: link for link in actions_of(visit)}
    _check(visit, on)
    if not found:
        raise ValidationError("Say of at least one action what the committee found.")
    for one in found:
        _check_one(one, links)
    label = f"{form_of(visit).label}, {committee_of(visit)}"
    after = counted(len(found), "action")
    record_act("visit.followed_up", locked, by=by, school=locked.school, after=after, label=label)
    now = timezone.now()
    made = [
        FollowUp(visit_action=links[one.link.pk], on=on, found=one.words.strip(), closes=one.closes, by=by, at=now)
        for one in found
    ]
    FollowUp.objects.bulk_create(made)
    tell_followed(visit, made, by=by)
    return made


def _check(visit: Visit, on: date) -> None:
    if not committee_of(visit):
        raise ValidationError("No committee follows up what comes of this form.")
    if visit.considered_on is None:
        raise ValidationError("Nothing is agreed yet: the school’s leaders have not considered it.")
    if on > timezone.localdate():
        raise ValidationError({"on": "The day cannot be in the future"})
    if on < visit.considered_on:
        raise ValidationError({"on": f"It was considered on {day_words(visit.considered_on)}, so this was later"})


def _check_one(one: Found, links: dict[int, VisitAction]) -> None:
    link = links.get(one.link.pk)
    if link is None:
        raise ValidationError("This action came of another visit.")
    said = cut(link.action.what, 60)
    if link.is_followed_up:
        raise ValidationError(f"The committee has closed this already: “{said}”")
    if not one.words.strip():
        raise ValidationError(f"Say what the committee found: “{said}”")
    if len(one.words) > LONGEST_FOUND:
        raise ValidationError(f"Use at most {LONGEST_FOUND:,} characters for what was found: “{said}”")
