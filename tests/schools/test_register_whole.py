"""A whole country's file, 27,000 invented schools in the full layout: by COPY, in flat memory, all or nothing."""

from __future__ import annotations

import re
import subprocess
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bench.make_gias import FIRST_URN, header, write
from schools.models import Establishment, RegisterImport, User
from schools.services.register import ImportResult, import_file, uploads
from schools.services.register.staging import AT_ONCE
from tests.reporting.workers import START, said, until
from tests.schools.register_files import everything
from tests.schools.test_register_pages import BACKEND, PAGE

DAY = date(2026, 9, 1)
SMALL, WHOLE = 2_000, 27_000
FLAT = 2 * 2**20
"""Most bytes by which the peak of the whole file, itself 30 MB, may pass that of the small one."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written once."""
    path = tmp_path_factory.mktemp("register") / "edubasealldata20260901.csv"
    write(path, WHOLE)
    return path


def test_a_whole_file_comes_in_by_copy_in_flat_memory(
    db: None, whole: Path, tmp_path: Path, queries: Callable[[Callable[[], Any]], list[str]],
    say: Callable[[str], None],
) -> None:  # fmt: skip
    told: list[tuple[int, float]] = []
    results: list[ImportResult] = []
    write(tmp_path / "small.csv", SMALL)
    import_file(tmp_path / "small.csv", as_at=DAY)  # what is loaded once and kept is no part of either peak

    def measured(path: Path) -> tuple[int, list[str], list[str]]:
        """Peak bytes, the COPY statements and the others."""
        told.clear()
        tracemalloc.start()
        asked = queries(lambda: results.append(import_file(path, as_at=DAY, progress=lambda *far: told.append(far))))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        copies = [sql for sql in asked if sql.startswith("copy register_staging")]
        return peak, copies, [sql for sql in asked if sql not in copies]

    small = measured(tmp_path / "small.csv")
    large = measured(whole)
    assert len(header()) > 100
    assert Establishment.objects.count() == WHOLE
    assert [rows for rows, _ in told] == [AT_ONCE, 2 * AT_ONCE, 3 * AT_ONCE, WHOLE]
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1][1] == 1
    assert len(large[1]) == len(told)
    assert len(large[2]) == len(small[2])
    say(f"{WHOLE:,} rows: {len(large[1])} COPY and {len(large[2])} other statements, peak {large[0] / 2**20:.1f} MB")
    say(f"{SMALL:,} rows: {len(small[1])} COPY and {len(small[2])} other statements, peak {small[0] / 2**20:.1f} MB")
    assert large[0] < small[0] + FLAT
    assert told_of(results[-1]) == (WHOLE, WHOLE, 0, WHOLE - SMALL, SMALL)
    assert told_of(import_file(whole, as_at=DAY)) == (WHOLE, WHOLE, 0, 0, WHOLE)


def told_of(result: ImportResult) -> tuple[int, int, int, int, int]:
    count = result.counts["schools"]
    return result.rows_read, result.rows_kept, result.fault_count, count.new, count.updated


def test_a_whole_file_with_three_bad_rows_changes_nothing_and_names_them(db: None, whole: Path, tmp_path: Path) -> None:
    write(tmp_path / "before.csv", 50)
    import_file(tmp_path / "before.csv", as_at=date(2026, 8, 1))
    before = everything()
    lines = whole.read_bytes().split(b"\r\n")
    bad = (2, 13_000, WHOLE + 1)  # as a spreadsheet numbers them: the first, one half-way, the last
    for row in bad:
        urn, _, others = lines[row - 1].partition(b",")
        lines[row - 1] = b",".join((b"x" + urn, others))
    (tmp_path / "bad.csv").write_bytes(b"\r\n".join(lines))
    result = import_file(tmp_path / "bad.csv", as_at=DAY)
    assert [(fault.row, fault.column) for fault in result.faults] == [(row, "URN") for row in bad]
    assert (result.rows_read, result.fault_count, result.counts) == (WHOLE, 3, {})
    assert everything() == before


def test_an_operators_file_is_read_to_the_end_by_a_real_worker(
    transactional_db: None, worker: Callable[..., subprocess.Popen], whole: Path, tmp_path: Path, settings: Any,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Given on the page, checked, looked at, imported; between, the page shows how far the worker has come."""
    settings.DATA_DIR = tmp_path  # the worker's folder too
    worker()
    until(lambda: said(tmp_path, 0, r" ready\."), START, "the worker to start")
    operator = Client()
    operator.force_login(User.objects.create_user("op@example.org", name="Opal", is_operator=True), backend=BACKEND)
    given = operator.post(PAGE, {"file": SimpleUploadedFile(whole.name, whole.read_bytes()), "as_at": ""})
    assert given.status_code == 302
    here = given["Location"]
    checking = watched(operator, here, "What it would change")
    assert Establishment.objects.count() == 0
    assert operator.post(here).status_code == 302
    importing = watched(operator, here, "What it changed")
    say(f"progress seen while a worker checked {checking} and imported {importing}")
    for seen in (checking, importing):
        assert seen == sorted(seen)
        assert any(0 < rows < WHOLE and 0 < percent < 100 for rows, percent in seen)
    upload = RegisterImport.objects.get()
    assert (upload.state, upload.rows_read, upload.percent) == ("done", WHOLE, 100)
    assert (upload.rows_kept, upload.fault_count, upload.attempt) == (WHOLE, 0, 1)
    assert Establishment.objects.filter(urn__gte=str(FIRST_URN)).count() == WHOLE
    assert not uploads.path_of(upload).exists()


def watched(operator: Client, address: str, end: str) -> list[tuple[int, int]]:
    """What the page says of rows and percent, each once, until it says `end`."""
    seen: list[tuple[int, int]] = []

    def ended() -> bool:
        page = operator.get(address).content.decode()
        shown = re.search(r'([\d,]+) rows read</label> <progress [^>]*value="(\d+)"', page)
        if shown and (far := (int(shown[1].replace(",", "")), int(shown[2]))) not in seen:
            seen.append(far)
        assert "Nothing was changed" not in page
        return end in page

    until(ended, 90, f"the page to say {end}")
    return seen
