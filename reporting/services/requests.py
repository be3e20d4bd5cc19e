"""Asking for reports: by people, and by the trust's calendar."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from reporting.models import Report
from reporting.rules import Due, Term, kinds_of, reports_due
from schools import jobs
from schools.audit import record_act
from schools.models import Meeting, Membership, Period, School, StrategyVersion
from schools.queries import strategy_versions_on
from schools.strategy.provision import ReportType

KIND = "report"

UNDER_WAY = (Report.State.QUEUED, Report.State.BUILDING)


def request_report(
    kind: str, period: Period, *, by: Membership, meeting: Meeting | None = None, school: School | None = None
) -> Report:
    """Ask for a report; a worker makes it. The same report asked for while it is being made is not made twice.

    Raises ValidationError by field.
    """
    report_type = _type_of(kind, period, school)
    if (report_type.template == "school") != (school is not None):
        about = "This report is about the whole trust" if school else "Choose the school this report is about"
        raise ValidationError({"school": about})
    waiting = Report.objects.filter(kind=kind, period=period, school=school, meeting=meeting, state__in=UNDER_WAY)
    if (found := waiting.defer("snapshot").first()) is not None:
        return found
    record_act("report.requested", Report, by=by, school=school, after=f"{report_type.label}, {period}")
    report = Report.objects.create(meeting=meeting, requested_by=by, **_fields(report_type, period, school))
    jobs.start(KIND, trust=report.trust, subject_id=report.pk)
    return report


def ask_again(report: Report, *, by: Membership) -> Report:
    """Ask anew for what could not be made. The failed one stays on record."""
    if report.state != Report.State.FAILED:
        raise ValidationError("This report has not failed.")
    return request_report(report.kind, report.period, by=by, meeting=report.meeting, school=report.school)


def _type_of(kind: str, period: Period, school: School | None) -> ReportType:
    day = min(timezone.localdate(), period.ends_on)
    if period.starts_on > timezone.localdate():
        raise ValidationError({"period": "This period has not begun"})
    versions = strategy_versions_on(day)
    version = (versions.get(school.pk) if school else None) or versions.get(None)
    kinds = kinds_of(version.strategy) if version else []
    found = next((one for one in kinds if one.key == kind), None)
    if found is None:
        raise ValidationError({"kind": "The strategy in force names no such report"})
    return found


def _fields(report_type: ReportType, period: Period, school: School | None) -> dict[str, object]:
    return {
        "kind": report_type.key,
        "template": report_type.template,
        "title": f"{report_type.label}: {school.known_as}" if school else report_type.label,
        "period": period,
        "school": school,
        "requested_at": timezone.now(),
    }


def request_scheduled_reports(*, today: date) -> list[Report]:
    """Ask, once each, for the reports the open trust's calendar asks for today."""
    versions = strategy_versions_on(today)
    if versions.get(None) is None and not versions:
        return []
    rows = Period.objects.filter(school=None, starts_on__lte=today).order_by("-starts_on")[:12]
    periods = {row.pk: row for row in rows}
    terms = [Term(row.pk, row.season, row.half, row.starts_on, row.ends_on) for row in rows]
    wanted = list(_wanted(versions, terms, today))
    known = set(Report.objects.filter(scheduled=True, period__in=periods).values_list("kind", "period_id", "school_id"))
    new = [one for one in wanted if (one[0].report.key, one[0].period.pk, one[1].pk if one[1] else None) not in known]
    return [_request_scheduled(due, periods[due.period.pk], school) for due, school in new]


def _wanted(
    versions: dict[int | None, StrategyVersion], terms: list[Term], today: date
) -> list[tuple[Due, School | None]]:
    """The trust's reports once, and a school's own for each school that was there when the period ended."""
    trust_wide = versions.get(None)
    wanted: list[tuple[Due, School | None]] = []
    if trust_wide is not None:
        due = reports_due(trust_wide.strategy, terms, today)
        wanted += [(one, None) for one in due if one.report.template != "school"]
    for school in School.objects.on(today):
        version = versions.get(school.pk) or trust_wide
        for one in reports_due(version.strategy, terms, today) if version else ():
            if one.report.template == "school" and school.joined_on <= one.period.ends_on:
                wanted.append((one, school))
    return wanted


def _request_scheduled(due: Due, period: Period, school: School | None) -> Report:
    """Two calendars at once make one report: the database holds scheduled ones apart."""
    record_act("report.requested", Report, by=None, school=school, after=f"{due.report.label}, {period}")
    fields = _fields(due.report, period, school)
    identity = {name: fields.pop(name) for name in ("kind", "period", "school")}
    report, _ = Report.objects.get_or_create(scheduled=True, **identity, defaults=fields)
    jobs.start(KIND, trust=report.trust, subject_id=report.pk)
    return report
