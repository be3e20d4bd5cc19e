"""Benchmarks entered by hand, and where they then stand."""

from __future__ import annotations

import pytest

from evidence.models import Benchmark
from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.evidence.figures import agreed_return, published, put

PAGE = "/t/alder/evidence/benchmarks/"
TYPED = {
    "measure": "gld", "group": "all", "against": "national", "phase": "", "place": "", "year": "2025", "span": "year",
    "value": "69.1", "release": "provisional", "source": "Early years foundation stage profile, DfE, November 2026",
}  # fmt: skip


_today = stopped_at(TODAY)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_one_that_was_entered_stands_beside_the_schools(cast: Cast):
    assert cast.client(cast.ada).post(PAGE, TYPED).status_code == 302
    with trust_scope(cast.alder):
        put(agreed_return(cast.dunmere, cast.autumn, cast.version, cast.ada), "gld", 21, 28, span="year")
        assert AuditEntry.objects.get(did="benchmark.entered").after == "69%"
    page = text_of(cast.client(cast.ada).get("/t/alder/evidence/compare/?measure=gld"))
    assert "69%" in page
    assert "Early years foundation stage profile, DfE, November 2026" in page
    assert "+6 points" in page


def test_entering_it_again_replaces_it_and_it_can_be_taken_away(cast: Cast):
    client = cast.client(cast.ada)
    client.post(PAGE, TYPED)
    client.post(PAGE, TYPED | {"value": "68.9", "release": "final"})
    with trust_scope(cast.alder):
        row = Benchmark.objects.get()
        assert (row.release, f"{row.value:f}") == ("final", "68.9000")
    assert client.post(f"{PAGE}{row.pk}/remove/").status_code == 302
    with trust_scope(cast.alder):
        assert not Benchmark.objects.exists()
        assert set(AuditEntry.objects.values_list("did", flat=True)) >= {"benchmark.entered", "benchmark.removed"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"value": "many"}, "Enter a number, for example 62 or 18.7."),
        ({"value": "169"}, "Enter 100 or less."),
        ({"source": " "}, "Say where the figure was published."),
        ({"against": "local"}, "Name the authority or the region."),
        ({"year": "25"}, "Enter a whole number from 2005 to 2100."),
        ({"measure": "staff_absence_rate"}, "Choose a measure."),  # has no agreed benchmark
    ],
)
def test_bad_input(cast: Cast, wrong, says):
    answer = cast.client(cast.ada).post(PAGE, TYPED | wrong)
    assert answer.status_code == 422
    assert says in text_of(answer)
    with trust_scope(cast.alder):
        assert not Benchmark.objects.exists()


def test_official_figures_are_listed_and_a_measure_without_says_why(cast: Cast):
    published("gld", "68.3", year=2024)
    published("gld", "67.7", year=2023)
    page = text_of(cast.client(cast.tom).get(PAGE))
    assert "68%" in page
    assert "2024/25, whole year" in page
    assert "2023/24" not in page  # the newest stands for its span
    assert "No agreed benchmark: official sickness figures" in page


def test_who_may(cast: Cast):
    assert cast.client(cast.cleo).get(PAGE).status_code == 404
    assert cast.client(cast.gita).get(PAGE).status_code == 403
    assert cast.client(cast.ben).get(PAGE).status_code == 200
    assert cast.client(cast.ben).post(PAGE, TYPED).status_code == 403
    assert cast.client(cast.tom).post(PAGE, TYPED).status_code == 403
