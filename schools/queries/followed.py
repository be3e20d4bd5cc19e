"""Which published strategy each school follows, and since when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from schools.models import School, StrategyChoice, StrategyVersion


@dataclass
class Followed:
    """Which published version each school follows on any day, read once for all schools and days. One query.

    Texts and documents are not read: the parsed strategy is kept in the process.
    """

    by_pk: dict[int, StrategyVersion]  # in order, each with who chose its strategy from when in `chosen`
    known: dict[date, dict[int | None, StrategyVersion]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Followed:
        choices = StrategyChoice.objects.filter(key=OuterRef("key"))
        chosen = ArraySubquery(choices.values(json=JSONObject(from_on="from_on", school="school_id")))
        versions = StrategyVersion.objects.defer("text", "document").annotate(chosen=chosen)
        return cls({one.pk: one for one in versions.order_by("key", "version")})

    @property
    def versions(self) -> Collection[StrategyVersion]:
        """Every published version of the trust's strategies."""
        return self.by_pk.values()

    def on(self, day: date) -> dict[int | None, StrategyVersion]:
        """By school; the key None is the trust's own choice."""
        if day not in self.known:
            latest = {one.key: one for one in self.versions if one.starts_on <= day}
            chosen = [(made, one) for one in latest.values() for made in one.chosen]  # type: ignore[attr-defined]
            begun = [(made, one) for made, one in chosen if made["from_on"] <= day.isoformat()]
            in_order = sorted(begun, key=lambda pair: pair[0]["from_on"])
            self.known[day] = {made["school"]: one for made, one in in_order}
        return self.known[day]

    def by_trust(self, day: date) -> StrategyVersion | None:
        """The version the trust follows, leaving aside schools with a choice of their own."""
        return self.on(day).get(None)

    def by(self, school: School, day: date) -> StrategyVersion | None:
        """The version one school follows."""
        return self.on(day).get(school.pk) or self.on(day).get(None)


def strategy_versions_on(day: date) -> dict[int | None, StrategyVersion]:
    """Which published version each school follows on `day`; the key None is the trust's own choice. One query."""
    return Followed.read().on(day)


def strategy_of(school: School, day: date, followed: Followed | None = None) -> StrategyVersion | None:
    """The version one school follows on `day`. One query, none where it is known what is followed."""
    return (followed or Followed.read()).by(school, day)
