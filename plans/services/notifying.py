"""Letters about a concern: sent once, kept whole, arriving at a humane time of the school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Concern, Letter, Recipient
from plans.queries.concerns import Standing
from schools.audit import record_act
from schools.models import Membership, School
from schools.queries import half_terms_of
from schools.rules import months_after
from schools.rules.post import arrives_at
from schools.services.news import LONGEST_SUBJECT, about
from schools.services.notices import tell
from schools.words import listed

from .escalating import locked

LONGEST_LETTER = 8000  # characters
MOST_RECIPIENTS = 40


@dataclass(frozen=True)
class To:
    """Somebody the letter goes to: a person with an account, or a name with an address in words."""

    told_as: str
    name: str
    address: str = ""
    person: Membership | None = None


def send_letter(
    concern: Concern, *, by: Membership, to: Sequence[To], subject: str, text: str, why_now: str = ""
) -> Letter:
    """Send a letter about the step by which the school came where it is. It is kept as it was sent.

    It arrives at the next humane time, or at once where `why_now` says why. Raises ValidationError by field.
    """
    row, standing = locked(concern)
    if standing.entered is None:
        raise ValidationError("Nothing was decided yet that a letter could tell of.")
    _check(to, subject, text)
    now, why_now = timezone.now(), why_now.strip()
    arrives = now if why_now else arrival(row.school, now)
    names = listed([one.name for one in to], most=5)
    record_act("concern.letter", row, by=by, school=row.school, after=names, why=why_now)
    letter = Letter.objects.create(
        concern=row, change=standing.entered, subject=subject.strip(), text=text.strip(), sent_at=now, sent_by=by,
        arrives_at=arrives, why_now=why_now,
    )  # fmt: skip
    Recipient.objects.bulk_create(
        Recipient(letter=letter, told_as=one.told_as, name=one.name, address=one.address, person=one.person)
        for one in to
    )
    path = f"/t/{row.school.trust.slug}/concerns/{row.pk}/letters/{letter.pk}/"
    for person in {one.person.pk: one.person for one in to if one.person}.values():
        tell(
            person,
            subject=_subject(row.school, letter.subject),
            body=_body(letter.text),
            path=path,
            not_before=arrives,
            at_once=bool(why_now),
        )
    return letter


def _subject(school: School, subject: str) -> str:
    """With the school's name once, where the letter does not begin with it."""
    return subject if subject.startswith(school.known_as) else about(school, subject)


def _body(text: str) -> str:
    """Without a greeting of its own: the mail greets each by name."""
    first, _, rest = text.partition("\n")
    return rest.lstrip() if first.startswith("Dear ") and rest.strip() else text


def arrival(school: School, now: datetime) -> datetime:
    """When a letter to this school that is sent now arrives. One query."""
    today = timezone.localdate(now)
    halves = half_terms_of([school], since=today, until=months_after(today, 12))[school.pk]
    return arrives_at(now, halves)


def to_tell(standing: Standing) -> list[str]:
    """The words of the stage's `notify`, those whom nobody has told yet first."""
    waiting = [one.words for one in standing.outstanding if one.kind == "tell"]
    stage = standing.told_of
    notify = stage.notify if stage else ()
    return [*waiting, *(words for words in notify if words not in waiting)]


def _check(to: Sequence[To], subject: str, text: str) -> None:
    if not to:
        raise ValidationError("Say whom the letter goes to: tick a person, or write a name.")
    if len(to) > MOST_RECIPIENTS:
        raise ValidationError(f"A letter goes to at most {MOST_RECIPIENTS} people.")
    if not subject.strip():
        raise ValidationError({"subject": "Give the letter a subject"})
    if len(subject) > LONGEST_SUBJECT:
        raise ValidationError({"subject": f"Use at most {LONGEST_SUBJECT} characters"})
    if not text.strip():
        raise ValidationError({"text": "Write the letter"})
    if len(text) > LONGEST_LETTER:
        raise ValidationError({"text": f"Use at most {LONGEST_LETTER:,} characters; this has {len(text):,}"})
