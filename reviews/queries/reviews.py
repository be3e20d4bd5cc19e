"""Who may read and write which review, and what one page of it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from categorisation.models import Decision
from reviews.models import Dispute, Finding, Review, ReviewMember, ReviewShare
from reviews.rules.kinds import form_of, label_of
from schools.access import ROLES, Access, Permission, where_may
from schools.models import Membership, RoleGrant, School
from schools.strategy import Role
from schools.strategy.forms import Form

State = Review.State


def of_reviews(access: Access) -> Q:
    """Who runs reviews, answers for the school or works on one sees it from the start; everybody else once published.

    Nobody of the reviewed school is on its team, so these never meet. Heads of other schools see what is shared with
    them.
    """
    mine = ReviewMember.objects.filter(membership=access.membership).values("review")
    early = where_may(access, Permission.RUN_REVIEWS) | where_may(access, Permission.ANSWER_REVIEWS)
    published = where_may(access, Permission.SEE_REVIEWS) & Q(state=State.PUBLISHED)
    shared = ReviewShare.objects.filter(audience=ReviewShare.Audience.SCHOOLS).values("review")
    with_me = Q(pk__in=shared) if access.may(Permission.ANSWER_REVIEWS) else Q(pk__in=())
    return early | published | with_me | Q(pk__in=mine)


def readable_reviews(access: Access) -> QuerySet[Review]:
    """What this person may read, the latest first. Text columns of the strategy are not fetched."""
    rows = Review.objects.filter(of_reviews(access)).select_related("school", "strategy_version")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("-starts_on", "-pk")


def with_people(rows: QuerySet[Review]) -> QuerySet[Review]:
    """For one page: everybody it names."""
    named = ("proposed_by", "trust_signed_by", "school_signed_by", "replied_by", "published_by")
    return rows.select_related("school__trust", *(f"{one}__user" for one in named))


def form_for(review: Review) -> Form:
    return form_of(review.strategy_version.strategy, review.form)


def told_actions(finding: Finding) -> list[Any]:
    """What of the plan answers it: what was agreed on it, and of others what was sent. No query where it is fetched.

    Plans stand above reviews, so their actions are read by the name of the link.
    """
    told = [one for one in finding.actions.all() if one.is_origin_fixed or not one.is_draft]
    return sorted(told, key=lambda each: each.pk)


def called(review: Review) -> str:
    """“Peer Review”, as the strategy calls it."""
    return label_of(review.strategy_version.strategy, review.kind)


def belongs(access: Access, school_id: int) -> bool:
    """Whether this person holds a role at the school itself."""
    return school_id in {school for _, school in access.roles}


def answers(access: Access, review: Review) -> bool:
    """Whether this person acts for the school's side."""
    return review.school_id in {school for _, school in access.allowing(Permission.ANSWER_REVIEWS)}


@dataclass(frozen=True)
class Part:
    """What one person is to a review."""

    runs: bool  # acts for the trust's side
    answers: bool  # acts for the school's side
    is_lead: bool
    on_team: bool
    belongs: bool  # holds a role at the school

    @property
    def writes(self) -> bool:
        """Whether they write its form and findings."""
        return not self.belongs and (self.runs or self.on_team)

    @property
    def leads(self) -> bool:
        """Whether they begin, send and publish it."""
        return not self.belongs and (self.runs or self.is_lead)

    @property
    def shares(self) -> bool:
        """Whether they share it once it is published: who led it, and the head."""
        return self.leads or self.answers

    @property
    def may_raise(self) -> bool:
        """Whether they may put a concern to the guarantor: either side may."""
        return self.answers or self.writes

    def reads_words(self, review: Review) -> bool:
        """The team reads it from the first day, the school once it is sent, everybody else once it is published."""
        sent = review.state in (State.ACCURACY, State.PUBLISHED)
        team = self.writes and (sent or review.state == State.DRAFT)
        return team or review.state == State.PUBLISHED or (sent and self.answers)


