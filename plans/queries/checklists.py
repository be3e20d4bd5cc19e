"""The checklist of a school as it is read: what is outstanding here, what of the next level is met, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from plans.models import Action, ChecklistItem, Plan
from plans.queries.plans import kind_of
from plans.queries.stays import Stand, stands_of
from plans.rules.chain import approvers_at
from plans.rules.checklist import Place, Tally, asked_at, has_checklists, next_level, tally
from plans.rules.delegation import Hands, approvers_words, handed_over, hands_on, level_on, writes
from reviews.queries.reviews import levels_of
from schools.access import ROLES, Access, Permission, where_may
from schools.models import Membership, RoleGrant, School, StrategyVersion
from schools.queries import Followed
from schools.strategy import Strategy
from schools.strategy.categories import Level
from schools.words import capital

ROLE_WORDS = {key: rule.label for key, rule in ROLES.items()}
CENTRAL = [key for key, rule in ROLES.items() if rule.whole_trust and Permission.WRITE_PLANS in rule.allows]


def readable_items(access: Access) -> QuerySet[ChecklistItem]:
    """The items of the schools whose plans this person reads."""
    rows = ChecklistItem.objects.filter(where_may(access, Permission.SEE_PLANS))
    rows = rows.select_related("school__trust", "strategy_version", "owner__user", "set_by__user")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("pk")


@dataclass(frozen=True)
class Domain:
    """The items of one domain, in the order of the file."""

    key: str
    label: str
    items: tuple[ChecklistItem, ...]
    tally: Tally

    @property
    def anchor(self) -> str:
        return f"{self.items[0].checklist}-{self.key}"

    @property
    def words(self) -> str:
        return f"{self.tally.met} of {self.tally.count} met"


@dataclass(frozen=True)
class Move:
    """The school came to a level on a day, and what changed hands with that."""

    on: date
    level: str
    was: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Phase:
    """One axis of a school with a checklist: where it stands and how far it is."""

    stand: Stand
    here: tuple[Domain, ...]
    above: Level | None
    next: tuple[Domain, ...]
    left: tuple[ChecklistItem, ...]  # still open of levels it is at no more
    moves: tuple[Move, ...]  # the latest first
    lacks: bool  # whether items of the strategy are still to be taken up

    @property
    def tally(self) -> Tally:
        return _sum(one.tally for one in self.here)

    @property
    def items(self) -> list[ChecklistItem]:
        return [row for domain in self.here for row in domain.items]

    @property
    def outstanding(self) -> list[ChecklistItem]:
        return [row for row in self.items if not row.is_met]

    @property
    def met(self) -> list[ChecklistItem]:
        return [row for row in self.items if row.is_met]

    @property
    def early(self) -> list[ChecklistItem]:
        """Met already, of the level above."""
        return [row for domain in self.next for row in domain.items if row.is_met]

    @property
    def kept(self) -> list[ChecklistItem]:
        """Met before the school came to this level, perhaps on an earlier stay."""
        since = self.stand.stay.since
        return [row for row in self.items if row.is_met and row.evidence_on is not None and row.evidence_on < since]

    @property
    def writes(self) -> str:
        return capital(writes(self.stand.level))

    @property
    def approves(self) -> str:
        stand = self.stand
        return approvers_words(approvers_at(stand.strategy, stand.axis, stand.level.key), ROLE_WORDS)


def _sum(tallies: Iterable[Tally]) -> Tally:
    known = list(tallies)
    return Tally(*(sum(getattr(one, name) for one in known) for name in ("met", "under_way", "open", "late")))


def with_checklists(school: School, followed: Followed, *, today: date) -> Strategy | None:
    """The strategy the school follows, where levels of it have checklists. No query."""
    version = followed.by(school, max(today, school.joined_on))
    return version.strategy if version is not None and has_checklists(version.strategy) else None


def phases_of(school: School, followed: Followed, *, today: date, read: Q) -> list[Phase]:
    """On each axis that has checklists, where the school stands with its items, and those of the actions that are
    `read` in which they stand. Five queries at the most."""
    stands = [one for one in stands_of([school], today=today, followed=followed).get(school.pk, ()) if has_one(one)]
    if not stands:
        return []
    plans = Prefetch("actions", Action.objects.filter(read, state=Action.State.OPEN, plan__state=Plan.State.OPEN))
    rows = list(ChecklistItem.objects.filter(school=school).select_related("owner__user").prefetch_related(plans))
    versions = StrategyVersion.objects.defer("text", "document").in_bulk(
        {pk for one in stands for run in one.history for pk in (run.version, run.was_version) if pk}
    )
    return [_phase(one, [row for row in rows if row.axis == one.axis], versions, today) for one in stands]


def phases_of_plan(plan: Plan, followed: Followed, *, today: date, read: Q) -> list[Phase]:
    """Those whose items an open plan takes up, by its kind. None where that has no checklists, or nothing is taken up.

    Five queries at the most, as `phases_of`.
    """
    kind, school = kind_of(plan), plan.school
    if kind is None or school is None or not kind.checklists or not plan.is_open:
        return []
    found = phases_of(school, followed, today=today, read=read)
    return [one for one in found if any(row.checklist in kind.checklists for row in one.items)]


def has_one(stand: Stand) -> bool:
    """Whether a level of this axis has a checklist."""
    return any(one.axis == stand.axis and one.level for one in stand.strategy.checklists)


def _phase(stand: Stand, rows: Sequence[ChecklistItem], versions: Mapping[int, StrategyVersion], today: date) -> Phase:
    strategy, level = stand.strategy, stand.level.key
    above = next_level(strategy, stand.axis, level)
    known = {_place(row) for row in rows}
    wanted = {one.place for key in (level, above) for one in asked_at(strategy, stand.axis, key)}
    return Phase(
        stand=stand,
        here=domains(strategy, stand.axis, level, rows, today),
        above=level_on(strategy, stand.axis, above),
        next=domains(strategy, stand.axis, above, rows, today),
        left=tuple(row for row in rows if row.level not in (level, above) and not row.is_met),
        moves=tuple(_moves(stand, versions)),
        lacks=not wanted <= known,
    )


def _place(row: ChecklistItem) -> Place:
    return row.checklist, row.group, row.key


def domains(
    strategy: Strategy, axis: str, level: str, rows: Iterable[ChecklistItem], today: date
) -> tuple[Domain, ...]:
    """The items of a level by domain, in the order of the file; those it has no more stand at the end."""
    order = [one.place for one in asked_at(strategy, axis, level)]
    found: dict[str, list[ChecklistItem]] = {}
    for row in sorted((row for row in rows if (row.axis, row.level) == (axis, level)), key=partial(_in_order, order)):
        found.setdefault(row.group, []).append(row)
    return tuple(
        Domain(key, each[0].group_label, tuple(each), tally(((row.status, row.due_on) for row in each), today))
        for key, each in found.items()
    )


def _moves(stand: Stand, versions: Mapping[int, StrategyVersion]) -> list[Move]:
    """The latest first, each in the words of the strategies in which it was decided."""
    found = []
    for run in reversed(stand.history):
        now = _hands(versions, run.version, stand.axis, run.level)
        before = _hands(versions, run.was_version, stand.axis, run.was)
        if now is not None:
            sentences = tuple(handed_over(before, now, ROLE_WORDS))
            found.append(Move(run.since, now.level.label, before.level.label if before else "", sentences))
    return found


def _hands(versions: Mapping[int, StrategyVersion], version: int, axis: str, level: str) -> Hands | None:
    return hands_on(versions[version].strategy, axis, level) if version in versions else None


def tallies_of(stands: Mapping[int, Sequence[Stand]], *, today: date) -> dict[tuple[int, str, str], Tally]:
    """By school, axis and level, how many items stand how. One query."""
    late = Count("pk", filter=Q(due_on__lt=today) & ~Q(status=ChecklistItem.Status.MET))
    rows = ChecklistItem.objects.filter(school__in=list(stands)).order_by()
    found: dict[tuple[int, str, str], Tally] = {}
    for row in rows.values("school_id", "axis", "level", "status").annotate(many=Count("pk"), late_ones=late):
        key = (row["school_id"], row["axis"], row["level"])
        counts = {row["status"]: row["many"], "late": row["late_ones"]}
        found[key] = _sum([found.get(key, Tally()), Tally(**counts)])
    return found


def people_for(school_id: int) -> list[Membership]:
    """Who may see to an item: those of the school, and those of the trust who write plans. One query."""
    grants = RoleGrant.objects.current().filter(Q(school=school_id) | Q(school=None, role__in=CENTRAL))
    people = {grant.membership_id: grant.membership for grant in grants.select_related("membership__user")}
    return sorted(people.values(), key=lambda one: one.user.name)


def takes_items(plan: Plan) -> bool:
    """Whether the strategy has a checklist of the plan's kind for the level at which the school stands. One query."""
    kind, school = kind_of(plan), plan.school
    if kind is None or school is None or not kind.checklists or not plan.is_open:
        return False
    at = levels_of([school]).get(school.pk, {})
    known = plan.strategy_version.strategy.checklists if plan.strategy_version else ()
    return any(one.key in kind.checklists and one.axis and at.get(one.axis) == one.level for one in known)


