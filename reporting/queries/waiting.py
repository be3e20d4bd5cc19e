"""What waits for one person of visits, reviews, actions and the register of practice. One query for all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, DateField, Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from monitoring.models import Visit
from monitoring.queries.following import considered_checks, open_actions
from plans.models import COUNTS_ON, Action, ApprovalStep, ChecklistItem, Plan, SupportBooking, SupportRequest
from plans.models.approval import WRITERS
from plans.queries.actions import SOON
from plans.queries.conditions import to_confirm, to_meet, to_meet_for_trust
from plans.queries.deciding import steps_to_decide
from reviews.models import Dispute, PracticeRequest, Review, ReviewMember, ReviewWish, YearProgramme
from schools.access import Access, Permission
from schools.models import Period, RoleGrant, StrategyVersion
from schools.strategy import Role

COLUMNS = ("is_a", "its_pk", "of_school", "its_words", "on_day")
APART = "|"
"""Between the key of a form and what the visit was about."""

MOST = 200
"""Rows read at the most; nobody has so much to do in one list."""

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Waiting:
    """One thing: what kind, the row its page is of, the school, the key or words it is named by, and its day."""

    kind: str
    pk: int
    school_id: int
    words: str
    on: date | None


def waiting_at_schools(access: Access, today: date) -> list[Waiting]:
    """What waits for this person at the schools where they hold a role. One query; none where nothing may be done."""
    kinds = (
        _of_visits(access), _of_reviews(access, today), _of_practice(access), _of_actions(access, today),
        _of_checklists(access, today, at_schools=True), _of_progress(access, today), _of_support(access),
        _of_conditions(access, at_schools=True),
    )  # fmt: skip
    return _read([arm for kind in kinds for arm in kind] + _to_approve(access, at_schools=True))


def waiting_for_trust(
    access: Access, today: date, *, followed: Collection[str] = (), versions: Collection[StrategyVersion] = (),
    period: Period | None = None,
) -> list[Waiting]:  # fmt: skip
    """What waits for this person who acts for the whole trust. One query; none where nothing may be done.

    `followed`: the forms whose actions a committee follows up. `versions`: the strategies whose ladders wait for
    decisions, in this `period`.
    """
    of_reviews = (_for_the_trust(access, today), _for_guarantor(access), _of_ladders(access, versions, period))
    in_sums = (_all_checks(access, today), _owned(access, today), _for_committee(access, followed))
    of_plans = (_of_checklists(access, today, at_schools=False), _of_conditions(access, at_schools=False))
    kinds = (*of_reviews, *in_sums, _support_of_all(access, today), *of_plans)
    return _read([arm for kind in kinds for arm in kind] + _to_approve(access, at_schools=False))


def _read(arms: list[Rows]) -> list[Waiting]:
    if not arms:
        return []
    rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    return [Waiting(*row) for row in rows[:MOST]]


def _arm(rows: Rows, kind: str, *, pk: str = "id", school: str = "school_id", words: str = "", on: str = "") -> Rows:
    """One kind, in the columns that all share."""
    told = Cast(F(words), CharField()) if words else Value("", CharField())
    day = F(on) if on else Cast(Value(None), DateField())
    named = {"is_a": Value(kind, CharField()), "its_pk": F(pk), "of_school": F(school)}
    named |= {"its_words": told, "on_day": day}
    return rows.order_by().annotate(**named).values_list(*COLUMNS)


def _schools(access: Access, permission: Permission) -> list[int]:
    """The schools at which a role of this person allows it."""
    return [school for _, school in access.allowing(permission) if school]


def _of_visits(access: Access) -> Iterator[Rows]:
    me, sent = access.membership.pk, Visit.objects.filter(state=Visit.State.SUBMITTED)
    sent = sent.annotate(named=Concat("form", Value(APART), "subject", output_field=CharField()))
    if schools := _schools(access, Permission.ANSWER_VISITS):
        waiting = sent.filter(school__in=schools, final_at=None).exclude(lead=me).exclude(submitted_by=me)
        yield _arm(waiting, "visit_reply", words="named", on="reply_due_on")
    if schools := _schools(access, Permission.WRITE_PLANS):
        final = sent.filter(school__in=schools, final_at__isnull=False, notes_removed_at=None)
        yield _arm(final, "visit_consider", words="named")


def _of_reviews(access: Access, today: date) -> Iterator[Rows]:
    if schools := _schools(access, Permission.ANSWER_REVIEWS):
        rows = Review.objects.filter(school__in=schools)
        unsigned = rows.filter(state=Review.State.PROPOSED, school_signed_at=None)
        yield _arm(unsigned, "review_sign", words="kind", on="starts_on")
        asked = rows.filter(state=Review.State.ACCURACY, replied_at=None, reply_due_on__gte=today)
        yield _arm(asked, "review_reply", words="kind", on="reply_due_on")
        years = YearProgramme.objects.filter(school__in=schools, school_signed_at=None, trust_signed_at__isnull=False)
        yield _arm(years.exclude(trust_signed_by=access.membership), "programme", pk="school_id", words="year")


def _of_practice(access: Access) -> Iterator[Rows]:
    if schools := _schools(access, Permission.ANSWER_REVIEWS):
        asked = PracticeRequest.objects.filter(practice__school__in=schools, practice__ended_at=None, state="asked")
        yield _arm(asked, "practice_asked", pk="practice_id", school="practice__school_id", words="practice__title")


def _of_actions(access: Access, today: date) -> Iterator[Rows]:
    """Each open action is told once: as everywhere where it is overdue, else by its impact check where that is near."""
    if schools := _schools(access, Permission.WRITE_PLANS):
        yield from _near(Action.objects.filter(plan__school__in=schools, state=Action.State.OPEN), today)


def _near(rows: QuerySet[Action], today: date) -> Iterator[Rows]:
    rows = rows.annotate(counts=COUNTS_ON)
    late, to_look = Q(counts__lt=today), Q(impact_check_on__lte=today)
    near = rows.exclude(late).filter(impact_check_on__lte=today + timedelta(days=SOON))
    place = {"school": "plan__school_id", "words": "what"}
    yield _arm(near, "action_check", on="impact_check_on", **place)
    yield _arm(rows.filter(late & to_look), "action_check", on="counts", **place)
    yield _arm(rows.filter(late).exclude(to_look), "action_late", on="counts", **place)


def _of_checklists(access: Access, today: date, *, at_schools: bool) -> Iterator[Rows]:
    """Items of checklists that this person sees to and that are due by now, or soon."""
    schools = _schools(access, Permission.WRITE_PLANS)
    if at_schools and not schools:
        return
    rows = ChecklistItem.objects.filter(owner=access.membership, due_on__lte=today + timedelta(days=SOON))
    rows = rows.exclude(status=ChecklistItem.Status.MET)
    rows = rows.filter(school__in=schools) if at_schools else rows.exclude(school__in=schools)
    yield _arm(rows, "checklist_item", words="words", on="due_on")


def _of_support(access: Access) -> Iterator[Rows]:
    """Support said to have come, for the school to confirm; and what was written down, for the head to send."""
    me = access.membership
    if schools := _schools(access, Permission.CONFIRM_SUPPORT):
        came = SupportBooking.objects.filter(school__in=schools, state=SupportBooking.State.DELIVERED)
        yield _arm(came.exclude(delivered_by=me), "support_confirm", words="what", on="on")
    if schools := _schools(access, Permission.ASK_SUPPORT):
        drafts = SupportRequest.objects.filter(school__in=schools, state=SupportRequest.State.DRAFT)
        yield _arm(drafts.exclude(written_by=me), "support_draft", words="need")


def _support_of_all(access: Access, today: date) -> Iterator[Rows]:
    """What schools ask for and say otherwise; and in one line, of how much nobody has said whether it came."""
    if not access.may_everywhere(Permission.BOOK_SUPPORT):
        return
    me, state = access.membership, SupportRequest.State
    asked = SupportRequest.objects.filter(Q(state=state.ASKED) | Q(state=state.LATER, later_on__lte=today))
    yield _arm(asked.exclude(asked_by=me).exclude(written_by=me), "support_asked", words="need")
    rows = SupportBooking.objects.exclude(school=None)
    yield _arm(rows.filter(state=SupportBooking.State.DISPUTED), "support_disputed", words="what")
    unsaid = rows.filter(state=SupportBooking.State.BOOKED, on__lt=today)
    yield _counted(unsaid, "unsaid", "on")


def _of_progress(access: Access, today: date) -> Iterator[Rows]:
    """Plans whose next update is due by now, or soon, and those whose time is up."""
    if schools := _schools(access, Permission.WRITE_PLANS):
        rows = Plan.objects.filter(school__in=schools, state=Plan.State.OPEN)
        near = rows.filter(update_due_on__lte=today + timedelta(days=SOON))
        yield _arm(near, "plan_progress", words="title", on="update_due_on")
        yield _arm(rows.filter(ends_on__lte=today), "plan_over", words="title", on="ends_on")


def _of_conditions(access: Access, *, at_schools: bool) -> Iterator[Rows]:
    """On which plans were approved: those this person says are met, and those that they set and others say are met."""
    school, writes = "step__edition__plan__school_id", _schools(access, Permission.WRITE_PLANS)
    if at_schools and writes:
        yield _arm(to_meet(writes), "condition_meet", school=school, words="words")
    elif not at_schools and access.may_everywhere(Permission.WRITE_PLANS):
        yield _arm(
            to_meet_for_trust().exclude(step__by=access.membership), "condition_meet", school=school, words="words"
        )
    yield _arm(to_confirm(access, at_schools=at_schools), "condition_confirm", school=school, words="words")


def _to_approve(access: Access, *, at_schools: bool) -> list[Rows]:
    """Plans in a step that this person answers: for their own role, or where nobody who holds it can, instead.

    Who began, wrote or sent a plan, has answered an earlier step, or for the trust leads the school, does not
    (see `why_not_answer`).
    """
    me, held = access.membership.pk, [(role, school) for role, school in access.roles if bool(school) == at_schools]
    mine = Q()
    for role, school in held:
        at = Q(edition__plan__school=school) if school else Q()
        mine |= at & (Q(role=role) | Q(instead__contains=[role], has_holder=False))
    if not mine:
        return []
    rows = ApprovalStep.objects.with_holders().filter(mine).waiting()
    rows = rows.exclude(edition__writers__contains=[me])
    if not at_schools:
        rows = rows.exclude(edition__plan__school__in=[school for role, school in access.roles if role in WRITERS])
    rows = rows.exclude(Exists(ApprovalStep.objects.filter(edition=OuterRef("edition"), by=me)))
    place = {"pk": "edition__plan_id", "school": "edition__plan__school_id", "words": "edition__plan__title"}
    return [_arm(rows, "plan_answer", on="due_on", **place)]


def _for_the_trust(access: Access, today: date) -> Iterator[Rows]:
    if not access.may_everywhere(Permission.RUN_REVIEWS):
        return
    rows = Review.objects.exclude(school__in=[school for _, school in access.roles if school])
    unsigned = rows.filter(state=Review.State.PROPOSED, trust_signed_at=None).exclude(
        school_signed_by=access.membership
    )
    yield _arm(unsigned, "review_sign", words="kind", on="starts_on")
    years = YearProgramme.objects.filter(trust_signed_at=None, school_signed_at__isnull=False)
    years = years.exclude(school__in=[school for _, school in access.roles if school])
    yield _arm(years.exclude(school_signed_by=access.membership), "programme", pk="school_id", words="year")
    wishes = ReviewWish.objects.filter(state=ReviewWish.State.ASKED)
    yield _arm(wishes, "review_asked", words="item")
    ready = rows.filter(state=Review.State.ACCURACY)
    ready = ready.filter(Q(replied_at__isnull=False) | Q(reply_due_on__lt=today))
    ready = ready.exclude(Exists(Dispute.objects.filter(review=OuterRef("pk"), closed_at=None)))
    yield _arm(ready, "review_publish", words="kind")


def _for_guarantor(access: Access) -> Iterator[Rows]:
    if not (access.has_role(Role.CEO) or access.may_everywhere(Permission.DECIDE)):
        return
    mine = ReviewMember.objects.filter(membership=access.membership).values("review")
    rows = Dispute.objects.filter(closed_at=None).exclude(raised_by=access.membership).exclude(review__in=mine)
    if not access.has_role(Role.CEO):  # who stands in where every chief executive is on the team
        team = ReviewMember.objects.filter(review=OuterRef(OuterRef("review"))).values("membership")
        rows = rows.exclude(Exists(RoleGrant.objects.current().filter(role=Role.CEO).exclude(membership__in=team)))
    yield _arm(rows, "dispute", pk="review_id", school="review__school_id", words="review__kind")


def _of_ladders(access: Access, versions: Collection[StrategyVersion], period: Period | None) -> Iterator[Rows]:
    """Steps on a ladder that wait for this person: theirs to decide, or nobody's before them."""
    if period is not None and access.may_everywhere(Permission.DECIDE):
        rows = steps_to_decide(access, versions, period)
        yield _arm(rows, "step_decide", pk="concern_id", school="concern__school_id", words="reason")


