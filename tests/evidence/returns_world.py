"""Returns for tests: filled in, sent and agreed as people do it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse

from evidence.models import Return
from evidence.queries.returns_sheet import sheet_of
from evidence.rules.cells import Entry
from evidence.rules.grid import Place, Table
from evidence.services.returns import agree_return, confirm_filled, open_return, save_cells, submit_return
from schools.models import Membership, Period, School
from tests.conftest import TODAY, Cast

POINT = "autumn_return"
ANALYSIS = "Attendance of our disadvantaged pupils is behind; we visit families."


def url(cast: Cast, name: str, school: School | None = None, *, point: str = POINT, **more: Any) -> str:
    """An address of Dunmere's autumn return."""
    of = (school or cast.dunmere).pk
    if name == "returns":
        return reverse(name, kwargs={"trust": "alder", "school_id": of})
    kwargs = {"trust": "alder", "school_id": of, "period_id": cast.autumn.pk, "point": point, **more}
    return reverse(name, kwargs=kwargs)


def plain_entry(table: Table, place: Place) -> Entry:
    """A figure that fits together with all others made so: each year group has 30 pupils, each group 10 of them."""
    years = sum(bool(row.year_group) for row in table.rows) or 1
    times = 1 if place.year_group else years
    count = (30 if place.group == "all" else 10) * times
    if table.measure.kind == "number":
        return Entry(value=Decimal(min(200, int(table.measure.most or 200))))
    if table.measure.kind == "mean":
        return Entry(None, count, Decimal(100) if (table.measure.most or 200) > 100 else Decimal(20))
    return Entry(count // 2, count)


def filled(of_return: Return, *, by: Membership, leave: tuple[Place, ...] = ()) -> Return:
    """Every figure but those to leave; and what was filled in for the school is looked at."""
    sheet = sheet_of(of_return)
    entries = {
        place: plain_entry(table, place) for table in sheet.tables for place in table.places() if place not in leave
    }
    saved = save_cells(of_return, entries, by=by, analysis=ANALYSIS)
    assert not saved.conflicts
    confirm_filled(of_return, by=by)
    return of_return


def begun(cast: Cast, school: School | None = None, period: Period | None = None, point: str = POINT) -> Return:
    return open_return(school or cast.dunmere, period or cast.autumn, point, today=TODAY)


def sent(cast: Cast, school: School | None = None, by: Membership | None = None) -> Return:
    of_return = filled(begun(cast, school), by=by or cast.ben)
    submit_return(of_return, by=by or cast.ben)
    of_return.refresh_from_db()
    return of_return


def agreed(cast: Cast, school: School | None = None, by: Membership | None = None) -> Return:
    of_return = sent(cast, school, by)
    agree_return(of_return, by=cast.ada)
    of_return.refresh_from_db()
    return of_return
