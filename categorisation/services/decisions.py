"""People decide. A decision that differs from the proposal needs a reason, and the school may reply."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Decision, Proposal, Reply
from schools.audit import record_act
from schools.models import Interest, Meeting, Membership, Period, RoleGrant, School
from schools.queries import strategy_of
from schools.rules import humane_time, working_days_after
from schools.services.notices import tell
from schools.strategy import Role, Strategy


def decide_category(
    school: School,
    axis: str,
    *,
    by: Membership,
    level: str,
    period: Period,
    reason: str = "",
    meeting: Meeting | None = None,
) -> Decision:
    """Record the category people decided. The head is told in the morning and may reply until the day named.

    Raises PermissionDenied when this person may not decide for this school, ValidationError by field otherwise.
    """
    assessment = Assessment.objects.filter(school=school, period=period).select_related("strategy_version").first()
    version = assessment.strategy_version if assessment else strategy_of(school, period.starts_on)
    if version is None or axis not in version.strategy.axis_by_key:
        raise ValidationError("This school's strategy has no such category.")
    strategy = version.strategy
    require_may_decide(strategy, axis, school, by=by, meeting=meeting)
    proposal = Proposal.objects.filter(assessment=assessment, axis=axis).first() if assessment else None
    _check(strategy, axis, level, reason, proposal)
    before = Decision.objects.filter(school=school, axis=axis).order_by("-effective_on", "-id").first()
    now = timezone.now()
    record_act(
        "category.decided", school, by=by, school=school, before=before.level if before else "", after=level, why=reason
    )
    decision = Decision.objects.create(
        school=school,
        period=period,
        axis=axis,
        level=level,
        strategy_version=version,
        proposal=proposal,
        meeting=meeting,
        was=before.level if before else "",
        reason=reason.strip(),
        effective_on=timezone.localdate(now),
        decided_by=by,
        decided_at=now,
        tell_at=humane_time(now, hour=school.trust.news_hour),
        reply_due_on=working_days_after(timezone.localdate(now), strategy.identity.reply_days),
    )
    _tell_school(decision, strategy)
    return decision


def _check(strategy: Strategy, axis: str, level: str, reason: str, proposal: Proposal | None) -> None:
    if level not in {one.key for one in strategy.axis_levels(axis)}:
        raise ValidationError({"level": "Choose one of the levels"})
    as_proposed = proposal is not None and proposal.level == level and proposal.best == proposal.worst
    if not as_proposed and not reason.strip():
        raise ValidationError({"reason": "Say why, because this is not simply what the rules propose"})


def require_may_decide(
    strategy: Strategy, axis: str, school: School, *, by: Membership, meeting: Meeting | None
) -> None:
    """Only the deciding role or its stand-in, and never somebody with an interest in the school."""
    roles = set(RoleGrant.objects.current().filter(membership=by).values_list("role", "school_id"))
    decider = strategy.axis_by_key[axis].decided_by
    stand_ins = {role for one in strategy.identity.stand_ins if one.role == decider for role in one.instead}
    if not {role for role, _ in roles} & {decider, *stand_ins}:
        raise PermissionDenied("Your role does not decide this category.")
    conflicted = any(school_id == school.pk for _, school_id in roles)
    if meeting is not None:
        conflicted = conflicted or Interest.objects.filter(meeting=meeting, person=by, school=school).exists()
    if conflicted:
        raise PermissionDenied("You have an interest in this school, so a stand-in decides its category.")


def _tell_school(decision: Decision, strategy: Strategy) -> None:
    axis = strategy.axis_by_key[decision.axis]
    label = next(level.label for level in strategy.axis_levels(decision.axis) if level.key == decision.level)
    heads = RoleGrant.objects.current().filter(school=decision.school, role=Role.HEAD).select_related("membership")
    due = decision.reply_due_on
    for grant in heads:
        tell(
            grant.membership,
            subject=f"{decision.school.known_as}: {axis.label.lower()} decided",
            body=(
                f"{axis.label}: {label}. Read why, and reply if you wish, by {due.day} {due:%B %Y}. "
                "Your reply is printed beside the decision wherever it is shown."
            ),
            path=f"/t/{decision.school.trust.slug}/my-school/",
            not_before=decision.tell_at,
        )


def reply_to_decision(decision: Decision, *, by: Membership, text: str, today: date) -> Reply:
    """The school's words, printed beside the decision. Within the window, once; it may be reworded until it closes."""
    if today > decision.reply_due_on:
        raise ValidationError(f"The time to reply ended on {decision.reply_due_on.day} {decision.reply_due_on:%B %Y}.")
    if timezone.now() < decision.tell_at:
        raise ValidationError("The school has not been told yet.")
    if not text.strip():
        raise ValidationError({"text": "Write your reply"})
    if len(text) > 3000:
        raise ValidationError({"text": f"Use at most 3,000 characters; this has {len(text):,}"})
    record_act("decision.replied", decision, by=by, school=decision.school, why=text[:200])
    reply, _ = Reply.objects.update_or_create(
        decision=decision, defaults={"text": text.strip(), "by": by, "at": timezone.now()}
    )
    return reply
