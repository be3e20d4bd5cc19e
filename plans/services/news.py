"""Who hears of an action, a plan or a step: the next working morning, and nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from plans.models import (
    Action,
    Appraisal,
    ApprovalStep,
    ChecklistItem,
    Plan,
    PlanEdition,
    ProgressUpdate,
    StageChange,
    StepAgreement,
    WatchLook,
)
from plans.queries.approvals import able_to_answer, approvals_of
from plans.queries.concerns import Standing
from plans.queries.on_ladders import LookAgain
from plans.queries.plans import kind_of
from plans.rules.appraisal import Step
from plans.rules.chain import Rung
from reviews.models import Review
from reviews.queries.reviews import called
from schools.access import ROLES, Permission
from schools.models import Membership, RoleGrant, School
from schools.services.news import LONGEST_SUBJECT, about, heads_of, holding, tell_people
from schools.strategy import Role
from schools.words import counted, cut
from schools.words import on as day_words

CHECK = "impact check on"
"""What the subject of a reminder says, before the day."""


PROGRESS = "progress due by"
"""The same of progress."""

ANSWER = "to approve by"
"""The same of a plan that waits."""

LOOK = "concern to look at by"
"""The same of a concern."""

UNDONE = "things to do since"
"""The same of what a stage of a ladder asks for, before the day of the step."""


APPRAISAL, APPRAISAL_LATE = "appraisal due by", "appraisal overdue since"
"""The same of a step of an appraisal, before its day and after."""


def about_plan(plan: Plan, subject: str) -> str:
    """“Dunmere Primary: School improvement plan to approve”; of the trust's own “The trust: …”."""
    return about(plan.school, subject) if plan.school else cut(f"{plan.known_as}: {subject}", LONGEST_SUBJECT)


def owners_of(plan: Plan) -> list[Membership]:
    """The heads of the school; of the trust's own plan, whoever began it."""
    if plan.school_id is not None:
        return heads_of(plan.school_id)
    return [plan.begun_by] if plan.begun_by and plan.begun_by.ended_at is None else []


LONGEST_TITLE = 60  # characters of a plan's title in a subject: the day stands whole


def tell_owners(actions: Sequence[Action], *, by: Membership) -> None:
    """Whoever sees to an action hears of it."""
    for action in actions:
        plan, due = action.plan, f" by {day_words(action.due_on)}" if action.due_on else ""
        body = f"{by.user.name} has put down that you see to this{due}: “{cut(action.what, 300)}”"
        owner, path = [action.owner] if action.owner else [], f"actions/{action.pk}/"
        subject = about_plan(plan, "an action for you")
        tell_people(owner, plan.trust, subject=subject, body=body, path=path, besides=by)


def tell_agreed(review: Review, actions: Sequence[Action], *, by: Membership) -> None:
    """Whoever sees to an action hears of it; whoever proposed the review hears what came of it."""
    school = review.school
    tell_owners(actions, by=by)
    body = f"{by.user.name} put {counted(len(actions), 'action')} from its findings into the school’s plan."
    subject = f"{called(review)}, {school.known_as}: actions agreed"
    proposed = [review.proposed_by] if review.proposed_by else []
    tell_people(proposed, school.trust, subject=subject, body=body, path=f"reviews/{review.pk}/", besides=by)


def tell_check(action: Action) -> list[Membership]:
    """Whoever sees to it is reminded to look at its impact; where that is nobody here, the school's heads."""
    plan, owner, day = action.plan, action.owner, action.impact_check_on
    people = [owner] if owner and owner.ended_at is None else owners_of(plan)
    said = f" on {day_words(day)}" if day else ""
    body = f"Look{said} at whether this has worked, and say so in words: “{cut(action.what, 300)}”"
    subject = about_plan(plan, f"{CHECK} {day_words(day)}" if day else CHECK)
    return tell_people(people, plan.trust, subject=subject, body=body, path=f"actions/{action.pk}/")


def tell_plan_sent(plan: Plan, step: ApprovalStep, *, by: Membership) -> None:
    """Whoever can answer the step that waits hears that the plan has come to them."""
    people = answerers(plan, step)
    until = f" Please answer by {day_words(step.due_on)}." if step.due_on else ""
    body = f"{by.user.name} sent “{plan.title}” for you to approve.{until}"
    subject = about_plan(plan, f"{plan.title} to approve")
    tell_people(people, plan.trust, subject=subject, body=body, path=f"plans/{plan.pk}/", besides=by)


def tell_answer_due(step: ApprovalStep) -> list[Membership]:
    """Whoever can answer the step that waits is reminded of its day."""
    plan, day = step.edition.plan, day_words(step.due_on) if step.due_on else ""
    body = f"“{plan.title}” of {plan.whose} waits for your answer as {step.role_label.lower()}, by {day}."
    subject = about_plan(plan, f"{cut(plan.title, LONGEST_TITLE)} {ANSWER} {day}")
    return tell_people(answerers(plan, step), plan.trust, subject=subject, body=body, path=f"plans/{plan.pk}/")


