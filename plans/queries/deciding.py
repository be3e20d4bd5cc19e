"""Which matters of a ladder wait for one person: theirs to decide, or theirs while nobody before them can."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from categorisation.queries.interests import interests
from plans.models import Concern, StageChange, StepAgreement, WatchLook
from schools.access import Access
from schools.models import Period, RoleGrant, StrategyVersion


def steps_to_decide(access: Access, versions: Iterable[StrategyVersion], period: Period) -> QuerySet[StageChange]:
    """The steps that wait for this person, who proposed none of them nor agreed to it (see `services.deciding`)."""
    agreed = StepAgreement.objects.filter(change=OuterRef("pk"))
    before = agreed.order_by().values("change").annotate(number=Count("pk")).values("number")
    rows = StageChange.objects.filter(outcome="").annotate(
        part=F("proposed_by"), of_school=F("concern__school"), turn=Coalesce(Subquery(before), 0),
        of_version=F("concern__strategy_version"), of_ladder=F("concern__ladder"),
    ).exclude(Exists(agreed.filter(by=access.membership)))  # fmt: skip
    besides = StepAgreement.objects.filter(change=OuterRef(OuterRef("pk")), by=OuterRef("membership"))
    turns = [(version, where, roles) for version in versions for where, roles in _turns_of(version)]
    return _decided_by(access, rows, turns, period, besides=besides)


Turn = tuple[StrategyVersion, Q, tuple[str, ...]]
"""Of a strategy's rows these, and the roles they wait for: the first now, the others after it."""


def _turns_of(version: StrategyVersion) -> Iterator[tuple[Q, tuple[str, ...]]]:
    for ladder in version.strategy.ladders:
        here = Q(of_version=version.pk, of_ladder=ladder.key)
        own = [stage for stage in ladder.stages if stage.decided_by]
        yield here & ~Q(stage__in=[one.key for one in own]), (ladder.decided_by,)
        for stage in own:
            for place in range(len(stage.decided_by)):
                yield Q(here, stage=stage.key, turn=place), stage.decided_by[place:]


def watches_to_end(
    access: Access, concerns: Collection[int], versions: Iterable[StrategyVersion], period: Period
) -> set[int]:
    """Of these concerns whose watch can end those where this person ends it, who took no last look. One query."""
    last = WatchLook.objects.filter(concern=OuterRef("pk")).order_by("-pk").values("by")[:1]
    rows = Concern.objects.filter(pk__in=concerns).annotate(
        part=Coalesce(Subquery(last), 0, output_field=BigIntegerField()),
        of_school=F("school"), of_version=F("strategy_version"), of_ladder=F("ladder"),
    )  # fmt: skip
    turns: list[Turn] = [
        (one, Q(of_version=one.pk, of_ladder=ladder.key), (ladder.decided_by,))
        for one in versions for ladder in one.strategy.ladders
    ]  # fmt: skip
    return set(_decided_by(access, rows, turns, period).values_list("pk", flat=True))


def _decided_by(
    access: Access, rows: QuerySet[Any], turns: Iterable[Turn], period: Period,
    *, besides: QuerySet[StepAgreement] | None = None,
) -> QuerySet[Any]:  # fmt: skip
    """Of these rows, annotated with whose part in it bars them, those that this person decides.

    `besides`: who else has a part, of a grant of a role to whoever could decide.
    """
    me, held = access.membership.pk, {role for role, _ in access.roles}
    mine = Q(pk__in=())
    for version, here, (role, *later) in turns:
        roles = version.strategy.roles_for(role)
        if not held.intersection(roles):
            continue
        found, instead = here, role not in held
        if instead:
            found = found & ~Q(Exists(_able([role], period, besides)))
        if held.intersection(later):  # who answers in a later turn does so in this one only where nobody else can
            others = _able(roles if instead else [role], period, besides)
            answers = RoleGrant.objects.current().filter(role__in=later, membership=OuterRef("membership"))
            found = found & ~Q(Exists(others.exclude(Exists(answers))))
        mine |= found
    declared = interests(period=period).filter(person=me, school=OuterRef("of_school"))
    rows = rows.exclude(part=me).exclude(of_school__in=[school for _, school in access.roles if school])
    return rows.filter(mine).exclude(Exists(declared))


def _able(roles: Iterable[str], period: Period, besides: QuerySet[StepAgreement] | None) -> QuerySet[RoleGrant]:
    """Who holds one of the roles and can decide: with no part in the matter, no role and no interest in the school."""
    school = OuterRef(OuterRef("of_school"))
    there = RoleGrant.objects.current().filter(school=school, membership=OuterRef("membership"))
    declared = interests(period=period).filter(school=school, person=OuterRef("membership"))
    held = RoleGrant.objects.current().filter(role__in=roles).exclude(membership=OuterRef("part"))
    held = held.exclude(Exists(there)).exclude(Exists(declared))
    return held if besides is None else held.exclude(Exists(besides))
