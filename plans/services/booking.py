"""Support booked, said to have come, confirmed by the school, missed, or called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Action, MatchLine, SupportBooking, SupportRequest
from plans.queries.givers import is_of_trusts_team, posts_of, works_at
from plans.queries.support import bookable
from plans.queries.support_asked import payer_of
from plans.rules.support_entry import AFTER
from schools.audit import record_act
from schools.models import Membership, School, StrategyVersion
from schools.strategy.basics import SupportUnit
from schools.words import amount_words, counted, plain
from schools.words import on as day_words

from .support_days import check_days
from .support_news import tell_booked, tell_delivered, tell_ended, tell_school_said
from .supporting import TAKEN

MOST_DATES = 40
LONGEST_WORDS = 2000
MOST_AMOUNT = Decimal(99)
STILL_TO_COME = "This day is still to come, so nobody has missed it. Call it off instead."
NOTHING_CAME = "Where nothing came, say instead that it did not take place, and why"
A_MISS = "a_miss"
B = SupportBooking


@dataclass(frozen=True)
class Terms:
    """What is booked: the same on each of `dates`. `entitlement` is a key of the strategy, or blank."""

    dates: Sequence[date]
    provider: str
    amount: Decimal = Decimal(1)
    entitlement: str = ""
    request: SupportRequest | None = None
    what: str = ""
    unit: str = SupportUnit.DAY
    provider_person: Membership | None = None
    provider_school: School | None = None
    provider_words: str = ""
    funder: str = ""  # blank: whoever pays by the menu for what was asked for; else the trust
    cost: Decimal | None = None
    criterion: str = ""
    action: Action | None = None
    match: MatchLine | None = None
    token: UUID | None = None  # the sender's own number, taken once


def book_support(
    school: School | None, version: StrategyVersion, terms: Terms, *, by: Membership
) -> list[SupportBooking]:
    """Book it, a row for each day. Without a school it is challenge to the trust itself.

    What was asked for serves what the school said, where nothing else is named. Raises ValidationError by field.
    """
    terms = replace(terms, funder=terms.funder or payer_of(terms.request))
    if terms.token and SupportBooking.objects.filter(token=terms.token).exists():
        raise ValidationError({"token": TAKEN})
    _check(school, version, terms)
    terms = _serving(terms)
    what, unit = _named(version, terms)
    first = min(terms.dates)
    after = f"{counted(len(set(terms.dates)), 'day')} from {day_words(first)}"
    record_act("support.booked", SupportBooking, by=by, school=school, after=after, label=what)
    person = terms.provider_person if terms.provider != B.Provider.EXTERNAL else None
    rows = [
        SupportBooking.objects.create(
            school=school, strategy_version=version, entitlement=terms.entitlement, request=terms.request, what=what,
            unit=unit, amount=terms.amount, on=day, provider=terms.provider, provider_person=person,
            provider_school=terms.provider_school if terms.provider == B.Provider.SCHOOL else None,
            provider_words=terms.provider_words.strip(), funder=terms.funder, cost=terms.cost,
            criterion=terms.criterion, action=terms.action, match=terms.match, token=terms.token, booked_by=by,
            booked_at=timezone.now(),
        )
        for day in sorted(set(terms.dates))
    ]  # fmt: skip
    tell_booked(rows, by=by)
    return rows


def _serving(terms: Terms) -> Terms:
    asked = terms.request
    if asked is None or terms.criterion or terms.action:
        return terms
    return replace(terms, criterion=asked.criterion, action=asked.action)


def _named(version: StrategyVersion, terms: Terms) -> tuple[str, str]:
    """What it is called and counted in: of an entitlement as the strategy has it."""
    offer = next((one for one in version.strategy.entitlements if one.key == terms.entitlement), None)
    return (terms.what.strip() or offer.label, offer.unit) if offer else (terms.what.strip(), terms.unit)


def _check_amounts(terms: Terms) -> None:
    if not terms.dates:
        raise ValidationError({"dates": "Enter at least one day, for example 1 December 2026"})
    if len(set(terms.dates)) > MOST_DATES:
        raise ValidationError({"dates": f"Enter at most {MOST_DATES} days"})
    if not Decimal(0) < terms.amount <= MOST_AMOUNT:
        raise ValidationError({"amount": "Enter how much each time, for example 1 or 0.5"})
    if terms.cost is not None and terms.cost < 0:
        raise ValidationError({"cost": "Enter the cost in pounds, for example 350"})
    if terms.unit not in set(SupportUnit):
        raise ValidationError({"unit": "Choose what it is counted in"})


def _check(school: School | None, version: StrategyVersion, terms: Terms) -> None:
    _check_amounts(terms)
    known = {one.key for one in bookable(version.strategy)}
    if terms.entitlement and (terms.entitlement not in known or terms.request or school is None):
        raise ValidationError({"against": "Choose one of the list"})
    if terms.request and (terms.request.school != school or terms.request.state != SupportRequest.State.AGREED):
        raise ValidationError({"against": "Agree to what the school asks for first"})
    if not terms.entitlement and not terms.what.strip():
        raise ValidationError({"what": "Say what it is, in a few words"})
    if terms.funder not in B.Funder.values:
        raise ValidationError({"funder": "Choose who pays"})
    if terms.action and (school is None or terms.action.plan.school_id != school.pk):
        raise ValidationError({"risk": "Choose one of the list"})
    if terms.criterion and (school is None or terms.criterion not in version.strategy.criterion_by_key):
        raise ValidationError({"risk": "Choose one of the list"})
    check_days(school, terms.dates)
    _check_provider(school, terms)


def _check_provider(school: School | None, terms: Terms) -> None:
    if terms.provider not in B.Provider.values:
        raise ValidationError({"provider": "Choose who gives it"})
    if terms.provider == B.Provider.SCHOOL:
        if terms.provider_school is None:
            raise ValidationError({"provider_school": "Choose the school that gives it"})
        if terms.provider_school == school:
            raise ValidationError({"provider_school": "A school gives no support to itself"})
    elif terms.provider == B.Provider.EXTERNAL and not terms.provider_words.strip():
        raise ValidationError({"provider_words": "Name who comes from outside"})
    elif terms.provider == B.Provider.CENTRAL and not (terms.provider_person or terms.provider_words.strip()):
        raise ValidationError({"provider_person": "Choose who gives it, or name them below"})
    if terms.provider_person is not None and terms.provider != B.Provider.EXTERNAL:
        _check_person(school, terms, terms.provider_person)


def _check_person(school: School | None, terms: Terms, person: Membership) -> None:
    """Whoever is named works where the support is said to come from, and not at the school that gets it."""
    posts, name, giver = posts_of(person), person.user.name, terms.provider_school
    if school is not None and works_at(posts, school):
        wrong = f"{name} belongs to {school.known_as} itself. Choose somebody from outside the school"
    elif terms.provider == B.Provider.CENTRAL and not is_of_trusts_team(posts):
        wrong = f"{name} is not of the trust’s own team. Choose somebody who is, or the school they come from"
    elif terms.provider == B.Provider.SCHOOL and giver is not None and not works_at(posts, giver, giving=True):
        wrong = f"{name} does not work at {giver.known_as}. Choose somebody who does, or name them below"
    else:
        return
    raise ValidationError({"provider_person": wrong})


def say_delivered(
    booking: SupportBooking, *, by: Membership, note: str = "", came: Decimal | None = None
) -> SupportBooking:
    """Say that it came, or `came` of it. The school is asked to confirm it; where it had said otherwise, once more."""
    row = _becoming(booking, B.State.DELIVERED)
    if row.on > timezone.localdate():
        raise ValidationError("This is still to come.")
    if row.state == B.State.DISPUTED and not note.strip():
        raise ValidationError({"note": "The school says otherwise: answer it in a sentence"})
    _limit(note, "note")
    row.came = _part_of(row, came)
    _record("support.delivered", row, by, after=row.came_words, why=note.strip())
    row.state, row.delivered_by, row.delivered_at = B.State.DELIVERED, by, timezone.now()
    row.note = note.strip() or row.note
    row.save()
    tell_delivered(row, by=by)
    return row


def _part_of(row: SupportBooking, came: Decimal | None) -> Decimal | None:
    """What came of it where it was less than booked. Nothing at all is a miss, which somebody answers for."""
    if came is None or came == row.amount:
        return None
    if came == 0:
        raise ValidationError({"came": ValidationError(NOTHING_CAME, code=A_MISS)})
    if not 0 < came < row.amount:
        raise ValidationError({"came": f"Enter how much came, at most {plain(row.amount)} as was booked"})
    return came


def confirm_support(booking: SupportBooking, *, by: Membership, answer: str = "") -> SupportBooking:
    """The school confirms that it came."""
    return _school_says(booking, B.State.CONFIRMED, by, answer)


def dispute_support(booking: SupportBooking, *, by: Membership, answer: str) -> SupportBooking:
    """The school says that it did not come as it is said to have. It counts for nothing until it is settled."""
    if not answer.strip():
        raise ValidationError({"answer": "Say what was different"})
    return _school_says(booking, B.State.DISPUTED, by, answer)


def _school_says(booking: SupportBooking, state: str, by: Membership, answer: str) -> SupportBooking:
    row = _becoming(booking, state)
    if row.delivered_by_id == by.pk:
        raise ValidationError("You have said yourself that it came, so somebody else confirms it.")
    _limit(answer, "answer")
    _record("support.confirmed" if state == B.State.CONFIRMED else "support.disputed", row, by, why=answer.strip())
    row.state, row.answered_by, row.answered_at, row.answer = state, by, timezone.now(), answer.strip()
    row.save()
    if state == B.State.DISPUTED:
        tell_school_said(row, by=by)
    return row


def say_missed(booking: SupportBooking, *, by: Membership, missed_by: str, why: str) -> SupportBooking:
    """It did not take place: by whom, and why."""
    row = _becoming(booking, B.State.MISSED)
    if row.on > timezone.localdate():
        raise ValidationError(STILL_TO_COME)
    if missed_by not in B.MissedBy.values:
        raise ValidationError({"missed_by": "Choose on whose side it lay"})
    return _ended(row, B.State.MISSED, by, why, missed_by)


def deny_miss(booking: SupportBooking, *, by: Membership, answer: str) -> SupportBooking:
    """The school says that a miss did not lie with it. It stays missed; both sides' words stand beside one another."""
    row = _locked(booking)
    if not row.lies_with_school or row.is_denied:
        raise ValidationError("No miss that is said to lie with the school waits for its answer here.")
    if row.ended_by_id == by.pk:
        raise ValidationError("You have put it down yourself, so somebody else answers for the school.")
    if not answer.strip():
        raise ValidationError({"answer": "Say what was different"})
    _limit(answer, "answer")
    _record("support.denied", row, by, why=answer.strip())
    row.answered_by, row.answered_at, row.answer = by, timezone.now(), answer.strip()
    row.save()
    tell_school_said(row, by=by)
    return row