def answerers(plan: Plan, step: ApprovalStep) -> tuple[Membership, ...]:
    """Who can answer the step now. Two queries."""
    answered = ApprovalStep.objects.filter(edition=step.edition_id).exclude(by=None).values_list("by", flat=True)
    besides = {*step.edition.writers, *answered}
    rung = Rung(step.role, tuple(step.instead), step.due_on or timezone.localdate())
    return able_to_answer(plan, [rung], besides=besides)[0].now


def tell_plan_answered(plan: Plan, step: ApprovalStep, edition: PlanEdition, *, by: Membership) -> None:
    """Whoever sent it and whose plan it is hear what was decided."""
    said = str(ApprovalStep.Outcome(step.outcome).label).lower()
    words = f" “{cut(step.words, 400)}”" if step.words else ""
    body = f"{by.user.name} answered as {ROLES[step.role].label.lower()}: {said}.{words}"
    people = [edition.sent_by, *owners_of(plan)]
    subject = about_plan(plan, f"{plan.title}: {said}")
    tell_people(people, plan.trust, subject=subject, body=body, path=f"plans/{plan.pk}/", besides=by)


def tell_step_proposed(change: StageChange, deciders: Sequence[Membership], *, by: Membership) -> None:
    """Whoever may decide the step hears that it waits."""
    concern, school = change.concern, change.concern.school
    stage = concern.stage_of(change.stage)
    to = f"{concern.of_ladder.label}: {stage.label if stage else 'to leave the ladder'}"
    body = f"{by.user.name} proposes a step and asks you to decide. {to}. “{cut(change.reason, 300)}”"
    body, now = body + _at_once(change.why_now), bool(change.why_now)
    subject, path = about(school, "a step on the ladder to decide"), f"concerns/{concern.pk}/"
    tell_people(deciders, school.trust, subject=subject, body=body, path=path, besides=by, at_once=now)


def tell_step_agreed(change: StageChange, agreed: StepAgreement, deciders: Sequence[Membership]) -> None:
    """Whoever answers next hears that the step has come to them."""
    concern, school = change.concern, change.concern.school
    stage, role = concern.stage_of(change.stage), ROLES[change.turn].label.lower()
    to = f"{concern.of_ladder.label}: {stage.label if stage else 'to leave the ladder'}"
    body = f"{agreed.by.user.name} agreed as {agreed.role_label.lower()} to a step that {change.proposed_by.user.name} "
    body += f"proposes. You are asked to decide for the {role}. {to}. “{cut(change.reason, 300)}”"
    why = agreed.why_now or change.why_now
    subject, path = about(school, "a step on the ladder to decide"), f"concerns/{concern.pk}/"
    tell_people(
        deciders, school.trust, subject=subject, body=body + _at_once(why), path=path, besides=agreed.by,
        at_once=bool(why),
    )  # fmt: skip


def _at_once(why: str) -> str:
    """Why something is told at once, at the end of what is told."""
    return f" You are told at once because: “{why}”" if why else ""


def tell_step_decided(change: StageChange, said: str, *, by: Membership) -> None:
    """Whoever proposed it hears what was decided; the school is told by letter."""
    concern, school = change.concern, change.concern.school
    words = f" “{cut(change.words, 400)}”" if change.words else ""
    body = f"{by.user.name} decided on the step you proposed: {said.lower()}.{words}"
    body, now = body + _at_once(change.decided_why_now), bool(change.decided_why_now)
    subject, path = about(school, f"your step on the ladder: {said.lower()}"), f"concerns/{concern.pk}/"
    tell_people([change.proposed_by], school.trust, subject=subject, body=body, path=path, besides=by, at_once=now)


def tell_slips(look: WatchLook, deciders: Sequence[Membership]) -> None:
    """Whoever decides on the ladder hears that what led to the concern shows again."""
    concern, school = look.concern, look.concern.school
    body = f"{look.by.user.name} looked on {day_words(look.on)}. “{cut(look.words, 300)}” Say whether it comes back."
    subject, path = about(school, "what led to the concern shows again"), f"concerns/{concern.pk}/"
    tell_people(deciders, school.trust, subject=subject, body=body, path=path, besides=look.by)


def tell_look_again(look: LookAgain) -> list[Membership]:
    """Whoever proposed the last step is reminded of the day it set; where they have left, who raises concerns now.

    None of those with a role in the school; where nobody is left, who decides.
    """
    concern, school = look.concern, look.concern.school
    body = (
        f"{look.words}, by {day_words(look.on)}. Say whether the school stays where it is, moves, or leaves the ladder."
    )
    people = _seeing_through(school, look.by)
    subject, path = about(school, f"{LOOK} {day_words(look.on)}"), f"concerns/{concern.pk}/"
    return tell_people(people, school.trust, subject=subject, body=body, path=path)