def part_of(access: Access, review: Review, team: Iterable[ReviewMember] | None = None) -> Part:
    """What this person is to the review. One query, none where the team is given."""
    team = team_of(review) if team is None else team
    mine = [one for one in team if one.membership_id == access.membership.pk]
    here = belongs(access, review.school_id)
    return Part(
        runs=access.may(Permission.RUN_REVIEWS, review.school_id) and not here,
        answers=answers(access, review),
        is_lead=any(one.is_lead for one in mine),
        on_team=bool(mine),
        belongs=here,
    )


def may_mediate(access: Access, review: Review, team: Iterable[ReviewMember]) -> bool:
    """The chief executive is the guarantor; where one is on the team, whoever else decides. At most one query."""
    members = {one.membership_id for one in team}
    if belongs(access, review.school_id) or access.membership.pk in members:
        return False
    if access.has_role(Role.CEO):
        return True
    free = RoleGrant.objects.current().filter(role=Role.CEO).exclude(membership__in=members)
    return access.may_everywhere(Permission.DECIDE) and not free.exists()


def may_raise(access: Access, review: Review, part: Part, team: Iterable[ReviewMember]) -> bool:
    """Whether this person may put a concern to the guarantor: either side may, but not who would mediate it."""
    return part.may_raise and not may_mediate(access, review, team)


def guarantors_of(review: Review) -> list[Membership]:
    """The chief executive; where one is on the team, whoever else decides, as `may_mediate` has it. Two queries."""
    team = ReviewMember.objects.filter(review=review).values("membership")
    there = RoleGrant.objects.current().filter(school=review.school_id).values("membership")
    free = RoleGrant.objects.current().filter(school=None).exclude(membership__in=team)
    free = free.exclude(membership__in=there).select_related("membership__user").order_by("pk")
    deciding = [role for role, rule in ROLES.items() if Permission.DECIDE in rule.allows]
    heads = [grant.membership for grant in free.filter(role=Role.CEO)]
    return heads or [grant.membership for grant in free.filter(role__in=deciding)]


def levels_of(schools: Iterable[School]) -> dict[int, dict[str, str]]:
    """By school and axis, the category that the school has been told of. One query."""
    rows = Decision.objects.filter(school__in=[one.pk for one in schools], tell_at__lte=timezone.now())
    found: dict[int, dict[str, str]] = {}
    for row in rows.latest_of_each():
        found.setdefault(row.school_id, {})[row.axis] = row.level
    return found


def team_of(review: Review) -> list[ReviewMember]:
    """The team with its names and where each of them belongs by their oldest role, the lead first. One query."""
    school = Coalesce(NullIf("school__short_name", Value("")), "school__name")
    grants = RoleGrant.objects.current().filter(membership=OuterRef("membership")).order_by("pk")
    rows = ReviewMember.objects.filter(review=review).select_related("membership__user")
    main, home = grants.values("role")[:1], grants.values(called=school)[:1]
    return list(rows.annotate(main_role=Subquery(main), home=Subquery(home)))


def home_of(member: ReviewMember) -> str:
    """What somebody of the team is, and where: “Headteacher, Ashmere”, “Trustee, central team”. No query."""
    role = ROLES.get(member.main_role)  # type: ignore[attr-defined] # by team_of
    if role is None:
        return "No role now"
    return f"{role.label}, {member.home or 'central team'}"  # type: ignore[attr-defined]


def shares_of(review: Review) -> list[ReviewShare]:
    """With whom it was shared, the first one first. One query."""
    return list(ReviewShare.objects.filter(review=review).select_related("shared_by__user"))


def disputes_of(review: Review) -> list[Dispute]:
    """Every concern raised, the first one first. One query."""
    return list(Dispute.objects.filter(review=review).select_related("raised_by__user", "mediator__user"))


def could_work_on(review: Review) -> QuerySet[Membership]:
    """Everybody in the trust who holds a role, none of them at the reviewed school."""
    current = RoleGrant.objects.current()
    there = current.filter(school=review.school_id).values("membership")
    on_it = ReviewMember.objects.filter(review=review).values("membership")
    people = Membership.objects.filter(pk__in=current.values("membership"), ended_at=None)
    return people.exclude(pk__in=there).exclude(pk__in=on_it).select_related("user").order_by("user__name")
