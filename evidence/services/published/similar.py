"""Where each school stands among similar schools, for all schools at once. The method: docs/similar-schools.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

CENSUS = ("fsm_share", "eal_share", "ehc_plan_share")
YEARS_APART = 3
"""How far a census may be from the results: pupils' shares move slowly, and not every year is loaded."""
FEWEST = 20
"""Schools in a group of similar ones. A smaller group says nothing of a percentile."""
MOSTLY_SPECIAL = 50
"""From this share of pupils with a plan a school is set beside special schools, whose results are mostly suppressed."""


@dataclass(frozen=True)
class Outcome:
    """A result whose percentile is worked out, where results of so many schools are known: not of one county alone."""

    measure: str
    percentile: str  # counted from the weakest, 100 the strongest
    from_top: str  # the same counted from the strongest
    schools: int


OUTCOMES = (
    Outcome("ks2_rwm_expected", "ks2_similar_percentile", "ks2_similar_from_top", 5_000),
    Outcome("ks4_attainment_8", "ks4_similar_percentile", "ks4_similar_from_top", 1_500),
)
INPUTS = frozenset({*CENSUS, *(outcome.measure for outcome in OUTCOMES)})

# In one pass without a join: just after an import the database does not know yet how large the table has become.
SCHOOLS = """
    drop table if exists similar_schools;
    create temporary table similar_schools as
    with census as (
        select year from evidence_publishedfigure
        where measure = 'fsm_share' and place = 'school' and year between {year} - {apart} and {year} + {apart}
        group by year having count(*) >= {schools} order by abs(year - {year}), year desc limit 1),
    known as (
        select code, max(value) filter (where measure = '{measure}') as value,
               max(value) filter (where measure = 'fsm_share') as fsm,
               max(value) filter (where measure = 'eal_share') as eal,
               max(value) filter (where measure = 'ehc_plan_share') as plans,
               max(release) filter (where measure = '{measure}') as release,
               max(source) filter (where measure = '{measure}') || ' with ' ||
               max(source) filter (where measure = 'fsm_share') as source, max(as_at) as as_at
        from evidence_publishedfigure
        where place = 'school' and "group" = 'all' and status = 'number'
          and (measure = '{measure}' and year = {year} and span = 'year'
               or measure in ('fsm_share', 'eal_share', 'ehc_plan_share') and year = (select year from census))
        group by code),
    alike as (select * from known where value is not null and fsm is not null and eal is not null
              and coalesce(plans, 0) < {special}),
    fifths as (select *, least(4, floor(5 * percent_rank() over (order by fsm))) as fifth from alike),
    thirds as (select *, least(2, floor(3 * percent_rank() over (partition by fifth order by eal))) as third
               from fifths)
    select *, count(*) over everybody as schools, rank() over (partition by fifth, third order by value) as place,
           count(*) over (partition by fifth, third, value) as level
    from thirds window everybody as (partition by fifth, third)
"""
PERCENTILES = """
    insert into evidence_publishedfigure (place, code, phase, measure, "group", year, span, value, denominator, status,
                                          said, release, source, as_at)
    select 'school', code, '', of.measure, 'all', {year}, 'year', of.value, schools, 'number', '', release,
           left(source, 120), as_at
    from (select *, 100 * (place - 1 + (level - 1) / 2.0) / (schools - 1) as percentile from similar_schools
          where schools >= {fewest}) s
    cross join lateral (values ('{percentile}', percentile), ('{from_top}', 100 - percentile)) as of (measure, value)
"""
GROUPS = """
    insert into evidence_publishedfigure (place, code, phase, measure, "group", year, span, value, denominator, status,
                                          said, release, source, as_at)
    select 'similar', s.code, of.phase, '{measure}', 'all', {year}, 'year', of.value, s.schools, 'number', '',
           s.release, left(s.source, 120), s.as_at
    from (select fifth, third, percentile_cont(array[0.2, 0.5, 0.8]) within group (order by value) as at
          from similar_schools group by fifth, third having count(*) >= {fewest}) g
    cross join lateral unnest(array['20th', '50th', '80th'], g.at) as of (phase, value)
    join similar_schools s using (fifth, third)
"""
BEFORE = """
    delete from evidence_publishedfigure
    where year = {year}
      and (measure in ('{percentile}', '{from_top}') and place = 'school'
           or measure = '{measure}' and place = 'similar')
"""
YEARS = """
    select year from evidence_publishedfigure
    where measure = %s and place = 'school' and "group" = 'all' and status = 'number'
    group by year having count(*) >= %s order by year
"""


def compare_similar(years: Iterable[int] | None = None) -> dict[str, dict[int, int]]:
    """Work out every percentile anew, of all years or of these. How many schools have one, by measure and year."""
    return {outcome.percentile: compare_outcome(outcome, years) for outcome in OUTCOMES}


def years_touched(changed: Iterable[int]) -> frozenset[int]:
    """The years whose percentiles may change with figures of these years."""
    return frozenset(year + apart for year in changed for apart in range(-YEARS_APART, YEARS_APART + 1))


def compare_outcome(outcome: Outcome, years: Iterable[int] | None) -> dict[int, int]:
    wanted = None if years is None else frozenset(years)
    with connection.cursor() as cursor:
        cursor.execute(YEARS, [outcome.measure, outcome.schools])
        known = [year for (year,) in cursor.fetchall()]
    return {year: compare_year(outcome, year) for year in known if wanted is None or year in wanted}


def compare_year(outcome: Outcome, year: int) -> int:
    said = {
        "measure": outcome.measure, "percentile": outcome.percentile, "from_top": outcome.from_top,
        "year": int(year), "apart": YEARS_APART,
        "special": MOSTLY_SPECIAL, "fewest": FEWEST, "schools": outcome.schools,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (BEFORE, SCHOOLS, GROUPS, PERCENTILES):
            cursor.execute(statement.format(**said))
        return int(cursor.rowcount) // 2
