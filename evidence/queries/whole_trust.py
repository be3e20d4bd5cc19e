"""What is known of all the trust's schools together, pooled from their counts, over the years and parts of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from evidence.queries.besides import Asked
from evidence.queries.comparison import awaited_of
from evidence.queries.values import known_values
from evidence.rules.arithmetic import Amount
from evidence.rules.comparing import POOLED, Found, Known
from evidence.rules.comparison import About, abouts, lines_of, together
from schools.models import School
from schools.strategy.measures import Measure, PupilGroup


def pooled_values(
    asked: Iterable[Asked], *, on: date, measures: Mapping[str, Measure], groups: Mapping[str, PupilGroup],
    sees_all: bool,
) -> dict[Asked, tuple[Known, ...]]:  # fmt: skip
    """By measure and group what is known by the day `on` of all schools as one, the latest first. Three queries.

    Of agreed returns and published figures. `sees_all`: whether small numbers of every school may be seen; otherwise
    a sum from which one could be told stands as hidden.
    """
    asked, schools = list(dict.fromkeys(asked)), list(School.objects.on(on))
    values = known_values(schools, asked, on=on, measures=measures, groups=groups)
    sees = frozenset(one.pk for one in schools) if sees_all else frozenset[int]()
    pooled: dict[Asked, tuple[Known, ...]] = {}
    for key, group in asked:
        found = {one.pk: values.of(one, key, group) for one in schools}
        every = (_pooled(measures[key], found, about, schools, sees, on) for about in abouts(found.values()))
        known = [one for one in every if one is not None]
        pooled[key, group] = tuple(sorted(known, key=lambda one: (one.until, one.year), reverse=True))
    return pooled


def _pooled(
    measure: Measure, found: Mapping[int, Found], about: About, schools: list[School], sees: frozenset[int], on: date
) -> Known | None:
    """All schools' pupils as one; None where no school gives what can be pooled."""
    lines = lines_of(
        measure.kind, dict.fromkeys(found, ""), found, about, better="", decimals=measure.decimals, sees=sees
    )
    awaited = awaited_of(schools, measure, about)
    whole = together(measure.kind, lines, adds_up=measure.adds_up, sees_all=bool(sees), awaited=awaited)
    if not whole.schools:
        return None
    until = min((line.known.until for line in lines if line.known), default=on)
    of = max(whole.schools, len(awaited))
    words = f"pooled over {whole.schools} of {of} schools" if of > whole.schools else f"pooled over {of} schools"
    return Known(
        whole.amount or Amount(status="suppressed"), about[0], about[1], until, POOLED, words,
        hidden=bool(whole.withheld),
    )  # fmt: skip
