"""Reads that several pages of the foundation share. A fixed number of queries each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from schools.models import (
    AuditEntry,
    Establishment,
    GroupLink,
    Invitation,
    Kpi,
    Membership,
    Period,
    RoleGrant,
    School,
    StrategyVersion,
    User,
)
from schools.rules import academic_year
from schools.rules.rhythm import HalfTerm
from schools.strategy import SchoolPhase
from schools.tenancy import own_rows_scope

from .followed import Followed as Followed
from .followed import strategy_of as strategy_of
from .followed import strategy_versions_on as strategy_versions_on


def current_period(day: date) -> Period | None:
    """The term that has begun last by `day`; a holiday belongs to the term before it."""
    return Period.objects.terms().begun(day).first()


def kpi_numbers() -> dict[str, int]:
    """The trust's register: key to number."""
    return dict(Kpi.objects.values_list("key", "number"))


@dataclass(frozen=True)
class RegisterSchool:
    """A school of a group as the national register knows it. Blank and None mean unknown, never zero."""

    urn: str
    name: str
    laestab: str
    ukprn: str
    phase: str  # a SchoolPhase value, or "" where the register does not say
    age_low: int | None
    age_high: int | None
    pupils: int | None
    capacity: int | None
    la_name: str
    joined_on: date | None
    as_at: date


REGISTER_PHASES = {
    "nursery": SchoolPhase.NURSERY,
    "primary": SchoolPhase.PRIMARY,
    "middle deemed primary": SchoolPhase.MIDDLE,
    "middle deemed secondary": SchoolPhase.MIDDLE,
    "secondary": SchoolPhase.SECONDARY,
    "all-through": SchoolPhase.ALL_THROUGH,
    "16 plus": SchoolPhase.SIXTEEN_PLUS,
}
"""The register's phase of education, in small letters; special and alternative schools are told by their type."""


SEVEN = 7
"""The age at which infant schools end and junior schools begin."""


def school_phase(kind: str, phase: str, age_low: int | None = None, age_high: int | None = None) -> str:
    """A SchoolPhase value from the register's type, phase and ages of a school, or "" when they do not say.

    The register calls infant and junior schools primary: they are told by their ages.
    """
    kind = kind.lower()
    if "special" in kind:
        return SchoolPhase.SPECIAL.value
    if "alternative" in kind or "pupil referral" in kind:
        return SchoolPhase.ALTERNATIVE.value
    known = REGISTER_PHASES.get(phase.lower())
    if known is SchoolPhase.PRIMARY and age_high is not None and age_high <= SEVEN:
        known = SchoolPhase.INFANT
    elif known is SchoolPhase.PRIMARY and age_low is not None and age_low >= SEVEN:
        known = SchoolPhase.JUNIOR
    return known.value if known else ""


def schools_of_group(uid: str) -> list[RegisterSchool]:
    """The schools the national register places in a group today, by name. Two queries.

    A school whose own record, newer than the link, names another group has moved; a closed school has gone.
    """
    links = {link.urn: link for link in GroupLink.objects.filter(group_uid=uid, left_on=None)}
    rows = Establishment.objects.filter(Q(group_uid=uid) | Q(urn__in=links)).exclude(status__istartswith="closed")
    found = [row for row in rows.order_by("name", "urn") if _belongs(row, uid, links)]
    return [_register_school(row, links.get(row.urn)) for row in found]


def _belongs(row: Establishment, uid: str, links: dict[str, GroupLink]) -> bool:
    if row.group_uid == uid or row.urn not in links:
        return row.group_uid == uid
    return not row.group_uid or links[row.urn].as_at >= row.as_at


def _register_school(row: Establishment, link: GroupLink | None) -> RegisterSchool:
    return RegisterSchool(
        urn=row.urn, name=row.name, laestab=row.laestab, ukprn=row.ukprn,
        phase=school_phase(row.kind, row.phase, row.age_low, row.age_high), age_low=row.age_low, age_high=row.age_high,
        pupils=row.pupils, capacity=row.capacity, la_name=row.la_name,
        joined_on=link.joined_on if link else None, as_at=row.as_at,
    )  # fmt: skip


def my_trusts(user: User) -> list[dict[str, str]]:
    """The trusts a person belongs to, by name: [{"name", "slug"}]. One query, outside every trust."""
    with own_rows_scope(user):
        rows = Membership.objects.filter(user=user, ended_at=None).order_by("trust__name")
        return [{"name": name, "slug": slug} for name, slug in rows.values_list("trust__name", "trust__slug")]


def members(*, left: bool = False) -> QuerySet[Membership]:
    """Who belongs to the open trust, by name; with `left`, who has left."""
    return Membership.objects.filter(ended_at__isnull=not left).select_related("user").order_by("user__name")


def people_of_trust(*, left: bool = False) -> list[Membership]:
    """Members by name, each with the roles they hold now in `roles_now`; with `left`, who has left. Two queries."""
    return list(with_roles(members(left=left)))


