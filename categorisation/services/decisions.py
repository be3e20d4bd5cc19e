"""People decide. A decision that differs from the proposal needs a reason, and the school may reply."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from categorisation.models import Decision, Proposal, Reply
from categorisation.rules import differs
from categorisation.rules.conclusion import Conclusion, faults_of
from categorisation.services.basis import Basis, basis_of
from categorisation.services.deciders import deciders_of
from schools.audit import record_act
from schools.models import AgendaItem, Meeting, Membership, Notice, Period, RoleGrant, School
from schools.rules import humane_time, working_days_after
from schools.services.meetings import require_not_agreed
from schools.services.notices import tell
from schools.services.post import told_at
from schools.strategy import Role, Strategy
from schools.words import on

LONGEST_SUBJECT = 160  # characters


def decide_category(
    school: School,
    axis: str,
    *,
    by: Membership,
    level: str,
    period: Period,
    reason: str = "",
    meeting: Meeting | None = None,
    conclusion: Conclusion | None = None,
) -> Decision:
    """Record the category decided in `period`. The head is told in the morning and may reply until the day named.

    Where the strategy asks a re-assessment to conclude more than the level (`concludes`), that is `conclusion`.
    It rests on the school's latest agreed matrix and belongs to that matrix's period (see `basis_of`). The meeting and
    the school are locked, so that the same is not recorded twice. Raises PermissionDenied when this person may not
    decide for this school, ValidationError by field otherwise.
    """
    now, reason = timezone.now(), reason.strip()
    today = timezone.localdate(now)
    school, meeting = _locked(school, meeting)
    basis = basis_of(school, axis, period=period, today=today)
    if basis is None:
        raise ValidationError("This school's strategy has no such category.")
    deciders = deciders_of(basis.strategy, axis, school, period=basis.period, meeting=meeting)
    if refusal := deciders.refusal(by):
        raise PermissionDenied(refusal)
    require_open_to_decide(school, axis, meeting=meeting, today=today)
    proposal, conclusion = _checked(basis, level, reason), _concluded(basis, conclusion)
    _require_new(basis, level, reason, conclusion, meeting=meeting, today=today)
    was = basis.before.level if basis.before else ""
    why = " ".join(filter(None, (reason, *conclusion.sentences)))
    record_act("category.decided", school, by=by, school=school, before=was, after=level, why=why)
    tell_at = told_at(school, now)
    decision = Decision.objects.create(
        school=school, period=basis.period, axis=axis, level=level, strategy_version=basis.version, proposal=proposal,
        meeting=meeting, was=was, reason=reason, effective_on=today, decided_by=by, decided_at=now,
        tell_at=tell_at, reply_due_on=_reply_due(basis.strategy, now, tell_at), **asdict(conclusion),
    )  # fmt: skip
    _tell_school(decision)
    return decision


def _reply_due(strategy: Strategy, now: datetime, tell_at: datetime) -> date:
    """The working days of a reply run from the decision; where the school is away then, from the day it is told."""
    told, today = timezone.localdate(tell_at), timezone.localdate(now)
    away = told > working_days_after(today, 1)
    return working_days_after(told if away else today, strategy.identity.reply_days)


def _locked(school: School, meeting: Meeting | None) -> tuple[School, Meeting | None]:
    """One decision at a time on a school, and none while the minutes are being agreed."""
    if meeting is not None:
        meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    return School.objects.select_for_update(no_key=True).get(pk=school.pk), meeting


def require_open_to_decide(school: School, axis: str, *, meeting: Meeting | None, today: date) -> None:
    """Raise ValidationError for a school that has left, and where the meeting's record does not take this decision."""
    if school.left_on is not None and school.left_on <= today:
        raise ValidationError(f"{school.known_as} left the trust on {on(school.left_on)}, so nothing more is decided.")
    if meeting is None:
        return
    require_not_agreed(meeting)
    if not AgendaItem.objects.filter(meeting=meeting, school=school).exists():
        raise ValidationError(f"{school.known_as} is not on this meeting's agenda. Whoever runs it can put it on.")
    made = Decision.objects.filter(meeting=meeting, school=school, axis=axis).select_related("decided_by__user").first()
    if made is not None:
        raise ValidationError(
            f"This meeting has decided already: {made.decided_by} recorded it on {on(made.effective_on)}. "
            f"To correct it, record a decision from the page of {school.known_as}."
        )


