"""What a school asks for: written down, sent, answered. What the menu has as a review goes the way of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Action, SupportRequest
from plans.rules.support import asked_label
from reviews.models import ReviewWish
from reviews.models.wishes import Urgency
from reviews.rules.kinds import offered
from reviews.services.wishes import ask_for_review
from schools.audit import record_act
from schools.models import Membership, School, StrategyVersion
from schools.words import on as day_words

from .support_news import tell_answered, tell_asked

LONGEST_NEED = 2000
LONGEST_ANSWER = 2000
TAKEN = "Something has been sent under this number already"
State = SupportRequest.State
ANSWERS = (State.AGREED, State.LATER, State.DECLINED)


@dataclass(frozen=True)
class Wanted:
    """What a school needs. `item` is the key of an entry of the menu, or blank."""

    need: str
    item: str = ""
    priority: str = Urgency.TERM
    suits: str = ""
    criterion: str = ""
    action: Action | None = None
    token: UUID | None = None  # the sender's own number, taken once


def draft_request(school: School, version: StrategyVersion, wanted: Wanted, *, by: Membership) -> SupportRequest:
    """Write down what the school needs; whoever asks for the school sends it."""
    _check(school, version, wanted)
    record_act("support.drafted", SupportRequest, by=by, school=school, label=named(version, wanted.item, wanted.need))
    return _made(school, version, wanted, by)


def ask_for_support(
    school: School, version: StrategyVersion, wanted: Wanted, *, by: Membership
) -> SupportRequest | ReviewWish:
    """Ask for it at once. Raises ValidationError by field."""
    _check(school, version, wanted)
    if is_review(version, wanted.item):
        return _as_review(school, version, wanted, by)
    label = named(version, wanted.item, wanted.need)
    record_act("support.asked", SupportRequest, by=by, school=school, label=label, why=wanted.need.strip())
    return _send(_made(school, version, wanted, by), by)


def send_request(request: SupportRequest, *, by: Membership) -> SupportRequest | ReviewWish:
    """Send a draft. One for a review becomes the wish for it, and is gone as a draft."""
    row = _locked(request)
    if row.state != State.DRAFT:
        raise ValidationError("This has been sent already.")
    wanted = Wanted(row.need, row.item, row.priority, row.suits, row.criterion, row.action)
    _check(row.school, row.strategy_version, wanted)
    if is_review(row.strategy_version, row.item):
        wish = _as_review(row.school, row.strategy_version, wanted, by)
        row.delete()
        return wish
    label = named(row.strategy_version, row.item, row.need)
    record_act("support.asked", row, by=by, school=row.school, label=label, why=row.need)
    return _send(row, by)


def take_back_request(request: SupportRequest, *, by: Membership) -> SupportRequest:
    """The school no longer asks for it. It stays on record."""
    row = _locked(request)
    if row.state not in (State.DRAFT, State.ASKED, State.LATER):
        raise ValidationError("This has been answered, so it is not taken back.")
    before = str(row.get_state_display())
    label = named(row.strategy_version, row.item, row.need)
    record_act("support.withdrawn", row, by=by, school=row.school, before=before, label=label)
    row.state, row.later_on = State.WITHDRAWN, None
    row.save()
    return row


def answer_request(
    request: SupportRequest, *, by: Membership, outcome: str, words: str = "", later_on: date | None = None
) -> SupportRequest:
    """Agree, put it off to a day, or say why it is not possible. Nobody answers what they asked for themselves.

    Raises ValidationError by field.
    """
    row, words = _locked(request), words.strip()
    if row.state not in (State.ASKED, State.LATER):
        raise ValidationError("Somebody has answered this already.")
    if by.pk in (row.asked_by_id, row.written_by_id):
        raise ValidationError("You have asked for this yourself, so somebody else answers.")
    if outcome not in ANSWERS:
        raise ValidationError({"outcome": "Choose what you decide"})
    if outcome == State.DECLINED and not words:
        raise ValidationError({"words": "Say why, in a sentence. The school reads it"})
    if len(words) > LONGEST_ANSWER:
        raise ValidationError({"words": f"Use at most {LONGEST_ANSWER:,} characters; this has {len(words):,}"})
    if outcome == State.LATER and (later_on is None or later_on <= timezone.localdate()):
        raise ValidationError({"later_on": "Say on which day it is looked at again; it is still to come"})
    said = str(State(outcome).label)
    after = f"{said}: {day_words(later_on)}" if outcome == State.LATER and later_on else said
    label = named(row.strategy_version, row.item, row.need)
    record_act("support.answered", row, by=by, school=row.school, after=after, why=words, label=label)
    row.state, row.answer, row.later_on = outcome, words, later_on if outcome == State.LATER else None
    row.answered_by, row.answered_at = by, timezone.now()
    row.save()
    tell_answered(row, label, by=by)
    return row


def named(version: StrategyVersion, item: str, need: str) -> str:
    """What it is called."""
    return asked_label(version.strategy, item, need)


def is_review(version: StrategyVersion, item: str) -> bool:
    """Whether this entry of the menu is a kind of review that is worked on here."""
    return any(one.key == item for one in offered(version.strategy))


def _check(school: School, version: StrategyVersion, wanted: Wanted) -> None:
    strategy = version.strategy
    if wanted.item and wanted.item not in {one.key for one in strategy.menu}:
        raise ValidationError({"item": "Choose what would help"})
    if not wanted.need.strip():
        raise ValidationError({"need": "Say what you need, and why"})
    if len(wanted.need) > LONGEST_NEED:
        raise ValidationError({"need": f"Use at most {LONGEST_NEED:,} characters; this has {len(wanted.need):,}"})
    if wanted.priority not in Urgency.values:
        raise ValidationError({"priority": "Choose how soon you need it"})
    if wanted.criterion and wanted.criterion not in strategy.criterion_by_key:
        raise ValidationError({"risk": "Choose one of the list"})
    if wanted.action and wanted.action.plan.school_id != school.pk:
        raise ValidationError({"risk": "Choose one of the list"})
    if wanted.token and SupportRequest.objects.filter(token=wanted.token).exists():
        raise ValidationError({"token": TAKEN})
    waiting = SupportRequest.objects.filter(school=school, state__in=(State.ASKED, State.LATER))
    if wanted.item and waiting.filter(item=wanted.item).exists():
        raise ValidationError("Your school has asked for this already. The answer comes to whoever asked.")


def _made(school: School, version: StrategyVersion, wanted: Wanted, by: Membership) -> SupportRequest:
    return SupportRequest.objects.create(
        school=school, strategy_version=version, item=wanted.item, need=wanted.need.strip(), priority=wanted.priority,
        suits=wanted.suits.strip(), criterion=wanted.criterion, action=wanted.action, token=wanted.token,
        written_by=by, written_at=timezone.now(),
    )  # fmt: skip


def _as_review(school: School, version: StrategyVersion, wanted: Wanted, by: Membership) -> ReviewWish:
    serves = f"\n\nIt serves this action of our plan: {wanted.action.what}" if wanted.action else ""
    return ask_for_review(
        school, version, by=by, item=wanted.item, note=wanted.need.strip() + serves, suits=wanted.suits,
        priority=wanted.priority, criterion=wanted.criterion,
    )  # fmt: skip


def _send(row: SupportRequest, by: Membership) -> SupportRequest:
    row.state, row.asked_by, row.asked_at = State.ASKED, by, timezone.now()
    row.save()
    tell_asked(row, named(row.strategy_version, row.item, row.need), by=by)
    return row


def _locked(request: SupportRequest) -> SupportRequest:
    rows = SupportRequest.objects.select_for_update(of=("self",))
    return rows.select_related("school__trust", "strategy_version", "action__plan").get(pk=request.pk)