def with_roles(people: QuerySet[Membership]) -> QuerySet[Membership]:
    """The same people, each with the roles they hold now in `roles_now`. One query more."""
    grants = RoleGrant.objects.current().select_related("school").order_by("id")
    return people.prefetch_related(Prefetch("grants", grants, to_attr="roles_now"))


def terms_begun(day: date, *, years: int = 3) -> list[Period]:
    """The terms of the last three years that have begun by `day`, the current one first."""
    return list(Period.objects.terms().begun(day).filter(starts_on__gt=day - timedelta(days=366 * years)))


def half_terms_of(schools: Iterable[School], *, since: date, until: date) -> dict[int, list[HalfTerm]]:
    """Each school's half terms of these years: its own dates where it has them, else the trust's. One query."""
    schools, years = list(schools), (academic_year(since), academic_year(until))
    rows = Period.objects.halves().filter(year__range=years)
    rows = rows.filter(Q(school=None) | Q(school__in=[one.pk for one in schools])).order_by("starts_on")
    return half_terms_in(rows, schools)


def half_terms_of_trust(*, since: date, until: date) -> list[HalfTerm]:
    """The half terms of the trust's own calendar in these years. One query."""
    rows = Period.objects.halves().filter(year__range=(academic_year(since), academic_year(until)), school=None)
    return [half_term(row) for row in rows.order_by("starts_on")]


def half_term(row: Period) -> HalfTerm:
    """A half term as the rules count with it."""
    return HalfTerm(row.year, row.season, row.half, starts=row.starts_on, ends=row.ends_on)


def half_terms_in(rows: Iterable[Period], schools: Iterable[School]) -> dict[int, list[HalfTerm]]:
    """The same from half terms that have been read. No query."""
    dates: dict[int | None, dict[tuple[int, str, int], HalfTerm]] = {}
    for row in rows:
        dates.setdefault(row.school_id, {})[row.year, row.season, row.half] = half_term(row)
    found = {one.pk: dates.get(None, {}) | dates.get(one.pk, {}) for one in schools}
    return {pk: sorted(mine.values(), key=lambda half: half.starts) for pk, mine in found.items()}


def kinds_of_act() -> list[tuple[str, str]]:
    """What has been done in the open trust so far, as choices."""
    found = AuditEntry.objects.order_by("did").values_list("did", flat=True).distinct()
    return sorted(((did, act_words(did)) for did in found), key=lambda pair: pair[1])


