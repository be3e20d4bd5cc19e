"""Beat asks, a worker makes: the reports on a trust's calendar, each exactly once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.utils import timezone

from reporting.models import Report, ReportFile
from reporting.rules import kinds_of
from schools import jobs
from schools.models import Job, Period, StrategyVersion, Trust
from schools.services.calendar import set_year, usual_dates
from schools.services.register.uploads import TASK
from schools.services.strategies import choose_strategy, publish_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES
from tests.factories import SchoolFactory, TrustFactory
from tests.reporting.workers import START, said, until

ASKS = r"Task reporting\.request_scheduled_reports\[.+\] succeeded"
"""What a worker says when it has read the calendar."""
MORE = 5
"""Times the calendar is read again once all is made."""


def test_whatever_beat_names_a_worker_knows() -> None:
    current_app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} | {*jobs.KINDS.values(), TASK}
    assert len(named) >= 5
    assert named <= set(current_app.tasks)


def test_beat_and_a_worker_make_what_the_calendar_asks_for_exactly_once(
    transactional_db: None, worker: Callable[..., subprocess.Popen], tmp_path: Path
) -> None:
    """A term that ends in five days: neither a person nor a test asks for anything, and the reports are there."""
    trust = trust_near_the_end_of_term()
    with trust_scope(trust):
        kinds = kinds_of(StrategyVersion.objects.get().strategy)
        wanted = sorted(kind.key for kind in kinds if kind.every == "term")
    assert wanted
    worker("-B", "-s", str(tmp_path / "beat"), app="tests.reporting.hasty")
    until(lambda: said(tmp_path, 0, r" ready\."), START, "the worker to start")
    until(lambda: made(trust) == dict.fromkeys(wanted, 1), 90, "the calendar's reports")
    again = said(tmp_path, 0, ASKS) + MORE
    until(lambda: said(tmp_path, 0, ASKS) >= again, 60, "the calendar to be read again")
    with trust_scope(trust):
        reports = list(Report.objects.all())
        files, attempts = ReportFile.objects.count(), list(Job.objects.values_list("attempt", flat=True))
    sys.stdout.write(f"\n{len(reports)} reports, {files} files, the calendar read {said(tmp_path, 0, ASKS)} times\n")
    assert made(trust) == dict.fromkeys(wanted, 1)
    assert all(report.scheduled and report.requested_by is None for report in reports)
    assert (len(reports), files, attempts) == (len(wanted), len(wanted), [1] * len(wanted))


def trust_near_the_end_of_term() -> Trust:
    """By this machine's own clock, which is the worker's."""
    today = timezone.localdate()
    year = today.year - (today.month < 9)
    trust = TrustFactory(slug="cedar")
    with trust_scope(trust):
        for one in (year - 1, year):
            set_year(one, usual_dates(one), by=None)
        text = (STRATEGIES / "numbered_categories.toml").read_text()
        version = publish_strategy(text, by=None, starts_on=date(year - 1, 9, 1))
        choose_strategy(version.key, by=None, from_on=date(year - 1, 9, 1))
        SchoolFactory(name="Dunmere Primary")
        term = Period.objects.terms().filter(starts_on__lte=today).latest("starts_on")
        Period.objects.filter(pk=term.pk).update(ends_on=today + timedelta(days=5))
    return trust


def made(trust: Trust) -> Counter[str]:
    """How many reports of each kind are ready."""
    with trust_scope(trust):
        return Counter(Report.objects.filter(state="ready").values_list("kind", flat=True))
