"""Targets and benchmarks through the API: for each role what it may see."""

from __future__ import annotations

from decimal import Decimal

from evidence.models import Benchmark, Target
from schools.tenancy import trust_scope
from tests.conftest import Cast


def make(cast: Cast) -> None:
    with trust_scope(cast.alder):
        for school in (None, cast.dunmere, cast.ashmere):
            Target.objects.create(school=school, measure="gld", year=2026, value=Decimal(70))
        Benchmark.objects.create(measure="gld", year=2025, value=Decimal("69.1"), source="DfE, November 2026")


def seen(cast: Cast, person: str, noun: str = "targets") -> list:
    answer = cast.client(getattr(cast, person)).get(f"/api/v1/t/alder/{noun}/")
    assert answer.status_code == 200
    return answer.json()["results"]


def test_targets_are_those_of_ones_schools_and_the_trust(cast: Cast):
    make(cast)
    assert {row["school"] for row in seen(cast, "ada")} == {None, cast.dunmere.pk, cast.ashmere.pk}
    assert {row["school"] for row in seen(cast, "ben")} == {None, cast.dunmere.pk}
    assert {row["school"] for row in seen(cast, "gita")} == {cast.dunmere.pk}
    assert cast.client(cast.cleo).get("/api/v1/t/alder/targets/").status_code == 404
    assert cast.client(cast.olive).get("/api/v1/t/alder/targets/").status_code == 403


def test_filters(cast: Cast):
    make(cast)
    client = cast.client(cast.ada)
    one = client.get(f"/api/v1/t/alder/targets/?school={cast.dunmere.pk}&year=2026").json()
    assert [row["value"] for row in one["results"]] == ["70.0000"]
    assert client.get("/api/v1/t/alder/targets/?colour=red").status_code == 400


def test_benchmarks_say_year_status_and_source(cast: Cast):
    make(cast)
    (row,) = seen(cast, "tom", "benchmarks")
    assert (row["value"], row["year"], row["span"], row["source"]) == ("69.1000", 2025, "year", "DfE, November 2026")
    assert cast.client(cast.gita).get("/api/v1/t/alder/benchmarks/").status_code == 403