ACT_WORDS = {
    "appraisal.begun": "Appraisal begun",
    "appraisal.kept_no_longer": "Appraisal removed at its time",
    "appraisal.removed": "Appraisal taken away",
    "appraisal.written": "Status of an appraisal written",
    "calendar.own": "A school’s own half terms set",
    "calendar.set": "Term dates set",
    "checklist.entered": "School came to a level",
    "checklist.item": "Item of a checklist written",
    "checklist.taken_up": "Checklist taken up",
    "concern.agreed": "Step on a ladder agreed by one of several",
    "concern.decided": "Step on a ladder decided",
    "concern.duty": "Duty of a ladder done",
    "concern.ended": "Watch after a ladder ended",
    "concern.letter": "Letter about a concern sent",
    "concern.look": "Look at a school after a ladder",
    "concern.plan": "Plan amended for a ladder",
    "concern.proposed": "Step on a ladder proposed",
    "concern.raised": "Concern raised",
    "concern.withdrawn": "Step on a ladder taken back",
    "decision.replied": "School replied to a decision",
    "check.corrected": "Audit or check put right",
    "check.recorded": "Audit or check recorded",
    "check.withdrawn": "Audit or check taken back",
    "fact.declared": "Fact recorded",
    "fact.ended": "Fact ended",
    "meeting.attendance": "Attendance recorded",
    "meeting.interest": "Interest declared",
    "meeting.minutes": "Minutes written",
    "person.left": "Person left the trust",
    "dispute.closed": "Concern about a review closed",
    "dispute.mediated": "Concern about a review mediated",
    "dispute.raised": "Concern about a review raised",
    "practice.answered": "Wish to visit answered",
    "practice.asked": "Wish to visit",
    "practice.ended": "Practice taken off the register",
    "practice.offered": "Practice put in the register",
    "plan.action": "Action of a plan written",
    "plan.action_moved": "Action moved into another plan",
    "plan.answered": "Plan approved or returned",
    "plan.begun": "Plan begun",
    "plan.checklist": "Items of a checklist taken into a plan",
    "plan.closed": "Plan closed with a verdict",
    "plan.condition_back": "Condition of an approval sent back",
    "plan.condition_confirmed": "Condition of an approval confirmed as met",
    "plan.condition_met": "Condition of an approval said to be met",
    "plan.looked_at": "Plan looked at again",
    "plan.paper": "Document kept with a plan",
    "plan.paper_away": "Document taken away from a plan",
    "plan.priority": "Priority of a plan written",
    "plan.progress": "Progress of a plan told",
    "plan.priority_left": "Priority of a plan left",
    "plan.sent": "Plan sent to be approved",
    "plan.validated": "Verdict on a plan seen from outside",
    "programme.begun": "Programme of a year begun",
    "programme.signed": "Programme of a year signed",
    "programme.taken_up": "Programme of a year taken up anew",
    "report.begun": "Report begun",
    "report.failed": "Report not made",
    "report.frozen": "Report’s figures fixed",
    "report.requested": "Report asked for",
    "review.actions": "Actions agreed from a review",
    "match.accepted": "Match of support accepted",
    "match.added": "Match of support added by hand",
    "match.changed": "Match of support changed by hand",
    "match.put_back": "Match of support put back",
    "match.removed": "Match of support taken out",
    "match.solved": "Matching of support worked out",
    "match.wanted": "Days of a need set by hand",
    "offer.confirmed": "Offer of support confirmed",
    "offer.suggested": "Offer of support suggested",
    "review.asked": "Review asked for from the menu",
    "review.begun": "Review begun",
    "review.shared": "Review shared",
    "review.changed": "Terms of a review changed",
    "review.declined": "Wish for a review declined",
    "review.member_added": "Person put on a review’s team",
    "review.member_removed": "Person taken off a review’s team",
    "review.replied": "School answered on a review’s facts",
    "review.sent": "Review sent to the school",
    "review.signed": "Work agreement signed",
    "role.granted": "Role given",
    "school.changed": "School’s details changed",
    "sef.agreed": "Self-evaluation agreed",
    "sef.reminded": "Self-evaluation asked for",
    "sef.returned": "Self-evaluation returned",
    "sef.submitted": "Self-evaluation sent",
    "support.answered": "Request for support answered",
    "support.asked": "Support asked for",
    "support.booked": "Support booked",
    "support.cancelled": "Support called off",
    "support.confirmed": "School confirmed support",
    "support.delivered": "Support said to have come",
    "support.disputed": "School said otherwise of support",
    "support.denied": "School said that a miss did not lie with it",
    "support.drafted": "Request for support written down",
    "support.missed": "Support missed",
    "support.withdrawn": "Request for support taken back",
    "token.created": "API token made",
    "token.ended": "API token ended",
    "trust.settings_changed": "Settings changed",
    "action.verdict": "Verdict on an action",
    "visit.begun": "Visit begun",
    "visit.considered": "Visit considered by the school’s leaders",
    "visit.followed_up": "Actions of a visit followed up by the committee",
    "visit.final": "Record of a visit final",
    "visit.notes_removed": "Notes of a visit removed",
    "visit.planned": "Visit planned",
    "visit.removed": "Visit taken away",
    "visit.replied": "School replied to a visit",
    "visit.submitted": "Visit sent to the school",
}
"""What an act is called, where its own name would not do."""


def act_words(did: str) -> str:
    """`person.invited` as “Person invited”."""
    return ACT_WORDS.get(did) or did.replace(".", " ").replace("_", " ").capitalize()


def years_of_calendar() -> set[int]:
    """The academic years that have dates."""
    return set(Period.objects.terms().order_by("year").values_list("year", flat=True).distinct())


def dates_of_year(year: int) -> dict[str, dict[str, date]]:
    """The trust's own dates of one academic year, by season, by the names of `TermDates`; empty when not set."""
    dates: dict[str, dict[str, date]] = {}
    for period in Period.objects.filter(year=year, school=None):
        of_term = dates.setdefault(period.season, {})
        if period.half == 0:
            of_term |= {"starts_on": period.starts_on, "ends_on": period.ends_on}
        elif period.half == 1:
            of_term["first_half_ends_on"] = period.ends_on
        else:
            of_term["second_half_on"] = period.starts_on
    return dates


def own_breaks(school: School, year: int) -> dict[str, date]:
    """A school's own half-term holidays, by “autumn-first_half_ends_on” and so on; empty where it follows the trust."""
    days: dict[str, date] = {}
    for half in Period.objects.filter(year=year, school=school).order_by("starts_on"):
        first = half.half == 1
        days[f"{half.season}-{'first_half_ends_on' if first else 'second_half_on'}"] = (
            half.ends_on if first else half.starts_on
        )
    return days


def schools_with_own(year: int) -> list[School]:
    """The schools with half terms of their own in this academic year."""
    own = Period.objects.filter(year=year, school__isnull=False).values("school")
    return list(School.objects.filter(pk__in=own))


@dataclass(frozen=True)
class FirstSteps:
    """How far a trust's set-up has come."""

    strategy: StrategyVersion | None
    schools: int
    people: int
    invitations: int

    @property
    def to_begin(self) -> bool:
        """Still in the first three steps."""
        return self.strategy is None or not self.schools


def first_steps(day: date, followed: Followed) -> FirstSteps:
    """Three queries."""
    return FirstSteps(
        strategy=followed.by_trust(day),
        schools=School.objects.count(),
        people=Membership.objects.filter(ended_at=None).count(),
        invitations=Invitation.objects.filter(accepted_at=None, withdrawn_at=None).count(),
    )
