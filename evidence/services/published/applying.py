"""From the temporary tables into the published figures, in one statement. What is older never replaces what is newer.

A later release replaces an earlier one (provisional, revised, final); where either does not say, the later day does.
"""

from __future__ import annotations

from django.db import connection
from django.db.backends.utils import CursorWrapper

from schools.services.register import Counts, Fault, Origin, Reading

NO_SCHOOL = "schools whose DfE number the register does not know"
REPEATED = "rows that say again what an earlier row says"
KEY = 'code, measure, "group", year, span, phase, place'
RANK = "array_position(array['provisional', 'revised', 'final'], {}.release)"
NEWER = f"""
    (old.value, old.numerator, old.denominator, old.status, old.said, old.release, old.source, old.as_at)
    is distinct from (excluded.value, excluded.numerator, excluded.denominator, excluded.status, excluded.said,
                      excluded.release, excluded.source, excluded.as_at)
    and case when {RANK.format("excluded")} <> {RANK.format("old")}
             then {RANK.format("excluded")} > {RANK.format("old")}
         else excluded.as_at >= old.as_at end
"""
FIGURES = """
    select r.place, r.code, case when r.phase = '' then s.phase else r.phase end as phase, s.measure,
           case when r.grp = '' then s.grp else r.grp end as "group", r.year,
           case when s.span = '' then r.span else s.span end as span, c.value::numeric(14, 5) as value,
           c.numerator, c.denominator, c.status, c.said, r.release
    from figure_cells c join figure_rows r using (file_row) join figure_series s using (slot)
"""
WEIGHTED = f"""
    select place, code, phase, measure, "group", year, span,
           case when bool_and(status <> 'suppressed')
                then (sum(value * denominator) / nullif(sum(denominator), 0))::numeric(14, 5) end as value,
           null::bigint as numerator, null::bigint as denominator,
           case when bool_or(status = 'suppressed') then 'suppressed'
                when sum(denominator) filter (where value is not null) > 0 then 'number' else min(status) end as status,
           coalesce(min(said) filter (where status = 'suppressed'), min(said)) as said, max(release) as release
    from ({FIGURES}) every_week group by place, code, phase, measure, "group", year, span
"""  # noqa: S608 - our own names
"""A place with a week that is suppressed has no figure; weeks without sessions, such as holidays, weigh nothing."""
OPEN_THEN = """
    select distinct on (r.code, r.year) r.code, r.year, e.urn
    from (select distinct code, year from figure_rows where code like 'L%') r
    join schools_establishment e on e.laestab = substr(r.code, 2) and e.laestab <> ''
    where coalesce(e.opened_on <= make_date(r.year + 1, 8, 31), true)
    order by r.code, r.year, (coalesce(e.closed_on > make_date(r.year, 9, 1), true)) desc, e.opened_on desc nulls last,
             e.urn desc
"""
"""A DfE number is not unique over time: the school that was open in the year, else the last before it."""
AGAIN = """
    drop table if exists figure_again;
    create temporary table figure_again as
    select file_row, first_row from
        (select file_row, min(file_row) over (partition by place, code, phase, grp, year, span, first_slot) as first_row
         from figure_rows) r
    where first_row in (select min(file_row) from figure_rows group by place, code, phase, grp, year, span, first_slot
                        having count(*) > 1)
"""
OTHERWISE = """
    select distinct a.file_row, a.first_row, r.code from figure_again a join figure_rows r using (file_row)
    join figure_cells x on x.file_row = a.file_row
    join figure_cells y on y.file_row = a.first_row and y.slot = x.slot
    where a.file_row <> a.first_row and (x.value, x.status, x.said, x.numerator, x.denominator) is distinct from
          (y.value, y.status, y.said, y.numerator, y.denominator)
    order by 1
"""
SAID_BEFORE = """
    delete from figure_cells c using figure_again a, figure_again b, figure_cells d
    where c.file_row = a.file_row and b.first_row = a.first_row and b.file_row < a.file_row
      and d.file_row = b.file_row and d.slot = c.slot
"""


def find_schools(reading: Reading) -> None:
    """Put the URN where a row has only a DfE number; rows of no known school are set aside."""
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from figure_rows where code like 'L%')")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(
            f"update figure_rows r set code = e.urn from ({OPEN_THEN}) e where r.code = e.code and r.year = e.year"  # noqa: S608
        )
        drop_rows(cursor, "code like 'L%'", reading, NO_SCHOOL)


def drop_rows(cursor: CursorWrapper, which: str, reading: Reading, why: str) -> None:
    """Set rows aside that were staged already, with their cells."""
    cursor.execute(
        f"with gone as (delete from figure_rows where {which} returning file_row),"  # noqa: S608 - our own words
        " cells as (delete from figure_cells using gone where figure_cells.file_row = gone.file_row)"
        " select count(*) from gone"
    )
    gone = int(cursor.fetchone()[0])
    if gone:
        reading.left_out[why] += gone
        reading.rows_staged -= gone


def refuse_contradictions(reading: Reading, column: str) -> None:
    """Rows that say the same of the same twice are set aside; where they say different things, nobody knows which."""
    with connection.cursor() as cursor:
        cursor.execute(AGAIN)
        if not cursor.rowcount:
            return
        cursor.execute(OTHERWISE)
        for row, first, code in cursor.fetchall():
            reading.add(Fault(row, column, f"“{code}” is also in row {first}, with other figures"))
        cursor.execute(SAID_BEFORE)
        drop_rows(cursor, "file_row in (select file_row from figure_again where file_row <> first_row)"
                  " and not exists (select from figure_cells c where c.file_row = figure_rows.file_row)",
                  reading, REPEATED)  # fmt: skip


def count_statuses(reading: Reading) -> None:
    """How many numbers, and how many of each thing that stands where one would."""
    with connection.cursor() as cursor:
        cursor.execute("select status, count(*) from figure_cells group by status")
        reading.statuses.update(dict(cursor.fetchall()))


def write_figures(origin: Origin, *, weighted: bool) -> Counts:
    """The new and the changed figures."""
    figures = WEIGHTED if weighted else FIGURES
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with done as (
                insert into evidence_publishedfigure as old
                    (place, code, phase, measure, "group", year, span, value, numerator, denominator, status, said,
                     release, source, as_at)
                select f.*, %s, %s from ({figures}) f
                on conflict ({KEY}) do update set value = excluded.value, numerator = excluded.numerator,
                    denominator = excluded.denominator, status = excluded.status, said = excluded.said,
                    release = excluded.release, source = excluded.source, as_at = excluded.as_at
                where {NEWER}
                returning (xmax = 0) as is_new)
            select count(*) filter (where is_new), count(*) filter (where not is_new) from done
            """,  # noqa: S608 - our own names; every value is a parameter or staged
            [origin.source, origin.as_at],
        )
        return Counts(*cursor.fetchone())
