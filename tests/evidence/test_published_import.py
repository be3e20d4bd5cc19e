"""The import itself, on invented files: what replaces what, what is set aside, and what nobody is made to open."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from bench.make_published import KS2 as KS2_COLUMNS
from bench.make_published import key_stage_2, write_one
from evidence.models import PublishedFigure
from schools.models import Establishment, RegisterImport, User
from schools.services.register import UPLOADS, ImportResult, Refused, import_file, reading, uploads
from tests.schools.register_files import everything, made

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
KS2 = {
    "RECTYPE": "1",
    "LEA": "936",
    "ESTAB": "2004",
    "URN": "145543",
    "TELIG": "30",
    "PTRWM_EXP": "67%",
    "READPROG": "1.2",
}
ABSENCE = {
    "time_period": "202324", "time_identifier": "Academic year", "geographic_level": "School", "school_urn": "",
    "school_laestab": "9362004", "sess_overall_percent": "6.5", "sess_overall": "65", "sess_possible": "1000",
}  # fmt: skip


def imported(path: Path, **options: Any) -> ImportResult:
    return import_file(path, kinds=UPLOADS, **options)


def ks2(folder: Path, *rows: dict[str, str], name: str = "2018-2019_936_ks2final.csv") -> Path:
    return made(folder / name, KS2, *(rows or ({},)))


def figure(measure: str = "ks2_rwm_expected", **key: Any) -> PublishedFigure:
    return PublishedFigure.objects.get(measure=measure, **key)


def known(laestab: str, urn: str, **dates: Any) -> None:
    Establishment.objects.create(urn=urn, laestab=laestab, name=urn, source="x", as_at=date(2026, 1, 1), **dates)


def test_a_row_becomes_figures(tmp_path: Path) -> None:
    result = imported(ks2(tmp_path, {}, {"URN": "145544", "PTRWM_EXP": " ", "READPROG": ""}))
    assert (result.kind, result.years, result.rows_read, result.rows_kept) == ("ks2", ["2018/19"], 2, 1)
    assert (result.statuses, result.blank, result.left_out) == ({"number": 2}, 2, {"no figure in the row": 1})
    found = figure()
    assert (found.place, found.code, found.year, found.span, found.phase) == ("school", "145543", 2018, "year", "")
    assert (found.value, found.numerator, found.denominator) == (Decimal(67), None, 30)
    assert (found.release, found.source) == ("final", "2018-2019_936_ks2final.csv")


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = ks2(tmp_path)
    imported(path)
    before = everything()
    result = imported(path)
    assert (result.counts["figures"].new, result.counts["figures"].updated, everything()) == (0, 0, before)
    assert any("2 figures changed nothing" in note for note in result.notes)


@pytest.mark.parametrize(
    ("first", "then", "stays"),
    [
        (("provisional", "2019-09-01"), ("final", "2019-08-01"), False),
        (("final", "2019-08-01"), ("provisional", "2019-09-01"), True),
        (("final", "2019-08-01"), ("final", "2019-09-01"), False),
        (("final", "2019-09-01"), ("final", "2019-08-01"), True),
        (("", "2019-09-01"), ("final", "2019-08-01"), True),
        (("final", "2019-08-01"), ("", "2019-09-01"), False),
    ],
)
def test_a_later_release_or_day_replaces_and_an_older_never_does(
    tmp_path: Path, first: tuple[str, str], then: tuple[str, str], *, stays: bool
) -> None:
    for (release, day), cell in ((first, "60%"), (then, "70%")):
        path = ks2(tmp_path, {"PTRWM_EXP": cell}, name=f"2018-2019_ks2{release}.csv")
        imported(path, as_at=date.fromisoformat(day))
    assert figure().value == (60 if stays else 70)


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    before = everything()
    result = imported(ks2(tmp_path), dry_run=True)
    assert (result.counts["figures"].new, everything()) == (2, before)


def test_all_bad_cells_are_named_and_nothing_is_kept(tmp_path: Path) -> None:
    before = everything()
    path = ks2(tmp_path, {}, {"URN": "12", "PTRWM_EXP": "6l%", "TELIG": "x1"}, {"URN": "145545", "READPROG": "99"})
    result = imported(path)
    assert [(fault.row, fault.column) for fault in result.faults] == [
        (3, "urn"), (3, "ptrwm_exp"), (3, "telig"), (4, "readprog"),
    ]  # fmt: skip
    assert everything() == before


def test_a_share_worked_out_from_its_counts_cannot_pass_the_whole(tmp_path: Path) -> None:
    usual = {name: cell for name, cell in ABSENCE.items() if name != "sess_overall_percent"}
    usual |= {"enrolments_pa_10_exact_percent": "", "sess_overall_percent ": ""}
    result = imported(made(tmp_path / "absence.csv", usual, {"school_urn": "145543", "sess_overall": "1001"}))
    assert [(fault.row, "not between" in fault.reason) for fault in result.faults] == [(2, True)]
    result = imported(made(tmp_path / "absence.csv", usual, {"school_urn": "145543"}))
    assert (figure("absence_rate").value, figure("attendance_rate").value) == (Decimal("6.5"), Decimal("93.5"))


def test_attendance_is_the_rest_with_its_counts(tmp_path: Path) -> None:
    imported(made(tmp_path / "absence.csv", ABSENCE, {"school_urn": "145543"}))
    found = figure("attendance_rate")
    assert (found.value, found.numerator, found.denominator) == (Decimal("93.5"), 935, 1000)
    found = figure("absence_rate")
    assert (found.value, found.numerator, found.denominator) == (Decimal("6.5"), 65, 1000)


def test_a_school_without_urn_is_found_by_its_dfe_number_as_it_was_that_year(tmp_path: Path) -> None:
    known("9362004", "100001", closed_on=date(2022, 8, 31))
    known("9362004", "145543", opened_on=date(2022, 9, 1))
    known("9362005", "145599", opened_on=date(2025, 9, 1))
    rows = (
        {"time_period": "202122"},
        {"time_period": "202324"},
        {"school_laestab": "936/2005"},
        {"school_laestab": "9369999"},
    )
    result = imported(made(tmp_path / "absence.csv", ABSENCE, *rows))
    assert (result.rows_read, result.rows_kept) == (4, 2)
    assert result.left_out == {"schools whose DfE number the register does not know": 2}
    found = PublishedFigure.objects.filter(measure="absence_rate").order_by("year")
    assert [(one.year, one.code) for one in found] == [(2021, "100001"), (2023, "145543")]


def test_a_row_twice_is_set_aside_and_a_contradiction_refused(tmp_path: Path) -> None:
    result = imported(ks2(tmp_path, {}, {}, {"URN": "145544"}))
    assert (result.rows_kept, result.left_out) == (2, {"rows that say again what an earlier row says": 1})
    before = everything()
    result = imported(ks2(tmp_path, {}, {"URN": "145544"}, {"PTRWM_EXP": "68%"}))
    (fault,) = result.faults
    assert (fault.row, fault.column, everything()) == (4, "urn", before)
    assert "“145543” is also in row 2" in fault.reason


def test_two_rows_of_which_each_says_a_part_are_both_kept(tmp_path: Path) -> None:
    result = imported(ks2(tmp_path, {"READPROG": ""}, {"PTRWM_EXP": ""}, {"READPROG": ""}))
    assert (result.rows_kept, PublishedFigure.objects.count()) == (2, 2)


def test_rows_may_be_short_only_where_such_files_are(tmp_path: Path) -> None:
    header = ",".join(KS2).encode()
    path = tmp_path / "2018-2019_ks2.csv"
    path.write_bytes(header + b"\n1,936,2004,145543,30,67%\n1,936,2005,145544,30,67%,1\n")
    assert imported(path).rows_kept == 2
    path = tmp_path / "2018-2019_abs.csv"
    path.write_bytes(b"LA,ESTAB,URN,PERCTOT,PPERSABS10\n936,2004,145543,5.2\n")
    (fault,) = imported(path).faults
    assert (fault.row, "may have been cut short" in fault.reason) == (2, True)


def test_title_rows_above_the_header_and_old_letters_are_read(tmp_path: Path) -> None:
    path = tmp_path / "2018-2019_ks2.csv"
    path.write_bytes("Key stage 2,,\r\n\r\nSCHNAME,URN,PTRWM_EXP\r\nÉcole,145543,67%\r\n".encode("cp1252"))
    assert imported(path).rows_kept == 1


def test_the_year_must_be_said_by_somebody(tmp_path: Path) -> None:
    path = ks2(tmp_path, name="ks2.csv")
    with pytest.raises(Refused, match="--year 2024-25"):
        imported(path)
    assert imported(path, year=2021).years == ["2021/22"]


def test_the_command_names_a_file_it_refuses_once(tmp_path: Path) -> None:
    for path in (ks2(tmp_path, name="ks2.csv"), tmp_path / "missing.csv"):
        with pytest.raises(CommandError) as refused:
            call_command("import_published", path)
        assert str(refused.value).count(path.name) == 1
        assert str(refused.value).endswith("Nothing was imported.")


def test_a_gzip_is_read_and_a_bomb_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "2018-2019_ks2.csv.gz"
    path.write_bytes(gzip.compress(ks2(tmp_path).read_bytes()))
    assert imported(path).rows_kept == 1
    path.write_bytes(gzip.compress(b"URN,PTRWM_EXP\n" + b"145543,67%\n" * 3_000_000))
    assert path.stat().st_size < 200_000
    monkeypatch.setattr(reading, "MOST_UNPACKED", 20 * 2**20)
    before = everything()
    with pytest.raises(Refused, match="unpacks to more than 20 MB"):
        imported(path)
    assert everything() == before


def workbook(path: Path, write_cells: Callable[[Any, Any], None]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Key stage 2"])
        sheet.write_row(2, 0, list(KS2))
        sheet.write_row(3, 0, [1, 936, 2004, 145543, 30, "67%", 1.2])
        write_cells(sheet, book.add_format({"num_format": "0%"}))
    return path


def test_a_workbook_is_read_as_it_shows_itself(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2018-2019_ks2.xlsx", lambda sheet, percent: sheet.write(3, 5, 0.67, percent))
    assert imported(path).rows_kept == 1
    assert (figure().value, figure("ks2_reading_progress").value) == (Decimal(67), Decimal("1.2"))


def test_a_formula_is_no_figure(tmp_path: Path) -> None:
    before = everything()
    path = workbook(tmp_path / "2018-2019_ks2.xlsx", lambda sheet, _: sheet.write_formula(3, 5, "=1+1", None, 67))
    (fault,) = imported(path).faults
    assert (fault.row, fault.column, "=1+1" in fault.reason, everything()) == (4, "ptrwm_exp", True, before)


def test_the_command_says_what_it_found(tmp_path: Path) -> None:
    out, path = StringIO(), ks2(tmp_path)
    call_command("import_published", path, "--dry-run", stdout=out)
    assert "Key stage 2 results of schools" in out.getvalue()
    assert "1 row read, 1 kept" in out.getvalue()
    assert "Figures: 2 numbers" in out.getvalue()
    assert PublishedFigure.objects.count() == 0
    out = StringIO()
    call_command("import_published", path, ks2(tmp_path, name="x.csv"), "--year", "2020-21", "--json", stdout=out)
    first, second = json.loads(out.getvalue())
    assert (first["statuses"], first["years"], second["years"]) == ({"number": 2}, ["2020/21"], ["2020/21"])
    assert (first["refused"], first["dry_run"], first["kind"]) == (False, False, "ks2")


def test_the_command_imports_all_or_nothing(tmp_path: Path) -> None:
    before, out = everything(), StringIO()
    bad = ks2(tmp_path, {"PTRWM_EXP": "6l%"}, name="2020-2021_ks2.csv")
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_published", ks2(tmp_path), bad, stdout=out)
    assert "row 2: ptrwm_exp “6l%” is neither a number nor a code" in out.getvalue()
    with pytest.raises(CommandError, match="not one of the files"):
        call_command("import_published", made(tmp_path / "a.csv", {"a": "1", "b": "2"}, {}), stdout=out)
    with pytest.raises(CommandError, match="not an academic year"):
        call_command("import_published", bad, "--year", "2024", stdout=out)
    assert everything() == before


def test_the_operators_page_takes_them_too(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(uploads, "nudge", lambda upload_id: None)
    client = Client()
    client.force_login(User.objects.create_user("op@example.org", name="Opal", is_operator=True), backend=BACKEND)
    content = ks2(tmp_path, name="ks2.csv").read_bytes()
    answer = client.post("/operator/register/", {"file": SimpleUploadedFile("ks2.csv", content), "year": "24-25"})
    assert "Write the year as 2024-25." in answer.content.decode()
    client.post("/operator/register/", {"file": SimpleUploadedFile("ks2.csv", content), "year": "2024-25"})
    upload = RegisterImport.objects.get()
    here = f"/operator/register/{upload.pk}/"
    assert "Being checked" in client.get(here).content.decode()
    uploads.read(upload.pk)
    shown = client.get(here).content.decode()
    assert "Key stage 2 results of schools" in shown
    assert "Year 2024/25." in shown
    assert "Figures: 2 numbers." in shown
    assert client.post(here).status_code == 302
    uploads.read(upload.pk)
    assert figure().year == 2024


def test_memory_and_statements_do_not_grow_with_the_file(
    tmp_path: Path, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    peaks: list[int] = []
    asked: list[list[str]] = []
    for schools in (20, 300, 3_000):  # what is loaded once and kept is no part of the later two
        path = write_one(tmp_path / "england_ks2final_2024-2025.csv", KS2_COLUMNS, key_stage_2, schools=schools)
        tracemalloc.start()
        asked.append([sql for sql in queries(lambda path=path: imported(path)) if not sql.startswith("copy ")])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert PublishedFigure.objects.count() == 3_000 * 39
    assert len(asked[1]) == len(asked[2])
    assert peaks[2] < peaks[1] + 4 * 2**20
