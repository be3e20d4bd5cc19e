"""What of the last academic year's support did not come: on the pages of support and over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from plans.queries.support import ledgers
from plans.queries.support_last import Left, this_year_and_left
from plans.services.booking import say_delivered
from schools.models import School
from schools.queries import Followed
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory
from tests.plans.support_world import book, place

SEPTEMBER, NOVEMBER, MAY = date(2025, 9, 1), date(2025, 11, 12), date(2026, 5, 13)
KEY = "support_reinforce"


_today = stopped_at(TODAY)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def left(*schools: School) -> Left:
    return this_year_and_left(schools, today=TODAY)[1]


def came(cast: Cast, *days: date, school: School | None = None) -> None:
    """Improvement visits that took place."""
    for row in book(cast, *days, school=school):
        say_delivered(row, by=cast.ada)


def test_what_did_not_come_last_year_is_told_as_its_ledger_has_it(cast: Cast, open_alder: object) -> None:
    place(cast, cast.dunmere, "reinforce", on=SEPTEMBER)
    came(cast, NOVEMBER, MAY)
    found = left(cast.dunmere).whole
    assert found
    [year] = ledgers([cast.dunmere], 2025, today=TODAY)
    [line] = [one for one in year.ledger.lines if one.key == KEY]
    assert (line.came, line.short) == (Decimal(2), Decimal(line.owed_now - 2))
    [mine] = [one for one in found.lines if one.key == KEY]
    assert (mine.owed_now, mine.came, mine.short) == (line.owed_now, line.came, line.short)
    visits = next(one for one in found.units if one.unit == "visit")
    counted = [one for one in year.ledger.lines if one.unit == "visit" and one.is_kept]
    assert visits.words == f"{sum(one.short for one in counted):.0f} of {sum(one.owed_now for one in counted)} visits"


def test_of_a_year_without_a_record_nothing_is_said(cast: Cast, open_alder: object) -> None:
    place(cast, cast.dunmere, "reinforce", on=SEPTEMBER)
    book(cast, date(2026, 12, 4))
    assert left(cast.dunmere) == Left((), None)


def test_it_stands_on_both_pages_apart_from_this_year(cast: Cast) -> None:
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce", on=SEPTEMBER)
        [before] = ledgers([cast.dunmere], 2026, today=TODAY)
        came(cast, NOVEMBER)
        found = left(cast.dunmere).whole
        assert found
        [after] = ledgers([cast.dunmere], 2026, today=TODAY)
        assert [one.due for one in after.ledger.lines] == [one.due for one in before.ledger.lines]
    page, words = f"/t/alder/schools/{cast.dunmere.pk}/support/", f"From last year: {found.words}."
    for person in (cast.ben, cast.ruth):
        assert words in text_of(cast.client(person).get(page))
    assert "From last year" not in text_of(cast.client(cast.ben).get(page, {"year": 2025}))
    whole = text_of(cast.client(cast.ruth).get("/t/alder/support/"))
    assert f"From last year: {found.words}." in whole
    assert f'<a href="{page}?year=2025">Dunmere Primary</a>: {found.words}' in whole
    told = cast.client(cast.ben).get(f"/api/v1{page}").json()["last_year"]
    [line] = [one for one in found.lines if one.key == KEY]
    assert {
        "key": KEY, "label": line.label, "unit": "visit", "owed": line.owed_now, "did_not_come": f"{line.short:.1f}",
    } in told  # fmt: skip


def test_it_asks_the_same_for_thirty_schools(cast: Cast, open_alder: object, queries: Callable[..., list[str]]) -> None:
    place(cast, cast.dunmere, "reinforce", on=SEPTEMBER)
    came(cast, NOVEMBER)
    followed = Followed.read()
    read = lambda: this_year_and_left(School.objects.all(), today=TODAY, followed=followed)  # noqa: E731
    read()  # a strategy is read once a process
    few = len(queries(read))
    for school in SchoolFactory.create_batch(30):
        place(cast, school, "reinforce", on=SEPTEMBER)
    assert len(queries(read)) == few <= 7, "followed is known, the schools are read"
