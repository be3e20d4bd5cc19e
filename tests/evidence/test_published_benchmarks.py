"""What a school is compared with: the right place, phase and span, the trust's own first, in three statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.models import Benchmark
from evidence.queries.benchmarks import Benchmarks, benchmarks_of
from schools.models import Establishment, School, Trust
from schools.strategy.measures import official_groups, official_measures
from tests.conftest import Cast
from tests.evidence.figures import published

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 22)
MEASURES, GROUPS = official_measures(), official_groups()
SURREY = {"place": "la", "code": "936"}
SOUTH_EAST = {"place": "region", "code": "E12000008"}


def asked(*schools: School, on: date = ON) -> Benchmarks:
    return benchmarks_of(MEASURES, GROUPS, schools=schools, on=on)


@pytest.fixture
def dunmere(cast: Cast, open_alder: Trust) -> School:
    """A primary school that the register knows to be in Surrey."""
    Establishment.objects.create(urn=cast.dunmere.urn, name="Dunmere", la_code="936", source="x", as_at=ON)
    School.objects.filter(pk=cast.dunmere.pk).update(phase="primary", la_name="Surrey")
    return School.objects.get(pk=cast.dunmere.pk)


def by_hand(value: str, **more: Any) -> Benchmark:
    usual = {"measure": "gld", "against": "national", "year": 2025, "span": "year", "source": "A service, May 2026"}
    return Benchmark.objects.create(**{**usual, **more}, value=Decimal(value))


def test_every_place_of_a_school_with_year_release_and_source(dunmere: School) -> None:
    published("gld", "68.3")
    published("gld", "70.1", **SOUTH_EAST)
    published("gld", "72.2", **SURREY)
    published("gld", "60", place="la", code="301")
    found = asked(dunmere).of(dunmere, "gld")
    assert [(one.against, one.place, str(one.value.normalize())) for one in found if one.value is not None] == [
        ("national", "England", "68.3"), ("region", "South East", "70.1"), ("local", "Surrey", "72.2"),
    ]  # fmt: skip
    assert {(one.year, one.release, one.source) for one in found} == {(2024, "final", "figures.csv")}


def test_the_schools_own_phase_comes_before_all_schools_and_others_never(dunmere: School) -> None:
    for phase, value in (("", "6.9"), ("primary", "5.2"), ("secondary", "8.4"), ("with_independent", "6")):
        published("absence_rate", value, phase=phase)
    (one,) = asked(dunmere).of(dunmere, "absence_rate")
    assert (one.phase, one.value) == ("primary", Decimal("5.2"))
    School.objects.filter(pk=dunmere.pk).update(phase="junior")
    (one,) = asked(School.objects.get(pk=dunmere.pk)).of(dunmere, "absence_rate")
    assert one.phase == "primary"


def test_a_term_is_never_put_beside_a_year(dunmere: School) -> None:
    published("absence_rate", "6.4", span="autumn")
    published("absence_rate", "6.9")
    found = asked(dunmere)
    assert {one.span for one in found.of(dunmere, "absence_rate")} == {"autumn", "year"}
    (one,) = found.of(dunmere, "absence_rate", span="autumn")
    assert one.value == Decimal("6.4")
    assert found.of(dunmere, "absence_rate", span="to_date") == ()


def test_only_the_newest_year_known_by_the_day(dunmere: School) -> None:
    for year in (2019, 2022, 2023):
        published("gld", f"{year - 1960}", year=year)
    (one,) = asked(dunmere).of(dunmere, "gld")
    assert one.year == 2023
    assert asked(dunmere, on=date(2025, 1, 1)).of(dunmere, "gld") == ()


def test_the_trusts_own_stands_before_the_official_and_only_for_its_place(dunmere: School) -> None:
    published("gld", "68.3")
    by_hand("69.5")
    by_hand("75", against="local", place="Kent")
    by_hand("71", against="local", place="Surrey")
    by_hand("80", against="similar")
    found = asked(dunmere).of(dunmere, "gld")
    assert [(one.against, one.value, one.by_hand) for one in found] == [
        ("national", Decimal("69.5"), True), ("local", Decimal(71), True), ("similar", Decimal(80), True),
    ]  # fmt: skip
    assert found[0].source == "A service, May 2026"


def test_another_trusts_own_are_not_seen(dunmere: School, cast: Cast) -> None:
    by_hand("69.5")
    assert len(asked(dunmere).of(dunmere, "gld")) == 1
    Benchmark.objects.all().delete()
    assert asked(dunmere).of(dunmere, "gld") == ()


def test_three_of_the_similar_schools_are_told(dunmere: School) -> None:
    for phase, value in (("20th", "54"), ("50th", "67"), ("80th", "78")):
        published("ks2_rwm_expected", value, place="similar", code=dunmere.urn, phase=phase, denominator=713)
    found = asked(dunmere).of(dunmere, "ks2_rwm_expected")
    assert [(one.against, one.phase, one.schools) for one in found] == [
        ("similar", "20th", 713), ("similar", "50th", 713), ("similar", "80th", 713),
    ]  # fmt: skip


def test_a_measure_without_an_agreed_benchmark_says_so(dunmere: School) -> None:
    published("staff_absence_rate", "4")
    found = asked(dunmere)
    assert found.of(dunmere, "staff_absence_rate") == ()
    assert "No agreed benchmark" in found.why_none("staff_absence_rate")
    assert found.why_none("gld") == ""


def test_a_school_the_register_does_not_know_is_found_by_its_authoritys_name(dunmere: School) -> None:
    Establishment.objects.all().delete()
    published("gld", "72.2", **SURREY)
    (one,) = asked(dunmere).of(dunmere, "gld")
    assert one.against == "local"


def test_three_statements_for_one_school_or_sixty(
    dunmere: School, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    for measure in ("gld", "absence_rate", "roll"):
        published(measure, "50")
    many = [
        School.objects.create(urn=str(200_000 + at), name=f"S{at}", phase="primary", joined_on=ON, la_name="Kent")
        for at in range(60)
    ]
    for schools in ([dunmere], many):
        assert len(queries(lambda schools=schools: asked(*schools))) == 3  # type: ignore[misc]
