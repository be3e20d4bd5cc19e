"""Self-evaluations: who may read which, what each section says, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from evidence.models import SefEdition, SefSection, SelfEvaluation, State
from evidence.rules.sef_entry import SectionEntry, entry_from, is_done, lines_from
from evidence.rules.sef_layouts import SefLayout, layout_of
from schools.access import Access, Permission, where_may
from schools.models import Period, RoleGrant, School, StrategyVersion
from schools.queries import Followed, current_period
from schools.strategy import Role, Strategy


def of_sefs(access: Access, prefix: str = "") -> Q:
    """The school's writers see its own; everybody else from the first time it was sent on, and then only editions."""
    school = f"{prefix}school"
    sent = Q(**{f"{prefix}submitted_at__isnull": False})
    return where_may(access, Permission.SEE_SEF, school) & (where_may(access, Permission.WRITE_SEF, school) | sent)


def sees_draft(access: Access, sef: SelfEvaluation) -> bool:
    """Whether this person reads the sections as they are being written."""
    return access.may(Permission.WRITE_SEF, sef.school_id)


def leads(access: Access, school_id: int) -> bool:
    """Whether this person is among the school's own leaders."""
    return any(role in (Role.HEAD, Role.LEADER) and school == school_id for role, school in access.roles)


def may_agree(access: Access, sef: SelfEvaluation) -> bool:
    """Whether this person agrees or returns it: not one they sent, nor that of a school they lead."""
    own = leads(access, sef.school_id) or sef.submitted_by_id == access.membership.pk
    return not own and access.may(Permission.AGREE_EVIDENCE, sef.school_id)


def readable_sefs(access: Access) -> QuerySet[SelfEvaluation]:
    """What this person may read, the latest term first."""
    rows = SelfEvaluation.objects.filter(of_sefs(access)).select_related("school", "period", "strategy_version")
    rows = rows.select_related("submitted_by__user", "agreed_by__user")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by(
        "-period__starts_on", "school__name"
    )


def layout_for(sef: SelfEvaluation) -> SefLayout:
    """The sections of one self-evaluation, under the strategy it was begun with. No query where that is fetched."""
    return layout_for_school(sef.strategy_version.strategy, sef.school)


def layout_for_school(strategy: Strategy, school: School) -> SefLayout:
    return layout_of(strategy, school.phase, age_low=school.age_low, age_high=school.age_high)


def entry_of(section: SefSection) -> SectionEntry:
    """A section as it is being written, as a value."""
    return SectionEntry(section.judgement, section.strengths, section.development, lines_from(section.evidence))


def sections_of(sef: SelfEvaluation) -> dict[str, SefSection]:
    """The sections as they are being written, by area. One query."""
    return {row.area: row for row in SefSection.objects.filter(part_of=sef).select_related("author__user")}


def entries_now(sef: SelfEvaluation) -> dict[str, SectionEntry]:
    """What the school says at this moment. One query."""
    return {area: entry_of(row) for area, row in sections_of(sef).items()}


def entries_in(edition: SefEdition | None) -> dict[str, SectionEntry]:
    """What an edition says."""
    return {kept["key"]: entry_from(kept) for kept in edition.content["areas"]} if edition else {}


def editions_of(sef: SelfEvaluation) -> list[SefEdition]:
    """Every edition, the first one first. One query."""
    return list(SefEdition.objects.filter(part_of=sef).select_related("by__user").order_by("number"))


def edition_before(school_id: int, period: Period) -> SefEdition | None:
    """The last edition of the school's latest self-evaluation of an earlier term. One query."""
    return (
        SefEdition.objects.filter(part_of__school=school_id, part_of__period__starts_on__lt=period.starts_on)
        .select_related("part_of__period", "part_of__strategy_version", "by__user")
        .defer("part_of__strategy_version__text", "part_of__strategy_version__document")
        .order_by("-part_of__period__starts_on", "-number")
        .first()
    )


def people_of_school(school_id: int | None) -> tuple[str, ...]:
    """The names of those who hold a role at the school, or without one for the whole trust. One query."""
    grants = RoleGrant.objects.current().filter(school=school_id)
    return tuple(sorted(set(grants.values_list("membership__user__name", flat=True))))