def _all_checks(access: Access, today: date) -> Iterator[Rows]:
    """In one line each, how many impact checks others have to do in all schools, and how many updates are late."""
    if access.may_everywhere(Permission.WRITE_PLANS):
        due = Action.objects.filter(state=Action.State.OPEN, impact_check_on__lte=today)
        yield _counted(due.exclude(owner=access.membership), "checks", "impact_check_on")
        late = Plan.objects.filter(state=Plan.State.OPEN, update_due_on__lt=today)
        yield _counted(late, "progress_late", "update_due_on")


def _owned(access: Access, today: date) -> Iterator[Rows]:
    """Open actions that this person sees to for the trust, as `_of_actions` tells those of a school."""
    rows = Action.objects.filter(owner=access.membership, state=Action.State.OPEN)
    yield from _near(rows.exclude(plan__school__in=_schools(access, Permission.WRITE_PLANS)), today)


def _counted(rows: Rows, kind: str, day: str) -> Rows:
    """How many, with the earliest day."""
    named = {"is_a": Value(kind, CharField()), "its_pk": Count("id"), "of_school": Value(0)}
    named |= {"its_words": Value("", CharField()), "on_day": Min(day)}
    return rows.order_by().values("trust_id").annotate(**named).values_list(*COLUMNS)


def _for_committee(access: Access, followed: Collection[str]) -> Iterator[Rows]:
    """By form, how many actions agreed after such visits the committee has not closed."""
    if followed and access.may_everywhere(Permission.FOLLOW_UP):
        rows = open_actions(considered_checks(access, followed)).order_by().values("visit__form")
        named = {"is_a": Value("follow_up", CharField()), "its_pk": Count("id"), "of_school": Value(0)}
        named |= {"its_words": Cast(F("visit__form"), CharField()), "on_day": Cast(Value(None), DateField())}
        yield rows.annotate(**named).values_list(*COLUMNS)