def items_for(plan: Plan, *, today: date, followed: Followed | None = None) -> list[ChecklistItem]:
    """What a plan can take up: of its kind's checklists, at the school's level, not met and in no open plan."""
    kind, school = kind_of(plan), plan.school
    if kind is None or school is None or not kind.checklists or not plan.is_open:
        return []
    stands = stands_of([school], today=today, followed=followed).get(school.pk, ())
    at = Q(pk__in=())
    for one in stands:
        at |= Q(axis=one.axis, level=one.level.key)
    taken = Action.objects.filter(item=OuterRef("pk"), state=Action.State.OPEN, plan__state=Plan.State.OPEN)
    rows = ChecklistItem.objects.filter(at, school=school, checklist__in=kind.checklists)
    rows = rows.exclude(status=ChecklistItem.Status.MET).exclude(Exists(taken)).exclude(words__in=kind.is_itself)
    rows = rows.select_related("owner__user")
    order = [each.place for one in stands for each in asked_at(one.strategy, one.axis, one.level.key)]
    return sorted(rows, key=partial(_in_order, order))


def _in_order(order: Sequence[Place], row: ChecklistItem) -> tuple[int, int]:
    """Its place in the file; those that it has no more come last."""
    return (order.index(_place(row)) if _place(row) in order else len(order), row.pk)
