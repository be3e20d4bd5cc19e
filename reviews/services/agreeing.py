"""Before a review begins: proposed by a lead, its terms settled, signed by both sides, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.models import Review
from reviews.queries.reviews import called, levels_of
from reviews.rules.kinds import depth_of, kinds_of, label_of, level_for
from reviews.rules.programme import ASKED, to_draw_on
from reviews.services.news import tell_proposed, tell_school, tell_trust
from schools.audit import record_act
from schools.models import Membership, School, StrategyVersion
from schools.words import on as day_words

MOST_DATES = 20
LONGEST_TEXT = 4000
TRUST, SCHOOL = "trust", "school"
"""The two sides of a work agreement."""


@dataclass(frozen=True)
class Terms:
    """What both sides agree."""

    days: Decimal
    dates: Sequence[date]
    focus: str
    outcomes: str
    outside: str = ""
    entitlement: str = ""


def propose_review(school: School, version: StrategyVersion, *, by: Membership, kind: str, terms: Terms) -> Review:
    """Propose a review of a kind of the strategy. How deep it goes follows the school's category."""
    strategy, levels = version.strategy, levels_of([school]).get(school.pk, {})
    found = next((one for one in kinds_of(strategy) if one.key == kind), None)
    if found is None:
        raise ValidationError({"kind": "Choose one of the kinds of review."})
    _check(terms, [one.key for one in to_draw_on(strategy, levels)])
    level = level_for(strategy, found, levels)
    review = Review(
        school=school, strategy_version=version, kind=kind, form=found.form_for(level) or "", level=level,
        depth=depth_of(found, level), proposed_at=timezone.now(), proposed_by=by,
    )  # fmt: skip
    _put(review, terms)
    label = _named(strategy_label=label_of(strategy, kind), school=school)
    record_act("review.proposed", Review, by=by, school=school, after=day_words(review.starts_on), label=label)
    review.save()
    tell_proposed(review, by=by)
    return review


def change_terms(review: Review, *, by: Membership, terms: Terms) -> Review:
    """Settle the terms anew. What was signed before is open again, since it was signed for other terms."""
    locked = locked_review(review)
    if not locked.is_proposed:
        raise ValidationError("Both sides have signed these terms, so they stay as they are.")
    levels = levels_of([locked.school]).get(locked.school_id, {})
    _check(terms, [one.key for one in to_draw_on(locked.strategy_version.strategy, levels)])
    record_act(
        "review.changed", locked, by=by, school=locked.school, after=day_words(min(terms.dates)), label=named(locked)
    )
    _put(locked, terms)
    locked.trust_signed_at = locked.trust_signed_by = locked.school_signed_at = locked.school_signed_by = None
    locked.save()
    tell_school(
        locked, by=by, subject="its terms changed", body=f"{by.user.name} changed the terms. Read them and sign."
    )
    return locked


def _put(review: Review, terms: Terms) -> None:
    review.days, review.dates = terms.days, sorted(set(terms.dates))
    review.starts_on, review.ends_on = review.dates[0], review.dates[-1]
    review.focus, review.outcomes, review.outside = terms.focus.strip(), terms.outcomes.strip(), terms.outside.strip()
    review.entitlement = terms.entitlement


def _check(terms: Terms, entitlements: Sequence[str]) -> None:
    if not terms.dates:
        raise ValidationError({"dates": "Enter at least one day."})
    if len(set(terms.dates)) > MOST_DATES:
        raise ValidationError({"dates": f"Enter at most {MOST_DATES} days."})
    if not Decimal(0) < terms.days <= Decimal(99):
        raise ValidationError({"days": "Enter how many days, for example 2 or 0.5."})
    for name in ("focus", "outcomes"):
        text = getattr(terms, name).strip()
        if not text:
            raise ValidationError({name: "Write at least one sentence: both sides sign it."})
        if len(text) > LONGEST_TEXT:
            raise ValidationError({name: f"Use at most {LONGEST_TEXT:,} characters; this has {len(text):,}."})
    if terms.entitlement not in ("", ASKED, *entitlements):
        raise ValidationError({"entitlement": "Choose one of those listed."})


def sign_review(review: Review, side: str, *, by: Membership, read: str | None = None) -> Review:
    """Sign the work agreement for one side. When both have, it is agreed. Nobody signs for both.

    `read` is the `terms_mark` of the page: terms changed since are not signed unread.
    """
    locked = locked_review(review)
    if not locked.is_proposed:
        raise ValidationError("This is settled already.")
    if getattr(locked, f"{side}_signed_at"):
        raise ValidationError("This side has signed already.")
    if read is not None and read != locked.terms_mark:
        raise ValidationError("The terms have changed since you opened this page. Read them, then sign.")
    other = locked.school_signed_by_id if side == TRUST else locked.trust_signed_by_id
    if other == by.pk:
        raise ValidationError("You have signed for the other side. Somebody else signs for this one.")
    record_act("review.signed", locked, by=by, school=locked.school, after=f"for the {side}", label=named(locked))
    setattr(locked, f"{side}_signed_at", timezone.now())
    setattr(locked, f"{side}_signed_by", by)
    if locked.trust_signed_at and locked.school_signed_at:
        locked.state = Review.State.AGREED
    locked.save()
    words = f"{by.user.name} has signed the work agreement for the {side}."
    if side == TRUST:
        tell_school(locked, by=by, subject="signed by the trust", body=words)
    else:
        tell_trust(locked, by=by, subject="signed by the school", body=words)
    return locked


def withdraw_review(review: Review, *, by: Membership, reason: str) -> Review:
    """Call it off before it is published, with a reason. It stays on record and counts for nothing."""
    locked = locked_review(review)
    if not locked.is_open:
        raise ValidationError("This is no longer open, so it cannot be withdrawn.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence. The school reads it."})
    record_act(
        "review.withdrawn",
        locked,
        by=by,
        school=locked.school,
        before=locked.state,
        why=reason.strip(),
        label=named(locked),
    )
    locked.state, locked.withdrawn_why = Review.State.WITHDRAWN, reason.strip()
    locked.save()
    tell_school(locked, by=by, subject="withdrawn", body=f"{by.user.name} has withdrawn it: “{reason.strip()}”")
    return locked


def locked_review(review: Review) -> Review:
    """The row as it is now, held until the act is done."""
    rows = Review.objects.select_for_update(of=("self",)).select_related("school__trust", "strategy_version")
    return rows.get(pk=review.pk)


def named(review: Review) -> str:
    """“Peer Review, Dunmere Primary”."""
    return _named(strategy_label=called(review), school=review.school)


def _named(*, strategy_label: str, school: School) -> str:
    return f"{strategy_label}, {school.known_as}"
