"""Which strategy each school follows, read together with the schools. One query for schools, one for versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from schools.models import School, StrategyChoice, StrategyVersion


def with_strategy(schools: QuerySet[School], day: date) -> QuerySet[School]:
    """Schools with `follows`: the key of the strategy each follows on `day`, its own choice before the trust's."""
    made = StrategyChoice.objects.filter(from_on__lte=day).order_by("-from_on")
    own, trusts = made.filter(school=OuterRef("pk")), made.filter(school=None)
    return schools.annotate(follows=Coalesce(Subquery(own.values("key")[:1]), Subquery(trusts.values("key")[:1])))


@dataclass(frozen=True)
class Versions:
    """Every published version of the trust's strategies."""

    by_pk: dict[int, StrategyVersion]

    def on(self, key: str | None, day: date) -> StrategyVersion | None:
        """The latest version of a strategy that is in force on `day`."""
        fitting = [one for one in self.by_pk.values() if one.key == key and one.starts_on <= day]
        return max(fitting, key=lambda one: one.version, default=None)


def read_versions() -> Versions:
    """Texts and documents are not read: the parsed strategy is kept in the process."""
    return Versions({one.pk: one for one in StrategyVersion.objects.defer("text", "document")})
