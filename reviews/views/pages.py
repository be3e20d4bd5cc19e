"""What the page of a review shows, prepared so that the template decides nothing."""

from __future__ import annotations

from http.client import OK
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from reviews.forms.reviews import (
    BeginForm,
    ConcernForm,
    MediationForm,
    MemberForm,
    PublishForm,
    ReasonForm,
    ShareForm,
)
from reviews.models import Finding, Practice, Review, ReviewMember, ReviewShare
from reviews.queries.register import portraits
from reviews.queries.reviews import (
    Part,
    called,
    could_work_on,
    disputes_of,
    form_for,
    home_of,
    may_mediate,
    may_raise,
    part_of,
    readable_reviews,
    shares_of,
    team_of,
    told_actions,
    with_people,
)
from reviews.rules.kinds import kind_of
from reviews.rules.programme import ASKED
from reviews.services.findings import areas_of, criteria_of
from schools.access import Permission, TrustRequest, who_may
from schools.filled import shown
from schools.forms.replying import ReplyForm

CHIPS = {
    "proposed": "draft",
    "agreed": "agreed",
    "draft": "draft",
    "accuracy": "submitted",
    "published": "published",
    "withdrawn": "returned",
}
"""The state of a review -> the chip that shows it."""

Findings = list[dict[str, Any]]


def review_for(request: TrustRequest, pk: int) -> Review:
    """The review, if this person may read any of it, or 404."""
    return get_object_or_404(with_people(readable_reviews(request.access)), pk=pk)


def require(allowed: bool, permission: Permission) -> None:
    """Refuse, and name who may."""
    if not allowed:
        raise PermissionDenied(who_may(permission))


def to_review(request: TrustRequest, review: Review) -> HttpResponse:
    return redirect("review", trust=request.trust.slug, pk=review.pk)


def label_of_entitlement(review: Review) -> str:
    """What it is counted against."""
    known = {one.key: one.label for one in review.strategy_version.strategy.entitlements}
    known[ASKED] = "Asked for from the menu"
    return known.get(review.entitlement, "Beyond the offer")


def findings_of(review: Review) -> Findings:
    """Its findings in words, with what stands of them in the register and in the plan. At most five queries.

    Plans stand above reviews, so their actions are read by the name of the link.
    """
    criteria, areas = dict(criteria_of(review)), dict(areas_of(review))
    found = Finding.objects.filter(review=review)
    is_published = review.state == Review.State.PUBLISHED
    rows = list(found.prefetch_related("actions__owner__user") if is_published else found)
    offered = dict(Practice.objects.filter(from_finding__in=rows, ended_at=None).values_list("from_finding", "pk"))
    return [
        {
            "row": one,
            "kind": one.get_kind_display(),
            "tied": ", ".join(filter(None, (criteria.get(one.criterion), areas.get(one.area)))),
            "practice": offered.get(one.pk),
            "actions": told_actions(one) if is_published else [],
            "is_excellence": one.kind == Finding.Kind.EXCELLENCE,
        }
        for one in rows
    ]


def words_of(review: Review, part: Part) -> dict[str, Any]:
    """The filled form and the findings, for who may read them. Two queries."""
    if not part.reads_words(review):
        return {"filled": None, "findings": []}
    strategy = review.strategy_version.strategy
    return {"filled": shown(strategy, form_for(review), review.answers), "findings": findings_of(review)}


def review_page(request: TrustRequest, review: Review, *, status: int = OK, **more: Any) -> HttpResponse:
    """The page of one review. `more` puts forms that were refused in the place of blank ones."""
    team, disputes, shares = team_of(review), disputes_of(review), shares_of(review)
    part = part_of(request.access, review, team)
    open_dispute = next((one for one in disputes if one.closed_at is None), None)
    context = {
        **head_of(review),
        **words_of(review, part),
        **_acts(request, review, part, team),
        "part": part,
        "team": with_portraits(team),
        "disputes": disputes,
        "concern": open_dispute,
        "mediates": bool(open_dispute) and may_mediate(request.access, review, team),
        "may_raise": open_dispute is None
        and review.state != Review.State.WITHDRAWN
        and may_raise(request.access, review, part, team),
        "shares": shares,
        "share_form": ShareForm(prefix="share", shared=[one.audience for one in shares]),
        "may_share": part.shares and review.state == Review.State.PUBLISHED and len(shares) < len(ReviewShare.Audience),
        "begin_form": BeginForm(prefix="begin", review=review),
        "publish_form": PublishForm(prefix="publish", review=review),
        "early": review.is_early(timezone.localdate()),
        "reply_form": ReplyForm(),
        "withdraw_form": ReasonForm(prefix="withdraw"),
        "concern_form": ConcernForm(prefix="concern"),
        "mediation_form": MediationForm(prefix="mediation"),
        "today": timezone.localdate(),
    }
    return render(request, "reviews/review.html", context | more, status=status)


def head_of(review: Review) -> dict[str, Any]:
    """What it is, in words. No query."""
    kind = kind_of(review.strategy_version.strategy, review.kind)
    return {
        "review": review,
        "label": called(review),
        "kind": kind,
        "chip": CHIPS[review.state],
        "counted": label_of_entitlement(review),
        "waits": review.waits_for_reply(timezone.localdate()),
    }


def _acts(request: TrustRequest, review: Review, part: Part, team: list[ReviewMember]) -> dict[str, Any]:
    """What this person may do now."""
    me, State = request.access.membership.pk, Review.State
    signs_trust = part.runs and not review.trust_signed_at and review.school_signed_by_id != me
    signs_school = part.answers and not review.school_signed_at and review.trust_signed_by_id != me
    staffs = part.runs and review.is_open
    return {
        "may_sign": review.is_proposed and (signs_trust or signs_school),
        "may_change": part.runs and review.is_proposed,
        "may_withdraw": part.runs and review.is_open,
        "may_staff": staffs,
        "member_form": MemberForm(prefix="member", people=could_work_on(review)) if staffs else None,
        "may_begin": part.leads and review.state == State.AGREED,
        "has_lead": any(one.is_lead for one in team),
        "may_write": part.writes and review.is_written,
        "may_send": part.leads and review.state == State.DRAFT,
        "may_reply": part.answers and review.state == State.ACCURACY and not review.replied_at,
        "may_publish": part.leads and review.state == State.ACCURACY,
        "may_agree": review.state == State.PUBLISHED and request.access.may(Permission.WRITE_PLANS, review.school_id),
        "may_see_plans": request.access.may(Permission.SEE_PLANS, review.school_id),
        "may_offer": (part.runs or part.answers) and review.state == State.PUBLISHED,
    }


def with_portraits(team: list[ReviewMember]) -> list[dict[str, Any]]:
    """Each of the team with where they belong and what they say of themselves. One query, none for nobody."""
    people = [one.membership_id for one in team]
    known = {one.membership_id: one for one in portraits().filter(membership__in=people)} if team else {}
    return [{"member": one, "portrait": known.get(one.membership_id), "belongs": home_of(one)} for one in team]


def address(name: str, review: Review, trust: str, **more: Any) -> str:
    return reverse(name, kwargs={"trust": trust, "pk": review.pk, **more})
