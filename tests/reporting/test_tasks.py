"""The calendar asks for every trust, whatever happens to one."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from reporting import tasks
from reporting.models import Report
from reporting.services import request_scheduled_reports
from schools.models import Trust
from schools.tenancy import current_trust_id, trust_scope
from tests.conftest import Cast


def scheduled(trust: Trust) -> int:
    with trust_scope(trust):
        return Report.objects.filter(scheduled=True).count()


def test_a_trust_whose_calendar_breaks_holds_no_other_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alder comes first and breaks half-way: nothing of it stays, Birch has its reports, and the task has failed."""
    assert cast.alder.pk < cast.birch.pk

    def breaking(*, today: date) -> None:
        request_scheduled_reports(today=today)
        if current_trust_id() == cast.alder.pk:
            raise LookupError("a calendar that breaks")

    monkeypatch.setattr(tasks.services, "request_scheduled_reports", breaking)
    with (
        time_machine.travel("2026-12-22T10:00Z", tick=False),
        pytest.raises(ExceptionGroup, match="scheduled reports of a trust: 1 failed"),
    ):
        tasks.request_scheduled_reports()
    assert scheduled(cast.alder) == 0
    assert scheduled(cast.birch) > 0
    monkeypatch.setattr(tasks.services, "request_scheduled_reports", request_scheduled_reports)
    with time_machine.travel("2026-12-22T10:10Z", tick=False):
        tasks.request_scheduled_reports()
    assert scheduled(cast.alder) > 0


def test_the_worker_counts_it_as_failed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Celery runs it, not as a function."""
    monkeypatch.setattr(tasks.services, "request_scheduled_reports", lambda **_: 1 / 0)
    done = tasks.request_scheduled_reports.apply()
    assert done.state == "FAILURE"
    assert "2 failed" in str(done.result)
