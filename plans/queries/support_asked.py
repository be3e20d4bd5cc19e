"""What schools have asked for: reviews from the menu and other support, in one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from plans.models import Action, SupportBooking, SupportRequest
from plans.queries.actions import reads_action
from plans.rules.support import asked_label
from plans.rules.support_entry import ASKED_CHIPS
from reviews.models import ReviewWish
from reviews.queries.wishes import readable_wishes
from reviews.rules.kinds import on_menu
from schools.access import Access, Permission, where_may
from schools.models import School

P = Permission
State = SupportRequest.State
OPEN = (State.ASKED, State.LATER)


@dataclass(frozen=True)
class Asked:
    """One thing a school asked for."""

    school: School
    label: str
    need: str
    by: str
    at: datetime
    state: str
    state_words: str
    soon: str
    serves: str
    answer: str
    page: tuple[str, int] | None  # the name of its address, and its number
    is_open: bool

    @property
    def chip(self) -> str:
        return ASKED_CHIPS[self.state]


def readable_requests(access: Access) -> QuerySet[SupportRequest]:
    """Of the schools this person asks for or answers, the latest first; drafts for the school alone."""
    rows = SupportRequest.objects.filter(read_requests(access))
    rows = rows.select_related("school__trust", "strategy_version", "written_by__user", "asked_by__user", "action")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("-written_at", "-pk")


def read_requests(access: Access) -> Q:
    """Of requests, the same."""
    return where_may(access, P.DRAFT_SUPPORT) | where_may(access, P.BOOK_SUPPORT) & ~Q(state=State.DRAFT)


def asked_of(access: Access, *, school: School | None = None, is_open: bool = False, most: int = 100) -> list[Asked]:
    """What was asked for as far as this person reads it: what waits first, then the latest. Two queries."""
    requests, wishes = readable_requests(access), readable_wishes(access)
    if school is not None:
        requests, wishes = requests.filter(school=school), wishes.filter(school=school)
    if is_open:
        requests, wishes = requests.filter(state__in=OPEN), wishes.filter(state=ReviewWish.State.ASKED)
    runs = access.may(P.RUN_REVIEWS)
    lines = [
        *(_of_request(one, access) for one in requests[:most]),
        *(_of_wish(one, runs=runs) for one in wishes[:most]),
    ]
    lines.sort(key=lambda one: one.at, reverse=True)
    return sorted(lines, key=lambda one: not one.is_open)


def _of_request(row: SupportRequest, access: Access) -> Asked:
    who = row.asked_by or row.written_by
    words = str(row.get_state_display())
    if row.later_on:
        words = f"Later: {row.later_on:%-d %B %Y}"
    return Asked(
        row.school, label_of(row), row.need, who.user.name, row.asked_at or row.written_at, row.state, words,
        str(row.get_priority_display()), serves_of(row, access), row.answer, ("support_request", row.pk),
        row.state in OPEN,
    )  # fmt: skip


def _of_wish(row: ReviewWish, *, runs: bool) -> Asked:
    page = ("review", row.review_id) if row.review_id else ("review_wish", row.pk) if runs else None
    strategy = row.strategy_version.strategy
    criterion = strategy.criterion_by_key.get(row.criterion)
    return Asked(
        row.school, on_menu(strategy, row.item), row.note, row.asked_by.user.name, row.asked_at, row.state,
        str(row.get_state_display()), str(row.get_priority_display()), criterion.label if criterion else "", row.answer,
        page, row.state == ReviewWish.State.ASKED,
    )  # fmt: skip


def label_of(row: SupportRequest) -> str:
    """What it is called: by the menu, or in the school's own words."""
    return asked_label(row.strategy_version.strategy, row.item, row.need)


def payer_of(row: SupportRequest | None) -> str:
    """Who pays for it by the menu; the trust where the menu does not say."""
    menu = row.strategy_version.strategy.menu if row else ()
    found = next((one.paid_by for one in menu if row and one.key == row.item), "")
    return found or SupportBooking.Funder.TRUST.value


def serves_of(row: SupportRequest, access: Access) -> str:
    """The action or the criterion it serves, in words; blank for an action that this person does not read."""
    if row.action is not None:
        return row.action.what if reads_action(access, row.action, row.school_id) else ""
    criterion = row.strategy_version.strategy.criterion_by_key.get(row.criterion)
    return criterion.label if criterion else ""


def agreed_requests(school: School) -> list[SupportRequest]:
    """What was agreed and can be booked, the latest first."""
    rows = SupportRequest.objects.filter(school=school, state=State.AGREED).select_related("strategy_version", "action")
    rows = rows.defer("strategy_version__text", "strategy_version__document")
    return list(rows.order_by("-answered_at")[:30])


def open_actions(school: School) -> list[Action]:
    """The open actions of its plans that support may serve, each with its plan."""
    rows = Action.objects.filter(plan__school=school, state=Action.State.OPEN).select_related("plan")
    return list(rows.defer("plan__final").order_by("due_on", "pk")[:40])
