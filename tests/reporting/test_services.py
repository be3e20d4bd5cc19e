"""From asking to the stored file, to the sentence when it cannot be made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from reporting.build import build_html, html_hash
from reporting.models import Report, ReportFile
from reporting.pdf import NoLongerWanted, NotRendered, Rendered
from reporting.services import ask_again, make_report, making, request_report, request_scheduled_reports
from schools import jobs
from schools.models import AuditEntry, Job, Notice, Period
from schools.tenancy import trust_scope
from tests.conftest import Cast

PDF = Rendered(b"%PDF-1.7 made", 4)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A renderer that takes no time; what it was given."""
    given: list[str] = []

    def fake(html: str, *, still_wanted: Callable[[], bool]) -> Rendered:
        assert still_wanted()
        given.append(html)
        return PDF

    monkeypatch.setattr(making, "render", fake)
    return given


def asked(cast: Cast, kind: str = "board_report") -> Report:
    with trust_scope(cast.alder):
        return request_report(kind, cast.autumn, by=cast.ada)


def seen(cast: Cast, report: Report) -> Report:
    with trust_scope(cast.alder):
        return Report.objects.select_related("period").get(pk=report.pk)


def test_a_request_is_a_row_an_entry_and_a_job(cast: Cast) -> None:
    report = asked(cast)
    assert (report.state, report.template, report.title) == ("queued", "board", "Termly report to trustees")
    assert Job.objects.get(kind="report").subject_id == report.pk
    with trust_scope(cast.alder):
        assert AuditEntry.objects.get(did="report.requested").by == cast.ada


def test_asking_twice_while_it_is_made_gives_the_same_report(cast: Cast) -> None:
    assert asked(cast) == asked(cast)


@pytest.mark.parametrize("kind", ["risk_pack", "nothing"])
def test_what_cannot_be_made_is_refused(cast: Cast, kind: str) -> None:
    with pytest.raises(ValidationError, match="no such report"):
        asked(cast, kind)


def test_a_school_report_needs_its_school_and_others_take_none(cast: Cast) -> None:
    with trust_scope(cast.alder):
        with pytest.raises(ValidationError, match="Choose the school"):
            request_report("school_report", cast.autumn, by=cast.ada)
        with pytest.raises(ValidationError, match="whole trust"):
            request_report("board_report", cast.autumn, by=cast.ada, school=cast.dunmere)
        spring = Period.objects.get(year=2026, season="spring", half=0)
        with pytest.raises(ValidationError, match="not begun"):
            request_report("board_report", spring, by=cast.ada)


def test_it_is_made_stored_hashed_and_its_reader_told(cast: Cast, rendered: list[str]) -> None:
    report = asked(cast)
    make_report(cast.alder.pk, report.pk)
    ready = seen(cast, report)
    assert (ready.state, ready.progress, ready.pages, ready.file_hash) == ("ready", 100, 4, PDF.digest)
    assert ready.html_hash == html_hash(rendered[0]) == html_hash(build_html(ready.snapshot))
    assert Job.objects.get(kind="report").state == Job.State.DONE
    with trust_scope(cast.alder):
        assert bytes(ReportFile.objects.get(report=ready).content) == PDF.content
        assert Notice.objects.get().to == cast.ada
        assert [entry.did for entry in AuditEntry.objects.filter(did__startswith="report.").order_by("pk")] == [
            "report.requested", "report.begun", "report.frozen", "report.ready",
        ]  # fmt: skip


def test_made_twice_it_is_one(cast: Cast, rendered: list[str]) -> None:
    report = asked(cast)
    for _ in range(3):
        make_report(cast.alder.pk, report.pk)
    Job.objects.update(state=Job.State.QUEUED)  # a nudge too many
    make_report(cast.alder.pk, report.pk)
    assert len(rendered) == 1
    assert Job.objects.get().state == Job.State.DONE


def test_a_job_somebody_has_is_left_alone(cast: Cast, rendered: list[str]) -> None:
    report = asked(cast)
    assert jobs.take("report", cast.alder.pk, report.pk) == 1
    make_report(cast.alder.pk, report.pk)
    assert not rendered


def test_a_lost_workers_report_goes_on_from_its_snapshot(cast: Cast, rendered: list[str], monkeypatch) -> None:
    report = asked(cast)

    def lost(*args: object, **kwargs: object) -> Rendered:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(making, "render", lost)
        with pytest.raises(SystemExit):
            make_report(cast.alder.pk, report.pk)
    frozen = seen(cast, report)
    assert frozen.state == "building"
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    make_report(cast.alder.pk, report.pk)
    assert seen(cast, report).frozen_at == frozen.frozen_at
    assert seen(cast, report).state == "ready"
    assert Job.objects.get().attempt == 2


