"""The API of reports: where each one stands, and its file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from reporting.models import Report
from reporting.queries.monitoring_term import schools_of_term, spans_begun, summary_of
from reporting.queries.reports import visible_reports
from reporting.rules.monitoring_term import TermSummary
from reporting.services import download_report
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, RowFilters, Rows, TrustView
from schools.models import Period


class ReportOut(serializers.ModelSerializer):
    """A report from request to file. `file` is set once it is ready; taking a copy is written down."""

    record_number = serializers.CharField(read_only=True)
    file = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = [
            "id", "record_number", "kind", "title", "period", "school", "meeting", "state", "progress", "problem",
            "scheduled", "requested_at", "ready_at", "release", "pages", "file_hash", "file",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.URI)
    def get_file(self, report: Report) -> str | None:
        if report.state != Report.State.READY:
            return None
        request: Request = self.context["request"]
        path = reverse("api_report_file", kwargs={"trust": request._request.trust.slug, "pk": report.pk})  # type: ignore[attr-defined]
        return request.build_absolute_uri(path)


class ReportFilters(RowFilters):
    """By kind, where it stands, school, period, and asked for or ready since."""

    kind = filters.CharFilter(max_length=60)
    state = filters.ChoiceFilter(choices=Report.State.choices)
    school = IdFilter(field_name="school_id")
    period = IdFilter(field_name="period_id")
    since = Moment(method="moved_since", label="Asked for or ready since")
    ordering = Order(fields=["requested_at", "ready_at", ("period__starts_on", "period"), "kind"])

    def moved_since(self, rows: QuerySet[Report], name: str, moment: datetime) -> QuerySet[Report]:
        return rows.filter(Q(requested_at__gte=moment) | Q(ready_at__gte=moment))


class Reports(Rows):
    """The reports this person may read, latest first."""

    needs, model, tag = Permission.SEE_REPORTS, Report, "Reports"
    serializer_class, filterset_class = ReportOut, ReportFilters

    def rows(self) -> QuerySet[Report]:
        return visible_reports(self.access).order_by("-requested_at", "-pk")


class AsItIs(BaseContentNegotiation):
    """The file is a PDF and a refusal is JSON, whatever Accept says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ReportFile(TrustView):
    """The file of a report that is ready."""

    needs, model, tag, operation = Permission.SEE_REPORTS, Report, "Reports", "reports_file"
    http_method_names = ["get"]
    content_negotiation_class = AsItIs
    answers = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The PDF.")}

    def rows(self) -> QuerySet[Report]:
        return visible_reports(self.access)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The PDF. That a copy was taken is written down, with who took it."""
        report = self.get_object()
        if report.state != Report.State.READY:
            raise NotFound("This report is not ready.")
        response = HttpResponse(download_report(report, by=self.access.membership), "application/pdf")
        name = f"{slugify(report.title)[:80] or 'report'}-{slugify(report.period.label)}-{report.record_number}.pdf"
        response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return response


class TermCountOut(serializers.Serializer):
    """How often something was used or seen."""

    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class TermSubjectOut(serializers.Serializer):
    """A subject looked at."""

    label = serializers.CharField()  # type: ignore[assignment]
    looks = serializers.IntegerField()
    schools = serializers.IntegerField()
    year_groups = serializers.ListField(child=serializers.CharField())
    kinds = serializers.ListField(child=serializers.CharField())


class TermActionsOut(serializers.Serializer):
    """Actions of visits: open and overdue today, closed in the term, and the verdicts."""

    open = serializers.IntegerField(help_text="Open and not overdue.")
    overdue = serializers.IntegerField()
    closed = serializers.IntegerField(help_text="Closed in the term.")
    verdicts = TermCountOut(many=True, help_text="worked, partly, did_not: closed in the term; too_early: open.")


class TermCheckOut(serializers.Serializer):
    """A health check of the term, with what the committee has done about its actions."""

    visit = serializers.IntegerField()
    actions = serializers.IntegerField()
    followed_up = serializers.IntegerField(help_text="Looked at by the committee at least once.")
    closed = serializers.IntegerField(help_text="Closed by the committee.")


class MonitoringTermOut(serializers.Serializer):
    """A term of monitoring of the schools whose visits this person reads; hidden ones are counted by form alone."""

    looks = serializers.IntegerField()
    schools = serializers.IntegerField()
    forms = TermCountOut(many=True)
    kinds = TermCountOut(many=True)
    subjects = TermSubjectOut(many=True)
    accurate = serializers.IntegerField()
    comments = serializers.IntegerField()
    waiting = serializers.IntegerField()
    planned_and_not_done = serializers.IntegerField()
    hidden = serializers.IntegerField()
    actions = TermActionsOut()
    health_checks = TermCheckOut(many=True)


class MonitoringTerm(TrustView):
    """A term's summary of monitoring, in numbers."""

    needs, model, tag, operation = Permission.SEE_VISITS, Period, "Visits", "periods_monitoring"
    http_method_names = ["get", "head"]
    answers = {200: MonitoringTermOut}

    def rows(self) -> QuerySet[Period]:
        return Period.objects.terms().begun(timezone.localdate())

    def get(self, request: Request, **kwargs: str) -> Response:
        """Of a term that has begun, with the holiday after it."""
        today, period = timezone.localdate(), self.get_object()
        span = next(one for one in spans_begun(today) if one.period.pk == period.pk)
        schools = schools_of_term(self.access, span)
        return Response(MonitoringTermOut(_term(summary_of(self.access, span, schools, today=today))).data)


def _counts(pairs: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"label": label, "count": count} for label, count in pairs]


def _term(found: TermSummary) -> dict[str, Any]:
    acts = found.actions
    return {
        "looks": found.looks,
        "schools": found.schools,
        "forms": _counts(found.forms),
        "kinds": _counts(found.kinds),
        "subjects": [
            {
                "label": one.label,
                "looks": one.looks,
                "schools": one.schools,
                "year_groups": one.years,
                "kinds": one.kinds,
            }
            for one in found.subjects
        ],
        "accurate": found.accurate,
        "comments": len(found.comments),
        "waiting": found.waiting,
        "planned_and_not_done": len(found.not_done),
        "hidden": found.hidden,
        "actions": {
            "open": len(acts.open),
            "overdue": len(acts.overdue),
            "closed": len(acts.closed),
            "verdicts": _counts(acts.verdicts),
        },
        "health_checks": [
            {
                "visit": look.number,
                "actions": len(deeds),
                "followed_up": sum(one.followed is not None for one in deeds),
                "closed": sum(one.followed is not None and one.followed.closes for one in deeds),
            }
            for look, deeds in found.checks
        ],
    }
