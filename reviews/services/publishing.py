"""From the first day to publication: begun, sent to the school, answered, published, with its sources on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.services import propose_anew
from evidence.models import Source
from reviews.models import Dispute, Finding, Review
from reviews.queries.reviews import called, form_for
from reviews.rules.kinds import evidence_of_kind
from reviews.services.agreeing import locked_review, named
from reviews.services.findings import take_from_form
from reviews.services.news import tell_school, tell_trust
from reviews.services.team import require_led, require_no_conflict
from schools.audit import record_act
from schools.filled import lacking, rows_of
from schools.models import Membership
from schools.rules import working_days_after
from schools.services.replying import LONGEST_REPLY, comment_in, put_reply
from schools.words import cut, listed
from schools.words import on as day_words

State = Review.State
SOURCE_KIND, SOURCE_ROUTE = "review", "review"


def begin_review(review: Review, *, by: Membership, reason: str = "") -> Review:
    """The work begins: both sides have signed, somebody leads the team, and nobody on it belongs to the school.

    Before the first day that was agreed it begins with a reason.
    """
    locked = locked_review(review)
    if locked.state != State.AGREED:
        raise ValidationError("A review begins once both sides have signed its terms.")
    require_led(locked)
    require_no_conflict(locked)
    early = _early_why(locked, reason, "Say why it begins now.")
    record_act(
        "review.begun",
        locked,
        by=by,
        school=locked.school,
        before=locked.state,
        after="draft",
        why=early,
        label=named(locked),
    )
    locked.state, locked.begun_early_why = State.DRAFT, early
    locked.save()
    return locked


def _early_why(review: Review, reason: str, sentence: str) -> str:
    """The reason where none of its days has come yet; nothing otherwise."""
    if not review.is_early(timezone.localdate()):
        return ""
    if not reason.strip():
        raise ValidationError({"reason": f"The first day is {day_words(review.starts_on)}. {sentence}"})
    return reason.strip()


def send_review(review: Review, *, by: Membership) -> Review:
    """Give the draft to the school, which says whether the facts are right. Raises ValidationError by answer."""
    locked = locked_review(review)
    if locked.state != State.DRAFT:
        raise ValidationError("Only a review that is being written is sent to the school.")
    if lacks := lacking(form_for(locked), locked.answers):
        raise ValidationError({name: f"{words}." for name, words in lacks})
    require_no_conflict(locked)
    record_act(
        "review.sent", locked, by=by, school=locked.school, before=locked.state, after="accuracy", label=named(locked)
    )
    take_from_form(locked)
    days = locked.strategy_version.strategy.monitoring.reply_days
    locked.state, locked.sent_at = State.ACCURACY, timezone.now()
    locked.reply_due_on = working_days_after(timezone.localdate(), days)
    locked.save()
    day = day_words(locked.reply_due_on)
    body = f"Say by {day} whether the facts of the {called(locked)} are right, or comment on them."
    tell_school(locked, by=by, subject="read it for accuracy", body=body)
    return locked


def reply_to_review(review: Review, *, by: Membership, reply: str, text: str = "") -> Review:
    """The school says that the facts are right, or comments. The comment is printed beside the review."""
    locked = locked_review(review)
    if locked.state != State.ACCURACY or locked.replied_at is not None:
        raise ValidationError("The school has answered already, or this was not sent to it.")
    comment = comment_in(reply, text)
    record_act("review.replied", locked, by=by, school=locked.school, after=reply, why=comment, label=named(locked))
    put_reply(locked, reply, comment, by=by)
    locked.save()
    tell_trust(
        locked,
        by=by,
        subject="answered by the school",
        body=f"{by.user.name} has answered: {locked.get_reply_display().lower()}.",
    )
    return locked


def publish_review(
    review: Review, *, by: Membership, reason: str = "", became: str = "", became_text: str = ""
) -> Review:
    """Publish it to the school and the chief executive. Its judgements and findings become sources of evidence.

    A fact that the school disputes is answered first: changed, or not, because. It stands beside the comment.
    """
    locked = locked_review(review)
    _require_ready(locked)
    early = _early_why(locked, reason, "Say why it is published now.")
    if locked.has_comment:
        locked.became, locked.became_text = _answer(became, became_text)
    record_act(
        "review.published",
        locked,
        by=by,
        school=locked.school,
        before=locked.state,
        after="published",
        why="\n".join(filter(None, (early, locked.became_text))),
        label=named(locked),
    )
    take_from_form(locked)
    locked.published_early_why = early
    locked.state, locked.published_at, locked.published_by = State.PUBLISHED, timezone.now(), by
    locked.save()
    Source.objects.bulk_create(sources_of(locked, by, Finding.objects.filter(review=locked)))
    propose_anew(locked.school, today=timezone.localdate())
    tell_school(
        locked, by=by, subject="published", body=f"The {called(locked)} of {locked.school.known_as} is published."
    )
    return locked


def _answer(became: str, text: str) -> tuple[str, str]:
    text = text.strip()
    if became not in Review.Became.values:
        raise ValidationError({"became": "Say whether the review was changed."})
    if not text:
        sentence = "Say what was changed." if became == Review.Became.CHANGED else "Say why it was not changed."
        raise ValidationError({"became_text": sentence})
    if len(text) > LONGEST_REPLY:
        raise ValidationError({"became_text": f"Use at most {LONGEST_REPLY:,} characters; this has {len(text):,}."})
    return became, text


def _require_ready(review: Review) -> None:
    today = timezone.localdate()
    if review.state != State.ACCURACY:
        raise ValidationError("The school reads it for accuracy before it is published.")
    if review.waits_for_reply(today) and review.reply_due_on:
        raise ValidationError(f"The school may answer until {day_words(review.reply_due_on)}.")
    if lacks := lacking(form_for(review), review.answers):
        raise ValidationError([f"{words}." for _, words in lacks])
    if Dispute.objects.filter(review=review, closed_at=None).exists():
        raise ValidationError("A concern is open. It is closed first.")
    require_no_conflict(review)


def sources_of(review: Review, by: Membership, findings: Iterable[Finding]) -> Iterator[Source]:
    """One for each judgement of the form, and one for each finding tied to a criterion or an area."""
    common = {"school": review.school, "kind": SOURCE_KIND, "label": cut(called(review), 200), "on": review.ends_on}
    common |= {"author": by, "route": SOURCE_ROUTE, "original_id": review.pk}
    for area, framework, judgement, note in _judged(review):
        yield Source(**common, area=area, framework=framework, judgement=judgement, note=note)
    kind = evidence_of_kind(review.strategy_version.strategy, review.kind, form_for(review))
    for one in findings:
        for area in filter(None, dict.fromkeys((one.criterion, one.area))):
            note = f"{one.get_kind_display()}: {one.text}"
            yield Source(**common, area=area, note=note, evidence=kind if area == one.criterion else "")


def _judged(review: Review) -> Iterator[tuple[str, str, str, str]]:
    form = form_for(review)
    for field in form.judgements:
        value = review.answers.get(field.key)
        if isinstance(value, str):
            yield field.area or field.key, field.scale or "", cut(value, 60), ""
    focus = form.row_by_meaning.get("focus")
    for row in rows_of(form, review.answers):
        for field in form.rows:
            value = row.values.get(field.key)
            if field.shape == "level" and isinstance(value, str):
                about = row.values.get(focus.key, "") if focus else ""
                yield field.key, field.scale or "", cut(value, 60), listed(about) if isinstance(about, list) else about
