"""What a year changed in figures: against the targets that were set, and against England (S0-62)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from decimal import Decimal

from evidence.queries.asked import Asks, asked_in_trust
from evidence.queries.targets import (
    Progress,
    Reader,
    progress_by_school,
    progress_of,
    targets_of,
    targets_of_schools,
)
from evidence.queries.whole_trust import TrustFigure, trust_figures
from evidence.rules.arithmetic import in_words
from evidence.rules.comparing import about_words
from evidence.rules.targets import BELOW, MET, UNKNOWN, stage_now, standing, target_words
from reporting.contents.facts import Table
from reporting.contents.gather import Found
from reporting.contents.slices import Year
from schools.queries import Followed
from schools.strategy.measures import Measure, PupilGroup
from schools.strategy.provision import ImpactMeasure
from schools.words import year_words

Pair = tuple[Measure, PupilGroup]

NOBODY = Reader(frozenset(), False, 1)
"""A report goes to many, so it shows nobody's small numbers."""


def targets(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """Of the schools' targets for this term, how many are met, figure by figure; and each of the trust's own.

    Nine queries, however many schools there are.
    """
    asks = asked_in_trust(Followed.read().on(found.today))
    pairs = [(one, group) for one, groups in asks.figures.items() for group in groups if one.better]
    yield _of_schools(found, year, asks, pairs)
    yield _of_trust(found, year, asks, pairs)


def _of_schools(found: Found, year: Year, asks: Asks, pairs: Sequence[Pair]) -> Table:
    schools = list(found.schools.values())
    stages = targets_of_schools(schools, year.begins)
    wanted = _wanted(pairs, {key for each in stages.values() for key in each})
    progress = progress_by_school(
        schools, stages, wanted, strategy=asks, period=found.report.period, today=found.today, reader=NOBODY
    )
    rows = []
    for one, group in wanted:
        key = one.key, group.key
        held = [of for of in progress if stage_now(stages[of].get(key, {}), found.report.period.season) is not None]
        told = (progress[of][key].standing for of in held)
        states = Counter(standing.state if standing else UNKNOWN for standing in told)
        if states:
            counts = (states.total(), states[MET], states[BELOW], states[UNKNOWN])
            rows.append((_label(one, group), *map(str, counts)))
    if not rows:
        return Table("", f"No school has a target for {year_words(year.begins)} in this term.")
    return Table(
        "", "", "Targets of schools, as they stand for this term",
        ("Figure", "Schools with a target", "Met", "Not yet met", "No figure to show"), tuple(rows),
        numbers=(1, 2, 3, 4), name="targets",
        note="A number of so few pupils that they could be told is not shown, and counts as no figure.",
    )  # fmt: skip


def _of_trust(found: Found, year: Year, asks: Asks, pairs: Sequence[Pair]) -> Table:
    stages = targets_of(None, year.begins)
    wanted = _wanted(pairs, stages)
    if not wanted:
        return Table("", f"The trust has set no targets of its own for {year_words(year.begins)}.")
    progress = progress_of(
        list(found.schools.values()), stages, wanted, strategy=asks, period=found.report.period, today=found.today,
        reader=NOBODY,
    )  # fmt: skip
    rows = []
    for one, group in wanted:
        told = progress[one.key, group.key]
        beside = _beside(told, one, stages[one.key, group.key], found.report.period.season)
        rows.append((_label(one, group), told.now or "–", told.about or "no figure yet", beside))
    return Table(
        "", "", "Targets of the trust as a whole", ("Figure", "Now", "What it is", "Beside the target"), tuple(rows),
        numbers=(1,), name="trust-targets",
    )  # fmt: skip


def _beside(told: Progress, measure: Measure, stages: Mapping[str, Decimal], season: str) -> str:
    """How it stands to the target; the target alone where there is no figure to set beside it."""
    stood = told.standing or standing(stages, season, None, better=measure.better, decimals=measure.decimals)
    if told.words or stood is None:
        return told.words or "no target for this term"
    return target_words(stood, measure.decimals, measure.unit_shown)


def _wanted(pairs: Sequence[Pair], keys: Container[tuple[str, str]]) -> list[Pair]:
    return [(one, group) for one, group in pairs if (one.key, group.key) in keys]


def _label(measure: Measure, group: PupilGroup) -> str:
    return measure.label if group.key == "all" else f"{measure.label}, {group.label}"


def figures(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """What is asked of schools and has a better and a worse: all pupils as one, a year before and now. Five queries."""
    schools = list(found.schools.values())
    asks = asked_in_trust(Followed.read().on(found.today))
    every = trust_figures(schools, [one for one in asks.figures if one.better], on=found.today, asks=asks)
    rows = tuple(_figure(one) for one in every)
    if not rows:
        yield Table("", "No school’s figures have been agreed or published yet.")
        return
    note = "Pooled from counts, never an average of schools. England’s figure is of the same year and part of it."
    if any(one.withheld for one in every):
        note += " What a small school could be told from is not shown."
    yield Table(
        "", "", "All schools’ pupils as one",
        ("Figure", "Latest", "What it is", "A year before", "England"), rows,
        numbers=(1, 3, 4), name="figures",
        note=note,
    )  # fmt: skip


def _figure(one: TrustFigure) -> tuple[str, ...]:
    measure = one.measure
    now, before, england = (
        in_words(value, measure.decimals, measure.unit_shown) or "–" for value in (one.now, one.before, one.england)
    )
    of = f"{about_words(*one.about)}, {one.schools} of {one.awaited} schools"
    return measure.label, now if not one.withheld else "not shown", of, before, england