def test_what_another_worker_took_is_not_stored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    report = asked(cast)

    def overtaken(html: str, **kwargs: object) -> Rendered:
        Job.objects.update(attempt=9)
        return PDF

    monkeypatch.setattr(making, "render", overtaken)
    make_report(cast.alder.pk, report.pk)
    assert seen(cast, report).state == "building"
    with trust_scope(cast.alder):
        assert not ReportFile.objects.exists()

    monkeypatch.setattr(making, "render", lambda *args, **kwargs: (_ for _ in ()).throw(NoLongerWanted()))
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    make_report(cast.alder.pk, report.pk)
    assert Job.objects.get().state == Job.State.RUNNING


@pytest.mark.parametrize(("again", "tries"), [(True, 3), (False, 1)])
def test_after_three_killed_children_it_fails_in_a_sentence(cast: Cast, monkeypatch, again: bool, tries: int) -> None:
    report, tried = asked(cast), []

    def killed(html: str, **kwargs: object) -> Rendered:
        tried.append(html)
        raise NotRendered("ended with -9", try_again=again)

    monkeypatch.setattr(making, "render", killed)
    make_report(cast.alder.pk, report.pk)
    failed = seen(cast, report)
    assert len(tried) == tries
    assert failed.state == "failed"
    assert failed.problem.startswith("This report could not be ")
    assert failed.record_number in failed.problem
    assert Job.objects.get().state == Job.State.FAILED
    with trust_scope(cast.alder):
        assert "not made" in Notice.objects.get().subject
        anew = ask_again(failed, by=cast.ada)
        assert (anew.pk != failed.pk, anew.state) == (True, "queued")
        with pytest.raises(ValidationError):
            ask_again(anew, by=cast.ada)


def test_who_was_overtaken_fails_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own renderer broke, but another worker is making the report by then."""
    report = asked(cast)

    def overtaken(html: str, **kwargs: object) -> Rendered:
        Job.objects.update(attempt=2)
        raise NotRendered("ended with -9", try_again=False)

    monkeypatch.setattr(making, "render", overtaken)
    make_report(cast.alder.pk, report.pk)
    assert (Job.objects.get().state, seen(cast, report).state) == ("running", "building")
    with trust_scope(cast.alder):
        assert not Notice.objects.exists()


def test_the_release_is_that_of_the_document(cast: Cast, rendered: list[str], settings, monkeypatch) -> None:
    """Frozen by one release, laid out by the next: the hash is the next one's, and so is the name."""
    report, settings.RELEASE = asked(cast), "1"

    def lost(*args: object, **kwargs: object) -> Rendered:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(making, "render", lost)
        with pytest.raises(SystemExit):
            make_report(cast.alder.pk, report.pk)
    assert (seen(cast, report).snapshot is None, seen(cast, report).release) == (False, "")
    settings.RELEASE = "2"
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    monkeypatch.setattr(making, "build_html", lambda snapshot: "<p>as release 2 lays it out</p>")
    make_report(cast.alder.pk, report.pk)
    made = seen(cast, report)
    assert (made.release, made.html_hash) == ("2", html_hash("<p>as release 2 lays it out</p>"))


def test_giving_up_closes_the_job_and_says_so_or_neither(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    report = asked(cast)
    Job.objects.update(state="running", attempt=3, lease_until=timezone.now() - timedelta(seconds=1))
    with monkeypatch.context() as patched:
        patched.setattr(making, "record_act", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ExceptionGroup):
            jobs.sweep()
    assert Job.objects.get().state == Job.State.RUNNING
    jobs.sweep()
    assert (Job.objects.get().state, seen(cast, report).state) == ("failed", "failed")


def test_the_sweep_gives_up_in_the_same_sentence(cast: Cast) -> None:
    report = asked(cast)
    Job.objects.update(state="running", attempt=3, lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.sweep() == 1
    assert seen(cast, report).problem.startswith(making.NOT_MADE)


def test_the_calendar_asks_once_and_the_readers_are_told_in_the_morning(cast: Cast, rendered: list[str]) -> None:
    today = date(2026, 12, 10)
    with trust_scope(cast.alder):
        first = request_scheduled_reports(today=today)
        assert {report.kind for report in first} == {"board_report", "chairs_report", "school_report"}
        assert len(first) == 4  # two schools have a page of their own
        assert request_scheduled_reports(today=today) == []
        assert request_scheduled_reports(today=date(2026, 11, 20)) == []
    board = next(report for report in first if report.kind == "board_report")
    make_report(cast.alder.pk, board.pk)
    with trust_scope(cast.alder):
        told = {notice.to for notice in Notice.objects.all()}
        assert told == {cast.tom, cast.ruth}
        assert all(notice.not_before > timezone.now() for notice in Notice.objects.all())
        assert seen(cast, board).scheduled
