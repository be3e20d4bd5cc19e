"""Reports over the API: who reads which, and a file whose every copy is written down."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reporting.models import Download, Report, ReportFile
from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.conftest import Cast

HOME = "/api/v1/t/alder/reports/"
CONTENT = b"%PDF-1.7 a report"


def a_report(cast: Cast, *, ready: bool = True, **more: Any) -> Report:
    now = timezone.now()
    fields = {"kind": "board", "template": "board", "title": "Board report", "period": cast.autumn, "requested_at": now}
    if ready:
        digest = hashlib.sha256(CONTENT).hexdigest()
        fields |= {"state": "ready", "ready_at": now, "pages": 12, "file_hash": digest, "snapshot": {"secret": 1}}
    report = Report.objects.create(**fields | more)
    if ready:
        ReportFile.objects.create(report=report, content=CONTENT)
    return report


@pytest.fixture
def board(cast: Cast) -> Report:
    with trust_scope(cast.alder):
        return a_report(cast)


def test_who_reads_which(cast: Cast, board: Report) -> None:
    with trust_scope(cast.alder):
        a_report(cast, kind="school", template="school", title="Dunmere", school=cast.dunmere)
        a_report(cast, kind="school", template="school", title="Ashmere", school=cast.ashmere)
        a_report(cast, kind="chairs", template="chairs", title="For chairs")

    def titles(who: str) -> set[str]:
        return {one["title"] for one in cast.client(getattr(cast, who)).get(HOME).json()["results"]}

    everything = {"Board report", "Dunmere", "Ashmere", "For chairs"}
    assert titles("ada") == titles("tom") == everything
    assert titles("ben") == {"Dunmere"}
    assert titles("gita") == {"Dunmere", "For chairs"}
    refused = cast.client(cast.olive).get(HOME)
    assert refused.status_code == 403
    assert "can see reports." in refused.json()["detail"]
    assert cast.client(cast.cleo).get(HOME).status_code == 404
    for path in (f"{HOME}{board.pk}/", f"{HOME}{board.pk}/file/"):
        assert cast.client(cast.ben).get(path).status_code == 404


def test_what_is_said_of_a_report(cast: Cast, board: Report) -> None:
    found = cast.client(cast.ada).get(f"{HOME}{board.pk}/").json()
    assert (found["state"], found["pages"], found["record_number"]) == ("ready", 12, board.record_number)
    assert found["file"] == f"http://testserver{HOME}{board.pk}/file/"
    assert "secret" not in str(found)


def test_each_copy_is_written_down(cast: Cast, board: Report) -> None:
    for accept in ("application/pdf", "*/*", "application/json"):
        answer = cast.client(cast.tom).get(f"{HOME}{board.pk}/file/", headers={"Accept": accept})
        assert (answer.status_code, answer.content) == (200, CONTENT)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with trust_scope(cast.alder):
        assert list(Download.objects.values_list("by", flat=True)) == [cast.tom.pk] * 3
        assert AuditEntry.objects.filter(did="report.downloaded", by=cast.tom).count() == 3


def test_looking_at_the_head_of_a_file_takes_no_copy(cast: Cast, board: Report) -> None:
    assert cast.client(cast.tom).head(f"{HOME}{board.pk}/file/").status_code == 405
    with trust_scope(cast.alder):
        assert not Download.objects.exists()


def test_a_report_under_way_has_no_file(cast: Cast) -> None:
    with trust_scope(cast.alder):
        report = a_report(cast, ready=False)
    ada = cast.client(cast.ada)
    assert ada.get(f"{HOME}{report.pk}/").json()["file"] is None
    answer = ada.get(f"{HOME}{report.pk}/file/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "This report is not ready."})


def test_a_stranger_gets_no_file(cast: Cast, board: Report) -> None:
    answer = Client().get(f"{HOME}{board.pk}/file/")
    assert (answer.status_code, set(answer.json())) == (401, {"detail"})


def test_filters(cast: Cast, board: Report) -> None:
    with trust_scope(cast.alder):
        a_report(cast, ready=False, kind="school", template="school", school=cast.dunmere)
    ada = cast.client(cast.ada)
    for query, count in {
        "state=ready": 1,
        "state=queued": 1,
        "kind=school": 1,
        f"school={cast.dunmere.pk}": 1,
        f"period={cast.autumn.pk}": 2,
        "since=2999-01-01": 0,
    }.items():
        assert ada.get(f"{HOME}?{query}").json()["count"] == count, query


def test_as_many_queries_for_one_row_as_for_thirty(cast: Cast, board: Report, queries: Any) -> None:
    ada = cast.client(cast.ada)
    few = queries(lambda: ada.get(HOME))
    with trust_scope(cast.alder):
        for _ in range(30):
            a_report(cast)
    many = queries(lambda: ada.get(f"{HOME}?page_size=30"))
    assert len(few) == len(many), "\n".join(many)
