"""A plan on its way through the people who approve it. Nobody approves their own (see `why_not_answer`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import ApprovalStep, Plan, PlanEdition
from plans.queries.approvals import (
    Approval,
    able_to_answer,
    approvals_of,
    rules_checked,
    why_not_answer,
    why_not_send,
    written_by,
)
from plans.queries.delegation import require_writes
from plans.queries.documents import document_of
from plans.queries.plans import approvers_of, kind_of, strategy_in
from plans.rules.chain import Rung, chain, without_an_answerer
from schools.access import ROLES, Access
from schools.audit import record_act
from schools.models import Membership

from .conditions import lay_down
from .news import tell_plan_answered, tell_plan_sent
from .progressing import set_due_days
from .writing import locked_plan, open_plan

LONGEST_WORDS, LONGEST_LINE = 2000, 1000  # characters of an answer, and of the line that goes with a plan
Outcome = ApprovalStep.Outcome


def send_plan(plan: Plan, *, by: Membership, note: str = "") -> PlanEdition:
    """Send the plan as it stands to those who approve it. It can be written on; the edition stays as it was sent.

    Raises ValidationError where it is closed or not begun, waits already, has nothing new, or nobody could answer.
    """
    row = open_plan(plan, by=by)
    kind, editions = kind_of(row), approvals_of([row]).get(row.pk, [])
    if kind is None or row.strategy_version is None:
        raise ValidationError("Begin to write this plan first.")
    document = document_of(row)
    if refusal := why_not_send(editions, document):
        raise ValidationError(refusal)
    today = timezone.localdate()
    rungs = chain(row.strategy_version.strategy, approvers_of(row), kind.approval_days, sent=today)
    written = written_by(row, editions)
    _check_somebody(row, rungs, by, written)
    number = len(editions) + 1
    record_act("plan.sent", row, by=by, school=row.school, after=f"edition {number}", why=note.strip())
    at = {"sent_at": timezone.now(), "sent_by": by, "writers": sorted({by.pk, *written}), "note": note.strip()}
    edition = PlanEdition.objects.create(plan=row, number=number, document=document, **at)
    row.actions.filter(is_draft=True).update(is_draft=False)
    steps = [
        ApprovalStep.objects.create(edition=edition, position=place, **vars(rung))
        for place, rung in enumerate(rungs, start=1)
    ]
    if steps:
        tell_plan_sent(row, steps[0], by=by)
    else:
        lay_down(row, edition)
        set_due_days([row], today=today)
    return edition


def _check_somebody(plan: Plan, rungs: Sequence[Rung], by: Membership, written: Collection[int]) -> None:
    """Each step needs somebody of its own, other than who wrote in the plan and who sends it."""
    besides = {by.pk, *written}
    place = _without_anybody(plan, rungs, besides)
    if place is None:
        return
    label = ROLES[rungs[place].role].label.lower()
    if by.pk not in written and _without_anybody(plan, rungs, besides - {by.pk}) is None:
        raise ValidationError(f"Nobody else could approve it as {label}. Let another person send it to you.")
    raise ValidationError(
        f"Nobody else could approve it as {label}: whoever began a plan or has written in it since it was approved"
        " does not approve it, and nobody answers two steps."
        " Ask who looks after accounts to give that role to one more person."
    )


def _without_anybody(plan: Plan, rungs: Sequence[Rung], besides: set[int]) -> int | None:
    able = able_to_answer(plan, rungs, besides=besides)
    return without_an_answerer([{one.pk for one in (*step.holders, *step.instead)} for step in able])


def answer_plan(
    plan: Plan, *, access: Access, outcome: str, words: str = "", checked: Mapping[str, str] | None = None
) -> ApprovalStep:
    """Approve, approve with conditions, or return the plan, in the step that waits.

    `checked` says of each rule of a good plan whether it is met (`ApprovalStep.Met`); who checks it (S3-28) is asked
    before they agree.

    Raises ValidationError by field; also where this person may not answer, or somebody was quicker.
    """
    row, approval = _locked(plan)
    if refusal := why_not_answer(access, row, approval):
        raise ValidationError(refusal)
    step, words, by = approval.waiting, words.strip(), access.membership
    assert step is not None  # otherwise the refusal would have said so
    if outcome not in (Outcome.APPROVED, Outcome.CONDITIONS, Outcome.RETURNED):
        raise ValidationError({"outcome": "Choose what you decide"})
    if outcome != Outcome.APPROVED and not words:
        asked = "Say what has to change" if outcome == Outcome.RETURNED else "Say on which conditions"
        raise ValidationError({"words": asked})
    if len(words) > LONGEST_WORDS:
        raise ValidationError({"words": f"Use at most {LONGEST_WORDS:,} characters; this has {len(words):,}"})
    step.checked = _checked(row, step, outcome, checked or {})
    _answer(row, step, by, outcome, words)
    following = Approval(approval.edition, tuple(approval.edition.steps.order_by("position")))
    if following.waiting is not None:
        tell_plan_sent(row, following.waiting, by=by)
    if following.is_approved:
        lay_down(row, approval.edition)
        set_due_days([row], today=timezone.localdate())
    tell_plan_answered(row, step, approval.edition, by=by)
    return step


def _checked(plan: Plan, step: ApprovalStep, outcome: str, said: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was said of the rules that this step checks. Raises ValidationError where one is not looked at, or not met
    and the plan approved all the same."""
    rules = rules_checked(plan, step)
    found = {rule: said[rule] for rule in rules if said.get(rule) in ApprovalStep.Met}
    if outcome == Outcome.RETURNED:
        return list(found.items())
    lacks = {f"rule-{place}": "Say whether it is met" for place, rule in enumerate(rules) if rule not in found}
    if lacks:
        raise ValidationError(lacks)
    if outcome == Outcome.APPROVED and ApprovalStep.Met.NOT_YET in found.values():
        raise ValidationError({"outcome": "A rule is not met yet: approve it with conditions, or return it"})
    return list(found.items())


def take_back(plan: Plan, *, by: Membership) -> ApprovalStep:
    """Take the plan back before it is answered. Raises ValidationError where nothing waits."""
    require_writes(plan.school, strategy_in(plan), by=by)
    row, approval = _locked(plan)
    step = approval.waiting
    if step is None:
        raise ValidationError("Nothing of this plan waits to be approved.")
    _answer(row, step, by, Outcome.WITHDRAWN, "")
    return step


def _locked(plan: Plan) -> tuple[Plan, Approval]:
    row = locked_plan(plan)
    editions = approvals_of([row]).get(row.pk, [])
    if not editions:
        raise ValidationError("Nothing of this plan waits to be approved.")
    return row, editions[0]


def _answer(plan: Plan, step: ApprovalStep, by: Membership, outcome: str, words: str) -> None:
    said, role = str(Outcome(outcome).label), ROLES[step.role].label.lower()
    record_act("plan.answered", plan, by=by, school=plan.school, before=f"waited for the {role}", after=said, why=words)
    step.outcome, step.words, step.by, step.at = outcome, words, by, timezone.now()
    step.save()
