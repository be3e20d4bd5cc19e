"""Making a report in the background: two short transactions with the rendering, in a child process, between them.

First the facts are gathered and frozen; then the document is made from the snapshot with no trust open; last the file
is stored, the report is ready and the job is closed in one transaction. A worker lost anywhere leaves a lease that
lapses, another takes the job up from the snapshot, and the file exists exactly once.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from reporting.build import build_html, html_hash
from reporting.contents import as_snapshot, gather
from reporting.models import Report, ReportFile
from reporting.pdf import NoLongerWanted, NotRendered, Rendered, render
from reporting.queries.reports import OPEN_TO_CHAIRS
from schools import jobs
from schools.access import ROLES
from schools.audit import record_act
from schools.models import Membership, RoleGrant, Trust
from schools.rules import humane_time
from schools.services.notices import tell
from schools.strategy import Role
from schools.tenancy import trust_scope

from .requests import KIND

log = logging.getLogger(__name__)

TAKEN, GATHERED, LAYING_OUT, STORED = 10, 30, 50, 100

NOT_MADE = "This report could not be made, although it was tried several times. Nothing else is affected."
TOO_LARGE = "This report could not be laid out: it took too long or needed too much memory. Nothing else is affected."


def make_report(trust_id: int, report_id: int) -> None:
    """Make the report if nobody else is making it and it is not made yet. Asking again does nothing."""
    attempt = jobs.take(KIND, trust_id, report_id)
    if attempt is None:
        return
    trust = Trust.objects.get(pk=trust_id)
    if not _begun(trust, report_id, attempt):
        return
    snapshot = _frozen(trust, report_id)
    if jobs.renew(KIND, trust_id, report_id, attempt):
        html = build_html(snapshot)
        _progress(trust, report_id, LAYING_OUT)
        _lay_out(trust, report_id, html, attempt)


def _lay_out(trust: Trust, report_id: int, html: str, attempt: int) -> None:
    """Render and store. A child that was killed is started again at once, while there are tries left."""
    still_mine = partial(jobs.renew, KIND, trust.pk, report_id, attempt)
    for left in reversed(range(jobs.MOST_ATTEMPTS + 1 - attempt)):
        try:
            rendered = render(html, still_wanted=still_mine)
        except NoLongerWanted:
            return
        except NotRendered as problem:
            log.warning("report not rendered", extra={"trust": trust.pk, "report": report_id, "problem": str(problem)})
            if not problem.try_again or not left:
                _fail(trust, report_id, attempt, why=NOT_MADE if problem.try_again else TOO_LARGE)
                return
        else:
            _store(trust, report_id, html, rendered, attempt)
            return


def _fail(trust: Trust, report_id: int, attempt: int, *, why: str) -> None:
    """Close the job and say so, both or neither; nothing when another worker has the report by now."""
    with trust_scope(trust):
        if jobs.finish(KIND, trust.pk, report_id, attempt, failed=True):
            report_failed(trust, report_id, why=why)


def _begun(trust: Trust, report_id: int, attempt: int) -> bool:
    """Whether there is something to do; the report then says that it is being made."""
    with trust_scope(trust):
        report = Report.objects.select_for_update().defer("snapshot").get(pk=report_id)
        if report.state == Report.State.READY:
            jobs.finish(KIND, trust.pk, report_id, attempt)
            return False
        if report.state != Report.State.BUILDING:
            record_act("report.begun", report, by=None)
            report.state = Report.State.BUILDING
        report.progress = TAKEN
        report.save(update_fields=["state", "progress"])
        return True


def _progress(trust: Trust, report_id: int, percent: int) -> None:
    with trust_scope(trust):
        Report.objects.filter(pk=report_id).exclude(state=Report.State.READY).update(progress=percent)


def _frozen(trust: Trust, report_id: int) -> dict[str, Any]:
    """The report's snapshot, gathered on the first attempt and kept for every later one."""
    with trust_scope(trust):
        rows = Report.objects.select_for_update(of=("self",)).select_related("trust", "period", "meeting", "school")
        report = rows.get(pk=report_id)
        if report.snapshot is None:
            now = timezone.now()
            record_act("report.frozen", report, by=None)
            report.snapshot = as_snapshot(gather(report, now=now))
            report.frozen_at = now
        report.progress = GATHERED
        report.save(update_fields=["snapshot", "frozen_at", "progress"])
        return report.snapshot


def _store(trust: Trust, report_id: int, html: str, rendered: Rendered, attempt: int) -> None:
    """File, hashes, state, notice and the end of the job: all or nothing. Nothing, if another worker has it by now."""
    with trust_scope(trust):
        if not jobs.finish(KIND, trust.pk, report_id, attempt):
            return
        report = Report.objects.select_for_update().get(pk=report_id)
        if report.state == Report.State.READY:
            return
        record_act("report.ready", report, by=None, school=None, after=rendered.digest)
        ReportFile.objects.create(report=report, content=rendered.content)
        report.state, report.progress, report.ready_at = Report.State.READY, STORED, timezone.now()
        # The release that made this HTML, which need not be the one that froze the facts
        report.release, report.html_hash = settings.RELEASE, html_hash(html)
        report.file_hash, report.pages = rendered.digest, rendered.pages
        report.save(update_fields=["state", "progress", "ready_at", "release", "html_hash", "file_hash", "pages"])
        _tell_ready(trust, report)


def _tell_ready(trust: Trust, report: Report) -> None:
    """Who asked is told now; what the calendar made, its readers are told in the morning."""
    now = timezone.now()
    asked = report.requested_by_id is not None
    when = now if asked else humane_time(now, hour=trust.news_hour)
    for person in _readers(report):
        tell(
            person,
            subject=f"{report.title}: ready",
            body=f"{report.title}, {report.period}, is ready to read. It has {report.pages} pages.",
            path=_path(trust, report),
            not_before=when,
            at_once=asked,
        )


def _readers(report: Report) -> list[Membership]:
    if report.requested_by is not None:
        return [report.requested_by]
    roles = (report.snapshot or {}).get("tells", [])
    grants = RoleGrant.objects.current().filter(role__in=roles)
    if report.school_id:
        grants = grants.filter(school=report.school_id)
    else:  # of a school's own people only chairs read reports about the trust, and those written for them
        open_to = [Role.CHAIR] if report.template == OPEN_TO_CHAIRS else []
        grants = grants.filter(role__in=[role for role, of in ROLES.items() if of.whole_trust or role in open_to])
    return list({grant.membership_id: grant.membership for grant in grants.select_related("membership")}.values())


def _path(trust: Trust, report: Report) -> str:
    return f"/t/{trust.slug}/reports/{report.pk}/"


def report_failed(trust: Trust, report_id: int, *, why: str = NOT_MADE) -> None:
    """Say in a sentence that the report of the open trust could not be made, and tell who asked for it."""
    report = Report.objects.select_for_update().defer("snapshot").get(pk=report_id)
    if report.state == Report.State.READY:
        return
    record_act("report.failed", report, by=None)
    report.state, report.problem = Report.State.FAILED, f"{why} Its record number is {report.record_number}."
    report.save(update_fields=["state", "problem"])
    if report.requested_by is not None:
        tell(
            report.requested_by,
            subject=f"{report.title}: not made",
            body=f"{report.problem} You can ask for it again on its page.",
            path=_path(trust, report),
            not_before=timezone.now(),
            at_once=True,
        )


jobs.KINDS[KIND] = "reporting.make_report"
jobs.ON_FAILURE[KIND] = report_failed
