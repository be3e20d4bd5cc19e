"""Percentiles among similar schools: beside a plain reckoning of the same, and what is left out."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from evidence.models import PublishedFigure
from evidence.services.published import similar
from schools.services.register import UPLOADS, import_file
from tests.evidence.published_held import DATA
from tests.schools.register_files import made

pytestmark = pytest.mark.django_db
CENSUS = {"URN": "", "LA": "936", "Estab": "2004", "NOR": "200", "PNUMFSMEVER": "", "PNUMEAL": "", "PSENELSE": "2%"}
School = tuple[str, int, int, int]  # URN, result, meals, language


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some hundred invented schools are a country."""
    outcomes = [replace(outcome, schools=100) for outcome in similar.OUTCOMES]
    monkeypatch.setattr(similar, "OUTCOMES", tuple(outcomes))


def invented(count: int) -> list[School]:
    chance = random.Random(5)
    return [
        (str(300_000 + at), chance.randrange(40, 90), chance.randrange(60), chance.choice((0, 0, chance.randrange(90))))
        for at in range(count)
    ]


def imported(
    folder: Path, schools: list[School], year: str = "2024-2025", census: str = "2024-2025", **cells: str
) -> None:
    results = [{"URN": urn, "PTRWM_EXP": f"{result}%"} for urn, result, _, _ in schools]
    shares = [
        {"URN": urn, "PNUMFSMEVER": f"{meals}%", "PNUMEAL": f"{language}%", **cells}
        for urn, _, meals, language in schools
    ]
    import_file(made(folder / f"{year}_ks2final.csv", {"URN": "", "PTRWM_EXP": ""}, *results), kinds=UPLOADS)
    import_file(made(folder / f"census_{census}.csv", CENSUS, *shares), kinds=UPLOADS)


def percentiles(year: int = 2024) -> dict[str, Decimal | None]:
    rows = PublishedFigure.objects.filter(measure="ks2_similar_percentile", year=year)
    return dict(rows.values_list("code", "value"))


def part(value: int, ordered: list[int], parts: int) -> int:
    """Which part of an ordered list a value is in: equal values are never parted."""
    share = ordered.index(value) / (len(ordered) - 1)
    return min(parts - 1, int(parts * share + 1e-12))


def reckoned(schools: list[School]) -> dict[str, float]:
    """The same by hand: fifths by meals, thirds by language in each, and the middle rank among equals."""
    fifths: dict[int, list[School]] = defaultdict(list)
    meals = sorted(one[2] for one in schools)
    for one in schools:
        fifths[part(one[2], meals, 5)].append(one)
    groups: dict[tuple[int, int], list[School]] = defaultdict(list)
    for fifth, ones in fifths.items():
        languages = sorted(one[3] for one in ones)
        for one in ones:
            groups[fifth, part(one[3], languages, 3)].append(one)
    found = {}
    for ones in groups.values():
        for urn, result, _, _ in ones:
            below = sum(other[1] < result for other in ones)
            level = sum(other[1] == result for other in ones) - 1
            if len(ones) >= similar.FEWEST:
                found[urn] = 100 * (below + level / 2) / (len(ones) - 1)
    return found


def test_every_school_stands_where_a_plain_reckoning_puts_it(tmp_path: Path) -> None:
    schools = invented(600)
    imported(tmp_path, schools)
    expected, found = reckoned(schools), percentiles()
    assert set(found) == set(expected)
    assert len(found) > 500
    for urn, value in found.items():
        assert value is not None
        assert abs(float(value) - expected[urn]) < 0.0001
    row = PublishedFigure.objects.filter(measure="ks2_similar_percentile").first()
    assert row is not None
    assert row.source == "2024-2025_ks2final.csv with census_2024-2025.csv"
    assert row.denominator is not None
    assert row.denominator >= similar.FEWEST


def test_the_results_of_the_group_stand_beside_it(tmp_path: Path) -> None:
    imported(tmp_path, invented(600))
    urn = next(iter(percentiles()))
    rows = PublishedFigure.objects.filter(place="similar", code=urn, measure="ks2_rwm_expected").order_by("phase")
    assert [row.phase for row in rows] == ["20th", "50th", "80th"]
    values = [row.value for row in rows if row.value is not None]
    assert values == sorted(values)
    assert {row.denominator for row in rows} == {
        PublishedFigure.objects.get(measure="ks2_similar_percentile", code=urn).denominator
    }


def test_a_new_result_moves_everybody_and_the_old_are_gone(tmp_path: Path) -> None:
    schools = invented(600)
    imported(tmp_path, schools)
    before = percentiles()
    best = schools[0][0]
    imported(tmp_path, [(best, 99, *schools[0][2:]), *schools[1:]])
    after = percentiles()
    assert after[best] == max(after.values(), key=lambda value: value or 0)
    assert (set(before) == set(after), before != after) == (True, True)


def test_schools_with_mostly_plans_are_left_out(tmp_path: Path) -> None:
    imported(tmp_path, invented(300), PSENELSE="80%")
    assert percentiles() == {}


def test_one_countys_schools_are_no_country(tmp_path: Path) -> None:
    imported(tmp_path, invented(99))
    assert (percentiles(), PublishedFigure.objects.filter(place="similar").count()) == ({}, 0)


@pytest.mark.parametrize(("census", "found"), [("2021-2022", True), ("2020-2021", False)])
def test_the_nearest_census_within_three_years_counts(tmp_path: Path, census: str, *, found: bool) -> None:
    imported(tmp_path, invented(600), census=census)
    assert bool(percentiles()) == found


def test_the_command_works_it_out_anew(tmp_path: Path) -> None:
    imported(tmp_path, invented(600))
    before, out = percentiles(), StringIO()
    PublishedFigure.objects.filter(measure="ks2_similar_percentile").delete()
    call_command("compare_similar_schools", stdout=out)
    assert percentiles() == before
    assert out.getvalue() == f"ks2_similar_percentile, 2024/25: {len(before)} schools\n"
    PublishedFigure.objects.all().delete()
    out = StringIO()
    call_command("compare_similar_schools", stdout=out)
    assert out.getvalue().startswith("No year has results")


@pytest.mark.shared
def test_the_held_schools_fall_into_the_groups_that_are_written_down(
    monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    monkeypatch.setattr(similar, "OUTCOMES", tuple(replace(outcome, schools=1_500) for outcome in similar.OUTCOMES))
    for name in ("census_2024-2025", "ks2_2022-2023_headlines", "ks4provisional_2024-2025_headlines"):
        import_file(DATA / "performance" / f"england_{name}.csv", kinds=UPLOADS)
    rows: Any = PublishedFigure.objects.filter(place="school")
    for measure, year, schools, smallest, largest in (
        ("ks2_similar_percentile", 2022, 10_598, 694, 718), ("ks4_similar_percentile", 2024, 3_253, 214, 223),
    ):  # fmt: skip
        found = rows.filter(measure=measure, year=year)
        sizes = set(found.values_list("denominator", flat=True))
        say(f"{measure}: {found.count():,} schools in groups of {min(sizes)} to {max(sizes)}")
        assert (found.count(), min(sizes), max(sizes)) == (schools, smallest, largest)
        middle = sorted(found.values_list("value", flat=True))[schools // 2]
        assert abs(middle - 50) < 1
