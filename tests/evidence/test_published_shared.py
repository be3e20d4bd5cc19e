"""Every held published file: its rows, its statuses, and three figures looked up again in the file itself."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from evidence.models import PublishedFigure
from schools.services.register import UPLOADS, ImportResult, import_file
from tests.evidence.published_held import DATA, HELD, cell_of, rows_of, spot_of
from tests.schools.register_files import GIAS

pytestmark = [pytest.mark.shared, pytest.mark.django_db]
PLACED = DATA / "gias" / "gias_establishments_subset_2026-08.csv"
REFERENCE = sorted((DATA / "reference").glob("*")) + sorted((DATA / "benchmarks").glob("*.meta.csv"))
NO_NUMBER = {"SUPP": "suppressed", "NE": "not_applicable", "NP": "not_available", "x": "suppressed"}


def said(rows: list[dict[str, str]], text: str) -> tuple[tuple[Any, str, str], tuple[Any, str, str]]:
    """A figure as it was imported, and as it stands in the file: value, status and code."""
    spot = spot_of(text)
    figure = PublishedFigure.objects.get(**spot.key)
    cell = cell_of(rows, spot).strip()
    if cell in NO_NUMBER:
        return (figure.value, figure.status, figure.said), (None, NO_NUMBER[cell], cell)
    number = Decimal(cell.removesuffix("%").replace("£", "").replace(",", ""))
    expected = 100 - number if spot.less else number
    assert figure.value is not None
    return (figure.value, figure.status, figure.said), (round(expected, 5), "number", "")


@pytest.mark.parametrize("held", HELD, ids=[held["path"].rpartition("/")[2] for held in HELD])
def test_a_held_file_is_imported_whole(held: dict[str, Any]) -> None:
    path = DATA / held["path"]
    if held["kind"] == "exclusions":
        import_file(PLACED)  # its schools are known by their DfE number alone
    result = import_file(path, kinds=UPLOADS, year=held.get("year"))
    rows = rows_of(path)
    assert (result.kind, result.fault_count) == (held["kind"], 0)
    assert [result.years[0], result.years[-1]] == held["years"]
    assert (result.rows_read, result.rows_kept) == (len(rows), held["kept"])
    assert result.rows_read == result.rows_kept + sum(result.left_out.values())
    assert (result.statuses, result.blank) == (held["statuses"], held["blank"])
    assert Counter(PublishedFigure.objects.values_list("status", flat=True)) == held["statuses"]
    for text in held["spots"]:
        imported, stands = said(rows, text)
        assert imported == stands, text
    assert len(held["spots"]) == 3


def test_weeks_are_put_together_by_their_sessions() -> None:
    path = DATA / "benchmarks" / "EES_weekly_data_2024-25_to_2024-12.csv"
    result = import_file(path, kinds=UPLOADS)
    assert (result.kind, result.rows_read, result.rows_kept, result.years) == (
        "attendance_weekly", 5932, 5932, ["2024/25"],
    )  # fmt: skip
    for phase, kind in (("", "Total"), ("primary", "Primary"), ("special", "Special")):
        weeks = [
            (Decimal(row["overall_absence_perc"]), int(row["possible_sessions"]))
            for row in rows_of(path)
            if row["geographic_level"] == "National" and row["school_type"] == kind
        ]
        expected = sum(rate * sessions for rate, sessions in weeks) / sum(sessions for _, sessions in weeks)
        figure = PublishedFigure.objects.get(place="england", measure="absence_rate", phase=phase)
        assert (len(weeks), figure.span, figure.denominator) == (12, "to_date", None)
        assert figure.value is not None
        assert abs(figure.value - expected) < Decimal("0.00001")
    hidden = PublishedFigure.objects.filter(status="suppressed")
    assert {figure.said for figure in hidden} == {"c"}
    assert hidden.filter(value=None).count() == hidden.count() > 0


def test_a_file_without_a_place_in_the_register_keeps_what_it_can() -> None:
    """Schools known only by a DfE number that the register lacks are set aside; a URN is kept whoever knows it."""
    result = import_file(DATA / "performance" / "exclusions_by_school_201617.csv", kinds=UPLOADS)
    assert (result.rows_kept, PublishedFigure.objects.count()) == (0, 0)
    assert result.left_out == {"schools whose DfE number the register does not know": 21319}


def test_the_workforce_file_stops_in_the_middle_and_says_so() -> None:
    path = DATA / "performance" / "england_swf_truncated.csv"
    result: ImportResult = import_file(path, kinds=UPLOADS, year=2018)
    assert result.left_out == {"the file stops in the middle of its last row": 1}
    assert any(note.startswith("Warning: the file stops") and "row 8179" in note for note in result.notes)
    assert not PublishedFigure.objects.filter(code="110261").exists()


@pytest.mark.parametrize("path", [*REFERENCE, GIAS / "england_school_coords_2024-2025.csv"], ids=lambda path: path.name)
def test_a_file_that_only_explains_others_is_known_and_changes_nothing(path: Any) -> None:
    result = import_file(path, kinds=UPLOADS)
    assert (result.rows_kept, result.fault_count, PublishedFigure.objects.count()) == (0, 0, 0)
    assert sum(result.left_out.values()) == result.rows_read > 0


def test_no_held_file_is_forgotten() -> None:
    folders = ("performance", "trusts", "benchmarks")
    there = {f"{path.parent.name}/{path.name}" for folder in folders for path in (DATA / folder).iterdir()}
    elsewhere = {"trusts/example_trusts_schools.csv", "benchmarks/EES_weekly_data_2024-25_to_2024-12.csv"}
    tried = {held["path"] for held in HELD} | {f"benchmarks/{path.name}" for path in REFERENCE} | elsewhere
    assert there <= tried