@dataclass(frozen=True)
class SefDue:
    """Where a school is with the self-evaluation of a term; `state` is blank before it is begun.

    Its page is the route “sef” with `school_id` and `period_id`.
    """

    school_id: int
    period_id: int
    label: str  # what the trust calls it
    state: str
    due_on: date
    done: int  # sections in which nothing is missing
    of: int
    returned_note: str = ""
    route: str = "sef"

    @property
    def is_unsent(self) -> bool:
        """Whether the school has still to send it."""
        return self.state in ("", State.DRAFT, State.RETURNED)


def due_day(period: Period, strategy: Strategy) -> date:
    """By when it is to be sent."""
    return max(period.starts_on, period.ends_on - timedelta(days=strategy.self_evaluation.due_days_before_end))


def sef_due_of(
    schools: Iterable[School], period: Period, today: date, *, followed: Followed | None = None
) -> list[SefDue]:
    """Where these schools are with the term's self-evaluation, those that are asked for one. At most two queries.

    Sections in which nothing is missing count as done.
    """
    schools = list(schools)
    begun = {sef.school_id: sef for sef in _of_period(schools, period)}
    versions = versions_for(period, today, followed or Followed.read())
    found = []
    for school in schools:
        sef = begun.get(school.pk)
        version = sef.strategy_version if sef else versions.get(school.pk) or versions.get(None)
        if version is not None and (sef is not None or is_asked(version.strategy, school, period, today)):
            found.append(_due(school, period, version, sef))
    return found


def _of_period(schools: Iterable[School], period: Period) -> QuerySet[SelfEvaluation]:
    rows = SelfEvaluation.objects.filter(period=period, school__in=[school.pk for school in schools])
    rows = rows.select_related("strategy_version").defer("strategy_version__text", "strategy_version__document")
    said = JSONObject(**{name: name for name in ("area", "judgement", "strengths", "development", "evidence")})
    sections = SefSection.objects.filter(part_of=OuterRef("pk")).values(json=said)
    return rows.annotate(said=ArraySubquery(sections))


def versions_for(period: Period, today: date, followed: Followed | None = None) -> Mapping[int | None, StrategyVersion]:
    """By school, the version one of the term is begun with: that in force when the term began, or since."""
    followed = followed or Followed.read()
    since = followed.on(min(max(today, period.starts_on), period.ends_on))
    return {**since, **followed.on(period.starts_on)}


def writable_period(school: School, *, today: date) -> Period | None:
    """The term whose self-evaluation the school writes now: the current one if it is asked, else the latest open."""
    period = current_period(today)
    versions = versions_for(period, today) if period else {}
    version = versions.get(school.pk) or versions.get(None)
    if period and version and is_asked(version.strategy, school, period, today):
        return period
    rows = SelfEvaluation.objects.filter(school=school, state__in=(State.DRAFT, State.RETURNED))
    open_one = rows.select_related("period").order_by("-period__starts_on").first()
    return open_one.period if open_one else None


def is_asked(strategy: Strategy, school: School, period: Period, today: date) -> bool:
    """Whether the school writes one this term: the strategy asks, the term has begun, and it was in the trust."""
    last = min(period.ends_on, today)
    here = school.joined_on <= last and (school.left_on is None or school.left_on > last)
    return here and period.starts_on <= today and strategy.self_evaluation.in_term(period.season)


def _due(school: School, period: Period, version: StrategyVersion, sef: SelfEvaluation | None) -> SefDue:
    layout = layout_for_school(version.strategy, school)
    entries = {row["area"]: entry_from(row) for row in sef.said} if sef else {}  # type: ignore[attr-defined]
    return SefDue(
        school_id=school.pk,
        period_id=period.pk,
        label=version.strategy.self_evaluation.label,
        state=sef.state if sef else "",
        due_on=sef.due_on if sef else due_day(period, version.strategy),
        done=sum(is_done(area, entries.get(area.key, SectionEntry())) for area in layout.areas),
        of=len(layout.areas),
        returned_note=sef.returned_note if sef and sef.state == State.RETURNED else "",
    )
