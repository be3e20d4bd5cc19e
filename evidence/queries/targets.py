"""Targets beside what is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.models import Target
from evidence.queries.asked import Asks
from evidence.queries.comparison import awaited_of
from evidence.queries.values import known_values
from evidence.rules.arithmetic import in_words
from evidence.rules.comparing import Found, about_words
from evidence.rules.comparison import abouts, lines_of, together
from evidence.rules.targets import Standing, standing, standing_words
from schools.models import Period, School
from schools.strategy.measures import Measure, PupilGroup

TargetsByStage = dict[tuple[str, str], dict[str, Decimal]]


@dataclass(frozen=True)
class Reader:
    """Who looks: at whose small numbers, whether at all of them, and of how many schools a sum is told at the least."""

    sees: frozenset[int]
    sees_all: bool
    fewest: int


@dataclass(frozen=True)
class Progress:
    """One measure of one group: what is known now, and how that stands to the target of this term."""

    now: str  # “74%”; blank where nothing is known or may be shown
    about: str  # “autumn term 2026/27, return”
    standing: Standing | None
    words: str


def targets_of(school: School | None, year: int) -> TargetsByStage:
    """By measure and group, then by stage. One query."""
    found: TargetsByStage = {}
    for row in Target.objects.filter(school=school, year=year):
        found.setdefault((row.measure, row.group), {})[row.season] = row.value
    return found


def targets_of_schools(schools: Sequence[School], year: int) -> dict[int, TargetsByStage]:
    """The same of each school, by its number. One query."""
    found: dict[int, TargetsByStage] = {one.pk: {} for one in schools}
    for row in Target.objects.filter(school__in=schools, year=year):
        found[row.school_id].setdefault((row.measure, row.group), {})[row.season] = row.value
    return found


def progress_by_school(
    schools: Sequence[School], targets: Mapping[int, TargetsByStage], pairs: Sequence[tuple[Measure, PupilGroup]], *,
    strategy: Asks, period: Period, today: date, reader: Reader,
) -> dict[int, dict[tuple[str, str], Progress]]:  # fmt: skip
    """Progress of each school for itself, by its number, then as `progress_of`. Two queries for any number of them."""
    asked = [(measure.key, group.key) for measure, group in pairs]
    values = known_values(
        schools, asked, on=today, measures=strategy.measure_by_key, groups=strategy.group_by_key, own=reader.sees
    )
    return {
        school.pk: {
            (measure.key, group.key): _progress(
                measure, {school.pk: values.of(school, measure.key, group.key)},
                targets[school.pk].get((measure.key, group.key), {}), period, reader, school,
            )
            for measure, group in pairs
        }
        for school in schools
    }  # fmt: skip


def progress_of(
    of: School | Sequence[School], targets: TargetsByStage, pairs: Sequence[tuple[Measure, PupilGroup]], *,
    strategy: Asks, period: Period, today: date, reader: Reader,
) -> dict[tuple[str, str], Progress]:  # fmt: skip
    """Progress of one school, or of several together, by measure and group, as far as the reader may see it."""
    schools = [of] if isinstance(of, School) else of
    values = known_values(
        schools,
        [(measure.key, group.key) for measure, group in pairs],
        on=today,
        measures=strategy.measure_by_key,
        groups=strategy.group_by_key,
        own=[of.pk] if isinstance(of, School) and of.pk in reader.sees else (),
    )
    found = {}
    for measure, group in pairs:
        of_school = {each.pk: values.of(each, measure.key, group.key) for each in schools}
        stages = targets.get((measure.key, group.key), {})
        found[measure.key, group.key] = _progress(measure, of_school, stages, period, reader, of)
    return found


def _progress(
    measure: Measure, found: Mapping[int, Found], stages: dict[str, Decimal], period: Period, reader: Reader,
    of: School | Sequence[School],
) -> Progress:  # fmt: skip
    alone = isinstance(of, School)
    about = next(iter(abouts(found.values())), None)
    if about is None:
        return Progress("", "", standing(stages, period.season, None, better=measure.better, decimals=0), "")
    lines = lines_of(
        measure.kind, dict.fromkeys(found, ""), found, about, better="", decimals=measure.decimals, sees=reader.sees
    )
    awaited = [] if isinstance(of, School) else awaited_of(of, measure, about)
    whole = together(measure.kind, lines, adds_up=measure.adds_up, sees_all=reader.sees_all, awaited=awaited)
    value, said = (lines[0].value, lines[0].known) if alone else (whole.value, None)
    enough = alone or whole.schools >= reader.fewest
    words = about_words(*about)
    if alone and lines[0].hidden:
        return Progress("", "a small number, hidden", None, "")
    if whole.withheld and not alone:
        return Progress("", "not shown: small schools could be told from it", None, "")
    if value is None or not enough:
        return Progress("", "" if enough else "of too few schools to show", None, "")
    current = value if about[0] == period.year else None
    stood = standing(stages, period.season, current, better=measure.better, decimals=measure.decimals)
    note = said.source if said else f"{whole.schools} of {len(found)} schools together"
    return Progress(
        in_words(value, measure.decimals, measure.unit_shown), f"{words}; {note}", stood,
        standing_words(stood, measure.decimals, measure.unit_shown) if stood else "",
    )  # fmt: skip