def cancel_support(booking: SupportBooking, *, by: Membership, why: str) -> SupportBooking:
    """Call it off in good time. It counts for nothing, and stays on record."""
    return _ended(_becoming(booking, B.State.CANCELLED), B.State.CANCELLED, by, why, "")


def _ended(row: SupportBooking, state: str, by: Membership, why: str, missed_by: str) -> SupportBooking:
    if not why.strip():
        raise ValidationError({"why": "Say why, in a sentence"})
    _limit(why, "why")
    after = str(B.MissedBy(missed_by).label) if missed_by else ""
    _record(f"support.{state}", row, by, after=after, why=why.strip())
    row.state, row.missed_by, row.why, row.came = state, missed_by, why.strip(), None
    row.ended_by, row.ended_at = by, timezone.now()
    row.save()
    tell_ended(row, by=by)
    return row


def _locked(booking: SupportBooking) -> SupportBooking:
    rows = SupportBooking.objects.select_for_update(of=("self",))
    rows = rows.select_related("school__trust", "provider_school", "provider_person__user", "booked_by", "ended_by")
    return rows.get(pk=booking.pk)


def _becoming(booking: SupportBooking, state: str) -> SupportBooking:
    row = _locked(booking)
    if state not in AFTER[row.state]:
        raise ValidationError(f"This stands as “{row.get_state_display()}”, so that is not possible.")
    return row


def _limit(text: str, field: str) -> None:
    if len(text) > LONGEST_WORDS:
        raise ValidationError({field: f"Use at most {LONGEST_WORDS:,} characters; this has {len(text):,}"})


def _record(did: str, row: SupportBooking, by: Membership, *, after: str = "", why: str = "") -> None:
    label = f"{row.what}, {day_words(row.on)}, {amount_words(row.amount, row.unit)}"
    record_act(
        did, row, by=by, school=row.school, before=str(row.get_state_display()), after=after, why=why, label=label
    )
