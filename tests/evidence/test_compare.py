"""Schools beside each other: pooled, hidden, in fair places; for each role what it may see."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from schools.models import HeadsSee
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.evidence.figures import agreed_return, published, put
from tests.factories import SchoolFactory

PAGE = "/t/alder/evidence/compare/?measure=persistent_absence_rate"


_today = stopped_at(TODAY)


@pytest.fixture
def world(cast: Cast) -> Cast:
    """Dunmere 30 of 200, Ashmere 10 of 100; three disadvantaged pupils of Ashmere, hidden; England 18.7."""
    with trust_scope(cast.alder):
        first = agreed_return(cast.dunmere, cast.autumn, cast.version, cast.ada)
        put(first, "persistent_absence_rate", 30, 200)
        put(first, "persistent_absence_rate", 16, 40, group="disadvantaged")
        second = agreed_return(cast.ashmere, cast.autumn, cast.version, cast.ada)
        put(second, "persistent_absence_rate", 10, 100)
        put(second, "persistent_absence_rate", 3, 20, group="disadvantaged", hidden=True)
    published("persistent_absence_rate", "18.7", span="to_date", year=2025, as_at=date(2025, 12, 12))
    published("persistent_absence_rate", "12.1", span="year", year=2025)
    return cast


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_trusts_figure_pools_pupils_and_stands_beside_the_same_span_of_england(world: Cast):
    page = text_of(world.client(world.ada).get(PAGE))
    assert "13.3%" in page  # 40 of 300; the average of 15 and 10 would be 12.5
    assert "40 of 300" in page
    assert "18.7%" in page
    assert "12.1%" not in page  # a whole year is not set beside a year to date


def test_a_year_to_july_is_not_set_beside_a_year_to_december(cast: Cast):
    with trust_scope(cast.alder):
        put(agreed_return(cast.dunmere, cast.autumn, cast.version, cast.ada), "persistent_absence_rate", 30, 200)
    published("persistent_absence_rate", "18.7", span="to_date", year=2025, as_at=date(2026, 8, 1))
    page = text_of(cast.client(cast.ada).get(PAGE))
    assert "18.7%" not in page
    assert "There is no figure of England for the same part of a year" in page


def test_places_and_gaps(world: Cast):
    page = text_of(world.client(world.ada).get(PAGE))
    assert page.index("Ashmere Primary") < page.index("Dunmere Primary")  # fewer is better
    assert "−8.7 points" in page
    assert "One pupil is 1.0 points" in page


def test_a_small_number_is_seen_by_data_roles_and_by_nobody_else(world: Cast):
    address = f"{PAGE}&group=disadvantaged"
    assert "3 of 20" in text_of(world.client(world.ada).get(address))
    page = text_of(world.client(world.tom).get(address))
    assert "3 of 20" not in page
    assert "Hidden: a small number" in page
    assert "19 of 60" not in page  # nor in what is pooled
    assert "The trust as a whole is not shown" in page


def test_groups_side_by_side_say_whether_a_gap_is_clear(world: Cast):
    page = text_of(world.client(world.tom).get(PAGE))
    assert "A clear gap" in page  # 16 of 40 beside 14 of 160
    assert "15.0%" in page


@pytest.mark.parametrize(
    ("shown", "named", "unnamed"),
    [(HeadsSee.NOTHING, False, False), (HeadsSee.UNNAMED, False, True), (HeadsSee.NAMED, True, False)],
)
def test_a_head_sees_of_others_what_the_trust_shows(world: Cast, shown: str, named: bool, unnamed: bool):
    with trust_scope(world.alder):
        for number in range(4):
            school = SchoolFactory(name=f"Further {number} Primary")
            put(
                agreed_return(school, world.autumn, world.version, world.ada),
                "persistent_absence_rate",
                20 + number,
                90,
            )
    type(world.alder).objects.filter(pk=world.alder.pk).update(heads_see_others=shown)
    page = text_of(world.client(world.ben).get(PAGE))
    assert "Dunmere Primary" in page
    assert ("Ashmere" in page) is named
    assert ("School A" in page) is unnamed
    assert "10 of 100" in page if named else "10 of 100" not in page


def test_with_few_other_schools_a_head_sees_no_sum_of_them(world: Cast):
    page = text_of(world.client(world.ben).get(PAGE))
    assert "40 of 300" not in page
    assert "School A" not in page


def test_who_may_not(world: Cast):
    assert world.client(world.cleo).get(PAGE).status_code == 404
    assert world.client(world.olive).get(PAGE).status_code == 403
    assert world.client(world.gita).get(PAGE).status_code == 403


def test_a_measure_without_an_agreed_benchmark_says_so(world: Cast):
    with trust_scope(world.alder):
        first = world.dunmere.returns.get()
        put(first, "staff_absence_rate", 40, 1000)
    page = text_of(world.client(world.ada).get("/t/alder/evidence/compare/?measure=staff_absence_rate"))
    assert "No agreed benchmark" in page
    assert "England" not in page.split("<h1", 1)[1].split("<h2", 2)[1]


def test_the_file_holds_what_the_page_shows_and_no_formula(world: Cast):
    with trust_scope(world.alder):
        world.dunmere.name = "=HYPERLINK(1)"
        world.dunmere.save()
    answer = world.client(world.tom).get(
        "/t/alder/evidence/compare/file/?measure=persistent_absence_rate&group=disadvantaged"
    )
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    by_name = {row[0]: row for row in rows[1:]}
    assert by_name["=HYPERLINK(1)"][1:5] == [40.0, "%", 16.0, 40.0]
    assert by_name["Ashmere Primary"][1] == ""
    assert by_name["Ashmere Primary"][12] == "hidden: a small number"


def test_an_address_made_up_by_hand_is_answered(world: Cast):
    for query in ("measure=nothing&group=nobody&about=99", "about=2026-nowhere", "about=²²²²-year"):
        assert world.client(world.ada).get(f"/t/alder/evidence/compare/?{query}").status_code == 200


def test_the_number_of_queries_does_not_grow(world: Cast, queries):
    client = world.client(world.ada)
    client.get(PAGE)  # reads the strategy, once per process
    few = len(queries(lambda: client.get(PAGE)))
    with trust_scope(world.alder):
        for _ in range(58):
            handed_in = agreed_return(SchoolFactory(), world.autumn, world.version, world.ada)
            put(handed_in, "persistent_absence_rate", 12, 80)
            put(handed_in, "persistent_absence_rate", 9, 30, group="send")
    assert len(queries(lambda: client.get(PAGE))) == few
    assert few <= 15


def test_published_rates_without_counts_are_shown_and_not_pooled(world: Cast):
    published("ks2_rwm_expected", "70", code=world.dunmere.urn, place="school", year=2024)
    published("ks2_rwm_expected", "62", year=2024)
    page = text_of(world.client(world.ada).get("/t/alder/evidence/compare/?measure=ks2_rwm_expected"))
    assert "As published, counts unknown" in page
    assert "+8 points" in page
    assert "together, all pupils" not in page


def test_small_multiples_have_the_years_in_a_table_too(world: Cast):
    for year, value in ((2022, "61"), (2023, "66"), (2024, "70")):
        published("ks2_rwm_expected", value, code=world.dunmere.urn, place="school", year=year)
    page = text_of(world.client(world.ada).get("/t/alder/evidence/compare/?measure=ks2_rwm_expected"))
    assert "22/23" in page
    assert str(Decimal("66")) in page
    assert "<svg" in page


def test_nearer_than_england_are_the_authority_the_region_and_similar_schools(world: Cast):
    with trust_scope(world.alder):
        type(world.dunmere).objects.filter(pk=world.dunmere.pk).update(la_name="Surrey")
    published("ks2_rwm_expected", "70", code=world.dunmere.urn, place="school")
    published("ks2_rwm_expected", "64", code="936", place="la")
    published("ks2_rwm_expected", "62")
    for phase, value in (("20th", "55"), ("50th", "66"), ("80th", "77")):
        published("ks2_rwm_expected", value, code=world.dunmere.urn, place="similar", phase=phase, denominator=700)
    page = text_of(world.client(world.ada).get("/t/alder/evidence/compare/?measure=ks2_rwm_expected"))
    nearer = page.split('id="around"')[1]
    assert "64%" in nearer
    assert "Surrey, 2024/25" in nearer
    assert '77% <span class="note">80th of a hundred. Of 700 schools, 2024/25' in nearer
    head = text_of(world.client(world.ben).get("/t/alder/evidence/compare/?measure=ks2_rwm_expected"))
    assert "Surrey" in head
