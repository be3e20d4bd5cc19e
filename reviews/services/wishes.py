"""A school asks for a review from the menu; the trust proposes it, or declines with a reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.models import Review, ReviewWish
from reviews.models.wishes import Urgency
from reviews.rules.kinds import offered, on_menu
from reviews.services.agreeing import LONGEST_TEXT, Terms, propose_review
from schools.audit import record_act
from schools.models import Membership, School, StrategyVersion
from schools.services.news import about, holding, tell_people
from schools.strategy import Role

State = ReviewWish.State


def ask_for_review(
    school: School,
    version: StrategyVersion,
    *,
    by: Membership,
    item: str,
    note: str,
    suits: str = "",
    priority: str = Urgency.TERM,
    criterion: str = "",
) -> ReviewWish:
    """Ask for one of the reviews on the menu. One open wish a school and entry."""
    found = next((one for one in offered(version.strategy) if one.key == item), None)
    if found is None:
        raise ValidationError({"item": "Choose one of the reviews on the menu."})
    if not note.strip():
        raise ValidationError({"note": "Say what you would like looked at, and why."})
    if len(note) > LONGEST_TEXT:
        raise ValidationError({"note": f"Use at most {LONGEST_TEXT:,} characters; this has {len(note):,}."})
    if ReviewWish.objects.filter(school=school, item=item, state=State.ASKED).exists():
        raise ValidationError("Your school has asked for this already. The answer comes to whoever asked.")
    record_act("review.asked", ReviewWish, by=by, school=school, after=found.label, why=note.strip(), label=found.label)
    made = ReviewWish.objects.create(
        school=school, strategy_version=version, item=item, note=note.strip(), suits=suits.strip(), asked_by=by,
        asked_at=timezone.now(), priority=priority, criterion=criterion,
    )  # fmt: skip
    body = f"{by.user.name} asks for this from the menu: {found.label}. Their words: “{made.note}”"
    path = f"reviews/asked/{made.pk}/"
    leads = holding(Role.SI_LEAD, Role.DIRECTOR)
    tell_people(leads, by.trust, subject=about(school, "asks for a review"), body=body, path=path, besides=by)
    return made


def propose_wished(wish: ReviewWish, *, by: Membership, kind: str, terms: Terms) -> Review:
    """Propose the review a school asked for; from here on it is a review like any other."""
    locked = _open(wish)
    made = propose_review(wish.school, wish.strategy_version, by=by, kind=kind, terms=terms)
    locked.state, locked.review, locked.answered_by, locked.answered_at = State.PROPOSED, made, by, timezone.now()
    locked.save()
    return made


def decline_wish(wish: ReviewWish, *, by: Membership, reason: str) -> ReviewWish:
    """Say that it is not possible now, and why."""
    locked = _open(wish)
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence. The school reads it."})
    label = on_menu(wish.strategy_version.strategy, wish.item)
    record_act("review.declined", locked, by=by, school=wish.school, why=reason.strip(), label=label)
    locked.state, locked.answer = State.DECLINED, reason.strip()
    locked.answered_by, locked.answered_at = by, timezone.now()
    locked.save()
    body = f"{by.user.name} answers your wish ({label}): not possible now. “{locked.answer}”"
    path = f"schools/{wish.school_id}/support/ask/"
    subject = about(wish.school, "your wish for a review is answered")
    tell_people([wish.asked_by], by.trust, subject=subject, body=body, path=path, besides=by)
    return locked


def _open(wish: ReviewWish) -> ReviewWish:
    locked = ReviewWish.objects.select_for_update().get(pk=wish.pk)
    if locked.state != State.ASKED:
        raise ValidationError("Somebody has answered this already.")
    return locked
