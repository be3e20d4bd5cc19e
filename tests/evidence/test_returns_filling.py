"""What the system knows of a return before anybody types: from register, census and earlier returns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from evidence.models import PublishedFigure, Return
from evidence.queries.returns_sheet import Sheet, sheet_of
from evidence.rules.arithmetic import Amount
from evidence.rules.cells import Entry
from evidence.rules.filling import group_counts, has_none, places_a_year
from evidence.rules.grid import Place
from evidence.services.returns import confirm_filled, open_return, save_cells, submit_return
from schools.models import Period, School
from tests.conftest import TODAY, Cast
from tests.evidence.returns_world import ANALYSIS, begun, filled, plain_entry
from tests.factories import SchoolFactory

ROLL = Place("roll")
CENSUS_YEAR = 2025
"""The academic year of the January census before the autumn of 2026."""


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, open_alder: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def census(school: School, roll: int = 210, **counts: int) -> None:
    """The January census: the roll, and how many pupils count in each share."""
    known: dict[str, Any] = {
        "place": "school", "code": school.urn, "source": "Census", "as_at": TODAY, "span": "day", "year": CENSUS_YEAR,
    }  # fmt: skip
    PublishedFigure.objects.create(measure="roll", value=Decimal(roll), **known)
    for measure, number in counts.items():
        PublishedFigure.objects.create(measure=measure, numerator=number, denominator=roll, **known)


def opened(cast: Cast) -> Sheet:
    return sheet_of(begun(cast))


def sources(sheet: Sheet, measure: str) -> dict[str, tuple[int | None, str, str]]:
    """By group: the denominator, the status, and where it comes from."""
    return {
        place.group: (figure.denominator, figure.status, figure.filled_from)
        for place, figure in sheet.figures.items()
        if place.measure == measure
    }


def test_a_first_return_begins_with_the_roll_of_the_census_and_the_pupils_of_each_group(cast: Cast) -> None:
    census(cast.dunmere, fsm_share=60, sen_support_share=25, ehc_plan_share=5)
    sheet = opened(cast)
    source = "the January census 2026"
    assert (sheet.entries[ROLL].value, sheet.figures[ROLL].filled_from) == (210, source)
    assert sources(sheet, "persistent_absence_rate") == {
        "all": (210, "number", source),
        "disadvantaged": (60, "number", source),
        "send": (30, "number", source),
    }
    assert "attendance_rate" not in {place.measure for place in sheet.figures}, "sessions are not pupils"


def test_a_group_without_pupils_does_not_apply(cast: Cast) -> None:
    census(cast.dunmere, fsm_share=0)
    found = sources(opened(cast), "persistent_absence_rate")
    source = "the January census 2026, which counts no such pupils"
    assert found["disadvantaged"] == (None, "not_applicable", source)
    assert "send" not in found, "nothing is known of them"


def test_without_a_census_the_roll_is_the_registers(cast: Cast) -> None:
    sheet = opened(cast)
    assert (sheet.entries[ROLL].value, sheet.figures[ROLL].filled_from) == (200, "the register of schools")


def test_what_was_filled_in_counts_once_somebody_has_looked_at_it(cast: Cast) -> None:
    of_return = begun(cast)
    sheet = sheet_of(of_return)
    entries = {place: plain_entry(table, place) for table in sheet.tables for place in table.places() if place != ROLL}
    save_cells(of_return, entries, by=cast.ben, analysis=ANALYSIS)
    with pytest.raises(ValidationError) as refused:
        submit_return(of_return, by=cast.ben)
    assert list(refused.value.message_dict) == ["roll~all~~~v"]
    assert confirm_filled(of_return, by=cast.ben, measure="attendance_rate") == 0
    assert confirm_filled(of_return, by=cast.ben, measure="roll") == 1
    figure = sheet_of(of_return).figures[ROLL]
    assert (figure.author, figure.filled_from) == (cast.ben, "the register of schools"), "its source stays with it"
    submit_return(of_return, by=cast.ben)
    assert Return.objects.get().state == "submitted"


def test_what_is_typed_over_is_a_persons(cast: Cast) -> None:
    of_return = begun(cast)
    save_cells(of_return, {ROLL: Entry(value=Decimal(199))}, by=cast.ben)
    figure = sheet_of(of_return).figures[ROLL]
    assert (figure.author, figure.filled_from) == (cast.ben, "")


def test_the_terms_before_give_denominators_and_not_how_it_went(cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2026-12-01T10:00Z")
    submit_return(filled(begun(cast), by=cast.ben), by=cast.ben)
    time_machine.move_to("2027-03-20T10:00Z")
    spring = Period.objects.get(year=2026, season="spring", half=0)
    today = TODAY.replace(year=2027, month=3, day=20)
    sheet = sheet_of(open_return(cast.dunmere, spring, "spring_return", today=today))
    place = Place("benchmark_on_track", "all", "4")
    assert sheet.entries[place] == Entry(denominator=30)
    assert sheet.figures[place].filled_from == "your return of Autumn 26"
    assert place not in sheet.unseen, "half a figure asks for its other half, not for a look"


def test_filling_in_takes_the_same_queries_with_a_census_and_without(cast: Cast, queries: Any) -> None:
    begun(cast, SchoolFactory())  # the strategy is read once
    few = queries(lambda: begun(cast))
    census(cast.ashmere, fsm_share=60, sen_support_share=25, ehc_plan_share=5)
    assert len(queries(lambda: begun(cast, cast.ashmere))) == len(few)


@pytest.mark.parametrize(
    ("phase", "ages", "capacity", "expected"),
    [
        ("primary", (4, 11), 420, 60),
        ("primary", (3, 11), 420, 60),  # a nursery has no places of its own
        ("infant", (4, 7), 180, 60),
        ("junior", (7, 11), 240, 60),
        ("primary", (4, 11), 400, None),  # does not divide into seven years
        ("secondary", (11, 16), 900, None),
        ("primary", (4, 16), 900, None),
        ("primary", (None, None), 420, None),
        ("primary", (4, 11), None, None),
    ],
)
def test_places_a_year(phase: str, ages: Any, capacity: int | None, expected: int | None) -> None:
    assert places_a_year(phase, ages, capacity) == expected


def test_pupils_of_a_group_and_of_its_opposite() -> None:
    census_of = {
        ("roll", "all"): Amount(value=Decimal(100)),
        ("fsm_share", "all"): Amount(30, 100),
        ("sen_support_share", "all"): Amount(10, 100),
    }
    counts = group_counts(census_of)
    assert counts == {"all": 100, "disadvantaged": 30, "not_disadvantaged": 70, "sen_support": 10}
    assert not has_none("pp", "disadvantaged", counts)
    assert has_none("pp", "disadvantaged", counts | {"disadvantaged": 0})
    assert not has_none("send", "send", counts), "not known is not none"
    assert not has_none("all", "all", {"all": 0})