def _checked(basis: Basis, level: str, reason: str) -> Proposal | None:
    """The proposal, locked so that it is not made anew while people decide on it."""
    proposal = basis.proposal and Proposal.objects.select_for_update().get(pk=basis.proposal.pk)
    if level not in {one.key for one in basis.strategy.axis_levels(basis.axis.key)}:
        raise ValidationError({"level": "Choose one of the levels"})
    if differs(proposal, level) and not reason:
        raise ValidationError({"reason": "Say why, because this is not simply what the rules propose"})
    return proposal


def _concluded(basis: Basis, said: Conclusion | None) -> Conclusion:
    """What is concluded beside the level; nothing where it is not asked. Raises ValidationError by field."""
    if not basis.concludes:
        return Conclusion()
    stripped = Conclusion(**{name: words.strip() for name, words in asdict(said or Conclusion()).items()})
    if faults := faults_of(stripped):
        raise ValidationError(faults)
    return stripped


def _require_new(
    basis: Basis, level: str, reason: str, conclusion: Conclusion, *, meeting: Meeting | None, today: date
) -> None:
    """Something else said, or a meeting's own record, is a new decision; the same once more is a slip."""
    before = basis.before
    if before is None or before.effective_on != today:
        return
    said = (before.level, before.reason, before.conclusion, before.period_id)
    same = said == (level, reason, conclusion, basis.period.pk)
    if same and (meeting is None or before.meeting_id == meeting.pk):
        at = timezone.localtime(before.decided_at)
        raise ValidationError(
            f"{before.decided_by} recorded just this today at {at:%H:%M}, so it was not recorded again."
        )


def _tell_school(decision: Decision) -> None:
    strategy, school = decision.strategy_version.strategy, decision.school
    axis = strategy.axis_by_key[decision.axis]
    label = next(level.label for level in strategy.axis_levels(decision.axis) if level.key == decision.level)
    heads = RoleGrant.objects.current().filter(school=school, role=Role.HEAD).select_related("membership")
    for grant in heads:
        tell(
            grant.membership,
            subject=f"{school.known_as}: {axis.label.lower()} decided"[:LONGEST_SUBJECT],
            body=(
                f"{axis.label}: {label}. Read why, and reply if you wish, by {on(decision.reply_due_on)}. "
                "Your reply is printed beside the decision wherever it is shown."
            ),
            path=f"/t/{school.trust.slug}/my-school/",
            not_before=decision.tell_at,
        )


def reply_to_decision(decision: Decision, *, by: Membership, text: str, today: date) -> Reply:
    """The school's words, printed beside the decision. Within the window, once; it may be reworded until it closes."""
    if today > decision.reply_due_on:
        raise ValidationError(f"The time to reply ended on {on(decision.reply_due_on)}.")
    if timezone.now() < decision.tell_at:
        raise ValidationError("The school has not been told yet.")
    if not text.strip():
        raise ValidationError({"text": "Write your reply"})
    if len(text) > 3000:
        raise ValidationError({"text": f"Use at most 3,000 characters; this has {len(text):,}"})
    record_act("decision.replied", decision, by=by, school=decision.school, why=text[:200])
    now = timezone.now()
    reply, _ = Reply.objects.update_or_create(decision=decision, defaults={"text": text.strip(), "by": by, "at": now})
    _tell_of_reply(decision, now=now)
    return reply


def _tell_of_reply(decision: Decision, *, now: datetime) -> None:
    """Who decided, and the clerks where a meeting did. Who has not read of the first wording yet is told once."""
    people = {decision.decided_by_id: decision.decided_by}
    if decision.meeting_id is not None:
        clerks = RoleGrant.objects.current().filter(role=Role.CLERK).select_related("membership")
        people |= {grant.membership_id: grant.membership for grant in clerks}
    school, axis = decision.school, decision.strategy_version.strategy.axis_by_key[decision.axis]
    path = f"/t/{school.trust.slug}/decisions/{decision.pk}/"
    waiting = set(Notice.objects.filter(path=path, sent_at=None).values_list("to", flat=True))
    for person in (one for pk, one in people.items() if pk not in waiting):
        tell(
            person,
            subject=f"{school.known_as} replied on {axis.label.lower()}"[:LONGEST_SUBJECT],
            body="Read the school's reply. It is printed beside the decision wherever it is shown.",
            path=path,
            not_before=humane_time(now, hour=school.trust.news_hour),
        )
