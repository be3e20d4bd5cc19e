"""The register of practice: offered, taken off, asked for, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from evidence.rules.people_named import people_named
from reviews.models import Finding, Practice, PracticeRequest, Review
from reviews.rules.kinds import label_of
from reviews.services.news import tell_answered, tell_asked
from schools.audit import record_act
from schools.models import Membership, School
from schools.words import cut, listed
from schools.words import on as day_words

LONGEST_TEXT = 4000
HEAD = "Headteacher"
ASKED, ACCEPTED = PracticeRequest.State.ASKED, PracticeRequest.State.ACCEPTED
NEXT = {ASKED: ("accepted", "declined"), ACCEPTED: ("visited", "declined")}
"""What may follow on a request."""


@dataclass(frozen=True)
class PracticeEntry:
    """What a school offers, as it is written."""

    title: str
    text: str
    phase: str
    contact: str
    subject: str = ""
    evidence: str = ""


def offer_practice(school: School, entry: PracticeEntry, *, by: Membership) -> Practice:
    """Put what a school does well in the register."""
    _check(entry)
    record_act("practice.offered", Practice, by=by, school=school, after=entry.title, label=entry.title)
    return Practice.objects.create(
        school=school, kind=Practice.Kind.OFFERED, offered_by=by, offered_at=timezone.now(), **vars(entry)
    )


def offer_finding(finding: Finding, *, by: Membership) -> Practice:
    """An area of excellence goes into the register with one press, once its review is published."""
    review = finding.review
    if review.state != Review.State.PUBLISHED or finding.kind != Finding.Kind.EXCELLENCE:
        raise ValidationError("An area of excellence is offered once its review is published.")
    if Practice.objects.filter(from_finding=finding, ended_at=None).exists():
        raise ValidationError("This stands in the register already.")
    strategy = review.strategy_version.strategy
    subject = {one.key: one.label for one in strategy.criteria}.get(finding.criterion, "")
    title = cut(finding.text.split("\n")[0].split(". ")[0], 160)
    seen = f"{label_of(strategy, review.kind)}, {day_words(review.ends_on)}."
    record_act("practice.offered", Practice, by=by, school=review.school, after=title, label=title)
    return Practice.objects.create(
        school=review.school, kind=Practice.Kind.EXCELLENCE, title=title, text=finding.text, subject=subject[:80],
        phase=review.school.phase, evidence=" ".join(filter(None, (seen, finding.evidence))), contact=HEAD,
        from_finding=finding, offered_by=by, offered_at=timezone.now(),
    )  # fmt: skip


def end_practice(practice: Practice, *, by: Membership, reason: str) -> Practice:
    """Take it off the register. Open wishes are declined, and who asked is told; all stays on record."""
    locked = Practice.objects.select_for_update().get(pk=practice.pk)
    if locked.ended_at is not None:
        raise ValidationError("This is off the register already.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence."})
    record_act("practice.ended", locked, by=by, school=practice.school, why=reason.strip(), label=locked.title)
    locked.ended_at, locked.ended_why = timezone.now(), reason.strip()
    locked.save()
    for row in _open_wishes(locked):
        row.state, row.answer = PracticeRequest.State.DECLINED, f"It is no longer offered: {locked.ended_why}"
        row.answered_by, row.answered_at = by, locked.ended_at
        row.save()
        tell_answered(row, by=by)
    return locked


def _open_wishes(practice: Practice) -> QuerySet[PracticeRequest]:
    rows = PracticeRequest.objects.filter(practice=practice, state__in=(ASKED, ACCEPTED))
    return rows.select_related("practice__school", "school__trust", "asked_by")


def _check(entry: PracticeEntry) -> None:
    for name, ask in (
        ("title", "Give it a title."),
        ("text", "Say what others can see."),
        ("contact", "Say which role to ask for."),
    ):
        if not getattr(entry, name).strip():
            raise ValidationError({name: ask})
    if named := people_named(entry.contact):
        raise ValidationError({"contact": f"Give the role, not the name: {listed(named)}."})
    if max(len(entry.text), len(entry.evidence)) > LONGEST_TEXT:
        raise ValidationError({"text": f"Use at most {LONGEST_TEXT:,} characters."})


def ask_to_visit(
    practice: Practice, school: School, *, by: Membership, note: str, wanted_on: date | None = None
) -> PracticeRequest:
    """A school asks to come. One open request a school and practice."""
    if practice.ended_at is not None:
        raise ValidationError("This is no longer in the register.")
    if practice.school_id == school.pk:
        raise ValidationError("This is your own school’s.")
    if not note.strip():
        raise ValidationError({"note": "Say what you would like to see, and why."})
    if wanted_on and wanted_on < timezone.localdate():
        raise ValidationError({"wanted_on": "Choose a day to come."})
    if PracticeRequest.objects.filter(practice=practice, school=school, state__in=(ASKED, ACCEPTED)).exists():
        raise ValidationError("Your school has asked already. The answer comes to whoever asked.")
    record_act(
        "practice.asked",
        PracticeRequest,
        by=by,
        school=practice.school,
        after=school.known_as,
        why=note.strip(),
        label=practice.title,
    )
    made = PracticeRequest.objects.create(
        practice=practice, school=school, asked_by=by, asked_at=timezone.now(), wanted_on=wanted_on, note=note.strip()
    )
    tell_asked(made, by=by)
    return made


def answer_request(request: PracticeRequest, *, by: Membership, state: str, answer: str = "") -> PracticeRequest:
    """Say yes or no or, after the day, that the visit took place."""
    locked = PracticeRequest.objects.select_for_update().get(pk=request.pk)
    if state not in NEXT.get(PracticeRequest.State(locked.state), ()):
        raise ValidationError({"state": "Choose one of the answers."})
    if state == PracticeRequest.State.DECLINED and not answer.strip():
        raise ValidationError({"answer": "Say why, in a sentence. The school that asked reads it."})
    practice = request.practice
    record_act(
        "practice.answered",
        locked,
        by=by,
        school=practice.school,
        before=locked.state,
        after=state,
        why=answer.strip(),
        label=practice.title,
    )
    locked.state, locked.answered_by, locked.answered_at = state, by, timezone.now()
    locked.answer = answer.strip() or locked.answer
    locked.save()
    tell_answered(locked, by=by)
    return locked
