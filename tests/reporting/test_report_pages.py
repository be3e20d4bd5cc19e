"""The pages of reports, as each of the cast sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from reporting.models import Download, Report
from reporting.pdf import Rendered
from reporting.services import make_report, making, report_failed, request_report
from schools.models import AuditEntry, Job
from schools.tenancy import trust_scope
from tests.conftest import Cast

LIST = "/t/alder/reports/"
PDF = Rendered(b"%PDF-1.7 made", 4)


@pytest.fixture
def made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> dict[str, Report]:
    """A board report, one for chairs, and one about each school, ready."""
    monkeypatch.setattr(making, "render", lambda html, **kwargs: PDF)
    with trust_scope(cast.alder):
        found = {
            "board": request_report("board_report", cast.autumn, by=cast.ada),
            "chairs": request_report("chairs_report", cast.autumn, by=cast.ada),
            "dunmere": request_report("school_report", cast.autumn, by=cast.ada, school=cast.dunmere),
            "ashmere": request_report("school_report", cast.autumn, by=cast.ada, school=cast.ashmere),
        }
    for report in found.values():
        make_report(cast.alder.pk, report.pk)
    return found


EVERYTHING = {"board", "chairs", "dunmere", "ashmere"}


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("ada", EVERYTHING),
        ("ruth", EVERYTHING),
        ("tom", EVERYTHING),
        ("carl", EVERYTHING),
        ("ben", {"dunmere"}),
        ("gita", {"dunmere", "chairs"}),
    ],
)
def test_who_sees_which_report(cast: Cast, made: dict[str, Report], who: str, sees: set[str]) -> None:
    client = cast.client(getattr(cast, who))
    listed = client.get(LIST).content.decode()
    tried = 0
    for name, report in made.items():
        here = f"{LIST}{report.pk}/"
        assert (here in listed) == (name in sees)
        for path in (here, f"{here}preview/", f"{here}file/"):
            assert client.get(path).status_code == (200 if name in sees else 404), (who, path)
            tried += 1
    assert tried == 12


def test_the_administrator_is_told_who_can_and_another_trust_gets_nothing(cast: Cast, made: dict[str, Report]) -> None:
    assert cast.client(cast.olive).get(LIST).status_code == 403
    for path in (LIST, *(f"{LIST}{made['board'].pk}/{part}" for part in ("", "preview/", "file/"))):
        assert cast.client(cast.cleo).get(path).status_code == 404
    assert cast.client(cast.cleo).get(f"/t/birch/reports/{made['board'].pk}/file/").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("ada", 302), ("carl", 302), ("tom", 403), ("ben", 403), ("gita", 403)])
def test_who_may_ask(cast: Cast, who: str, status: int) -> None:
    asked = {"kind": "board_report", "period": cast.autumn.pk}
    assert cast.client(getattr(cast, who)).post(LIST, asked).status_code == status
    with trust_scope(cast.alder):
        assert Report.objects.count() == (status == 302)


def test_a_refusal_stands_in_the_form(cast: Cast) -> None:
    answer = cast.client(cast.ada).post(LIST, {"kind": "school_report", "period": cast.autumn.pk})
    assert answer.status_code == 422
    assert b"Choose the school this report is about" in answer.content


def test_the_page_asks_for_itself_until_it_is_ready(cast: Cast, made: dict[str, Report]) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        waiting = request_report("board_report", cast.autumn, by=cast.ada)
    here = f"{LIST}{waiting.pk}/"
    page = client.get(here).content.decode()
    assert f'hx-get="{here}" hx-trigger="every 2s"' in page
    assert "Look again" in page
    piece = client.get(here, headers={"HX-Request": "true"}).content.decode()
    assert piece.lstrip().startswith("<div")
    ready = client.get(f"{LIST}{made['board'].pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in ready
    assert "Download the PDF" in ready


def test_a_copy_is_a_file_and_a_line_in_the_record(cast: Cast, made: dict[str, Report]) -> None:
    answer = cast.client(cast.tom).get(f"{LIST}{made['board'].pk}/file/")
    assert answer.content == PDF.content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        'attachment; filename="termly-report-to-trustees-autumn-term-202627-R' in answer.headers["Content-Disposition"]
    )
    with trust_scope(cast.alder):
        assert [copy.by for copy in Download.objects.all()] == [cast.tom]
        assert AuditEntry.objects.get(did="report.downloaded").by == cast.tom
    here = f"{LIST}{made['board'].pk}/"
    assert b"Tom Trustee" in cast.client(cast.ada).get(here).content
    assert b"Who took a copy" not in cast.client(cast.tom).get(here).content
    assert PDF.digest.encode() in cast.client(cast.tom).get(here).content


def test_what_is_not_ready_has_no_file_and_no_preview(cast: Cast) -> None:
    with trust_scope(cast.alder):
        waiting = request_report("board_report", cast.autumn, by=cast.ada)
    for part in ("file/", "preview/"):
        assert cast.client(cast.ada).get(f"{LIST}{waiting.pk}/{part}").status_code == 404


def test_a_failed_one_says_so_and_is_asked_for_again(cast: Cast) -> None:
    with trust_scope(cast.alder):
        report = request_report("board_report", cast.autumn, by=cast.ada)
        report_failed(cast.alder, report.pk)
    client, here = cast.client(cast.ada), f"{LIST}{report.pk}/"
    page = client.get(here).content.decode()
    assert "could not be made" in page
    assert "Try again" in page
    assert "Try again" not in cast.client(cast.tom).get(here).content.decode()
    assert client.post(here).headers["Location"] != here
    assert cast.client(cast.tom).post(here).status_code == 403
    assert Job.objects.count() == 2


def test_the_preview_links_only_our_own_styles(cast: Cast, made: dict[str, Report]) -> None:
    page = cast.client(cast.ada).get(f"{LIST}{made['board'].pk}/preview/").content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert "/t/alder/brand.css" in page


@pytest.mark.parametrize("path", [LIST, "one"])
def test_pages_take_the_same_queries_for_one_report_and_for_thirty(
    cast: Cast, queries: Callable[[Callable[[], Any]], list[str]], path: str, say: Callable[[str], None]
) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        first = a_ready_report(cast)
    address = LIST if path == LIST else f"{LIST}{first.pk}/"
    client.get(address)
    before = len(queries(lambda: client.get(address)))
    with trust_scope(cast.alder):
        for _ in range(29):
            Download.objects.create(report=a_ready_report(cast), by=cast.tom, at=timezone.now())
            Download.objects.create(report=first, by=cast.tom, at=timezone.now())
    after = len(queries(lambda: client.get(address)))
    say(f"{path}: {before} queries at 1, {after} at 30")
    assert before == after


def a_ready_report(cast: Cast) -> Report:
    now = timezone.now()
    return Report.objects.create(
        kind="board_report", template="board", title="Board", period=cast.autumn, state="ready", requested_at=now,
        requested_by=cast.ada, ready_at=now,
    )  # fmt: skip