def tell_undone(standing: Standing) -> list[Membership]:
    """The same people hear what a stage asks for and nobody has put down."""
    concern, school, entered = standing.concern, standing.concern.school, standing.entered
    if entered is None or entered.since is None:
        return []
    left = "\n".join(f"- {one.sentence}" for one in standing.outstanding)
    body = f"{standing.words}. Still to do, or to be put down:\n{left}"
    people = _seeing_through(school, entered.proposed_by)
    subject, path = about(school, f"{UNDONE} {day_words(entered.since)}"), f"concerns/{concern.pk}/"
    return tell_people(people, school.trust, subject=subject, body=body, path=path)


def _seeing_through(school: School, proposed_by: Membership) -> list[Membership]:
    """Who has proposed a step; where they have left, who raises concerns about a school, else who decides them.

    At most two queries.
    """
    if proposed_by.ended_at is None:
        return [proposed_by]
    there = RoleGrant.objects.current().filter(school=school).values("membership")
    for permission in (Permission.RAISE_CONCERN, Permission.DECIDE):
        roles = [key for key, rule in ROLES.items() if rule.whole_trust and permission in rule.allows]
        grants = RoleGrant.objects.current().filter(role__in=roles, school=None).exclude(membership__in=there)
        if people := [grant.membership for grant in grants.select_related("membership__user")]:
            return people
    return []


def tell_progress(plan: Plan, update: ProgressUpdate, *, by: Membership) -> None:
    """Who approved the plan, and those whom its kind names, hear how it gets on."""
    approved = next((one for one in approvals_of([plan]).get(plan.pk, []) if one.is_approved), None)
    people = [step.by for step in approved.steps if step.by] if approved else []
    kind = kind_of(plan)
    for role in kind.read_by if kind else ():
        people += holding(role, school=None if ROLES[role].whole_trust else plan.school_id)
    body = f"{by.user.name} tells how “{plan.title}” gets on. {cut(update.document['overall'], 400)}"
    path, subject = f"plans/{plan.pk}/", about_plan(plan, f"{plan.title}: progress")
    tell_people(people, plan.trust, subject=subject, body=body, path=path, besides=by)


def tell_progress_due(plan: Plan) -> list[Membership]:
    """Whose plan it is are reminded that an update is due."""
    day = day_words(plan.update_due_on) if plan.update_due_on else ""
    body = f"Say by {day} how “{plan.title}” gets on: what was done, and what changed for pupils."
    subject = about_plan(plan, f"{PROGRESS} {day}")
    people, path = owners_of(plan), f"plans/{plan.pk}/progress/"
    return tell_people(people, plan.trust, subject=subject, body=body, path=path)


def tell_handed_over(school: School, level: str, sentences: Sequence[str]) -> list[Membership]:
    """The school hears what passes to it, or from it, with the level it has come to."""
    body = " ".join((f"The school is in {level}.", *sentences, "Read what is outstanding, and what is met already."))
    subject = about(school, f"the checklist of {level}")
    return tell_people(
        heads_of(school.pk), school.trust, subject=subject, body=body, path=f"schools/{school.pk}/checklist/"
    )


def tell_item_owner(item: ChecklistItem, *, by: Membership) -> None:
    """Whoever sees to an item of a checklist hears of it."""
    due = f" by {day_words(item.due_on)}" if item.due_on else ""
    body = f"{by.user.name} has put down that you see to this{due}: “{cut(item.words, 300)}”"
    owner, path = [item.owner] if item.owner else [], f"checklist/{item.pk}/"
    subject = about(item.school, "an item of the checklist for you")
    tell_people(owner, item.school.trust, subject=subject, body=body, path=path, besides=by)


def tell_appraisal_due(row: Appraisal, step: Step, *, late: bool) -> list[Membership]:
    """Whoever leads the appraisal is reminded of its next step; where they have left, who holds their role now."""
    school = row.school_id
    people = [row.appraiser] if row.appraiser.ended_at is None else [
        one for role in row.led_by for one in holding(Role(role), school=None if ROLES[role].whole_trust else school)
    ]  # fmt: skip
    day, name = day_words(step.by) if step.by else "", row.person.user.name
    body = (
        f"The appraisal of {name}, {row.year_words}: “{step.label}” was to be by {day}."
        if late
        else (f"The appraisal of {name}, {row.year_words}: “{step.label}” by {day}.")
    )
    body += " Say on its page when it is done; what was said is not kept there."
    subject = f"{cut(name, LONGEST_TITLE)}: {APPRAISAL_LATE if late else APPRAISAL} {day}"
    kept = [one for one in people if one.pk != row.person_id]
    return tell_people(kept, row.trust, subject=subject, body=body, path=f"appraisals/{row.pk}/")
