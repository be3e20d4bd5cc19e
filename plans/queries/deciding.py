"""Which matters of a ladder wait for one person: theirs to decide, or theirs while nobody before them can."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from categorisation.queries.interests import interests
from plans.models import Concern, StageChange, WatchLook
from schools.access import Access
from schools.models import Period, RoleGrant, StrategyVersion


def steps_to_decide(access: Access, versions: Iterable[StrategyVersion], period: Period) -> QuerySet[StageChange]:
    """The steps that wait for this person, who proposed none of them (see `deciders_in_role`)."""
    rows = StageChange.objects.filter(outcome="").annotate(
        part=F("proposed_by"), of_school=F("concern__school"),
        of_version=F("concern__strategy_version"), of_ladder=F("concern__ladder"),
    )  # fmt: skip
    return _decided_by(access, rows, versions, period)


def watches_to_end(
    access: Access, concerns: Collection[int], versions: Iterable[StrategyVersion], period: Period
) -> set[int]:
    """Of these concerns whose watch can end those where this person ends it, who took no last look. One query."""
    last = WatchLook.objects.filter(concern=OuterRef("pk")).order_by("-pk").values("by")[:1]
    rows = Concern.objects.filter(pk__in=concerns).annotate(
        part=Coalesce(Subquery(last), 0, output_field=BigIntegerField()),
        of_school=F("school"), of_version=F("strategy_version"), of_ladder=F("ladder"),
    )  # fmt: skip
    return set(_decided_by(access, rows, versions, period).values_list("pk", flat=True))


def _decided_by(
    access: Access, rows: QuerySet[Any], versions: Iterable[StrategyVersion], period: Period
) -> QuerySet[Any]:
    """Of these rows, annotated with whose part in it bars them, those that this person decides."""
    me, held = access.membership.pk, {role for role, _ in access.roles}
    mine = Q(pk__in=())
    for version, ladder in ((one, each) for one in versions for each in one.strategy.ladders):
        here = Q(of_version=version.pk, of_ladder=ladder.key)
        if ladder.decided_by in held:
            mine |= here
        elif held.intersection(version.strategy.roles_for(ladder.decided_by)):
            mine |= Q(here, ~Exists(_able(ladder.decided_by, period)))
    declared = interests(period=period).filter(person=me, school=OuterRef("of_school"))
    rows = rows.exclude(part=me).exclude(of_school__in=[school for _, school in access.roles if school])
    return rows.filter(mine).exclude(Exists(declared))


def _able(role: str, period: Period) -> QuerySet[RoleGrant]:
    """Who holds the role and can decide: with no part in the matter, no role and no interest in the school."""
    school = OuterRef(OuterRef("of_school"))
    there = RoleGrant.objects.current().filter(school=school, membership=OuterRef("membership"))
    declared = interests(period=period).filter(school=school, person=OuterRef("membership"))
    held = RoleGrant.objects.current().filter(role=role).exclude(membership=OuterRef("part"))
    return held.exclude(Exists(there)).exclude(Exists(declared))
