"""What is known of all the trust's schools together, pooled from their counts, over the years and parts of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.queries.asked import Asks
from evidence.queries.besides import Asked
from evidence.queries.comparison import awaited_of
from evidence.queries.values import known_values
from evidence.rules.arithmetic import Amount
from evidence.rules.comparing import POOLED, Found, Known
from evidence.rules.comparison import About, Together, abouts, lines_of, together, usual_about
from schools.models import School
from schools.strategy.measures import Measure, PupilGroup

ALL = "all"


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


@dataclass(frozen=True)
class TrustFigure:
    """All schools' pupils as one: the latest figure that most schools have, the one a year before, and England's."""

    measure: Measure
    about: About
    now: Decimal | None
    before: Decimal | None
    england: Decimal | None
    schools: int  # whose counts are in it
    awaited: int  # that should be
    withheld: bool  # since a small school could be told from it


def trust_figures(schools: Sequence[School], measures: Iterable[Measure], *, on: date, asks: Asks) -> list[TrustFigure]:
    """Of all pupils, as anybody may read them; what nothing is known of is left out. Three queries."""
    measures = list(measures)
    asked = [(one.key, ALL) for one in measures]
    values = known_values(
        schools, asked, on=on, measures=asks.measure_by_key, groups=asks.group_by_key, against=("national",)
    )
    found = (_trust_figure(one, schools, {each.pk: values.of(each, one.key) for each in schools}) for one in measures)
    return [one for one in found if one is not None]


def _trust_figure(measure: Measure, schools: Sequence[School], found: Mapping[int, Found]) -> TrustFigure | None:
    about = usual_about(list(found.values()))
    if about is None:
        return None
    now, england = _as_one(measure, schools, found, about)
    if not now.schools and not now.withheld:
        return None  # published without counts: nothing that could be pooled
    before, _ = _as_one(measure, schools, found, (about[0] - 1, about[1]))
    awaited = max(now.schools, len(awaited_of(schools, measure, about)))
    return TrustFigure(measure, about, now.value, before.value, england, now.schools, awaited, bool(now.withheld))


def _as_one(
    measure: Measure, schools: Sequence[School], found: Mapping[int, Found], about: About
) -> tuple[Together, Decimal | None]:
    """Nobody's small numbers are told; England's figure is that of the phase most of the schools have."""
    names = dict.fromkeys(found, "")
    lines = lines_of(measure.kind, names, found, about, better="", decimals=measure.decimals, sees=frozenset())
    awaited = awaited_of(schools, measure, about)
    whole = together(measure.kind, lines, adds_up=measure.adds_up, sees_all=False, awaited=awaited)
    besides = [line.beside for line in lines if line.beside and line.beside.about == about]
    return whole, max(besides, key=besides.count).value if besides else None
