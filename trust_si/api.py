"""Every address of the API, its document, and its answers where no view is reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, include, path, re_path
from django.views import defaults
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from categorisation.api import AssessmentRatings, Assessments, Decisions, Proposals, Ratings
from evidence.api.figures import Benchmarks, Targets
from evidence.api.returns import Figures, ReturnFigures, Returns
from evidence.api.sef import SelfEvaluationArea, SelfEvaluations
from monitoring.api.following import VisitFollowUp
from monitoring.api.triangulation import Triangulation
from monitoring.api.visits import Visits
from monitoring.api.writing import VisitAnswers, VisitSubmit
from plans.api import (
    Actions,
    Appraisals,
    ChecklistItemEntry,
    ChecklistItems,
    Concerns,
    Matches,
    Matchings,
    Offers,
    Plans,
    SupportBookings,
    SupportLedger,
    SupportRequests,
)
from plans.api.matching import MatchingNeed
from reporting.api.owed import SchoolOwed
from reporting.api.reports import MonitoringTerm, ReportFile, Reports
from reviews.api.reviews import Practices, Reviews, Wishes
from reviews.api.years import Programmes
from schools.access import is_of_api
from schools.api import Periods, Schools, Strategies
from schools.api.document import MEANINGS
from trust_si.api_writing import WRITING

router = SimpleRouter()
for noun, rows in {
    "schools": Schools,
    "periods": Periods,
    "strategies": Strategies,
    "assessments": Assessments,
    "ratings": Ratings,
    "proposals": Proposals,
    "decisions": Decisions,
    "targets": Targets,
    "benchmarks": Benchmarks,
    "reports": Reports,
    "returns": Returns,
    "figures": Figures,
    "self_evaluations": SelfEvaluations,
    "reviews": Reviews,
    "review_wishes": Wishes,
    "programmes": Programmes,
    "practices": Practices,
    "visits": Visits,
    "actions": Actions,
    "plans": Plans,
    "support_requests": SupportRequests,
    "support_bookings": SupportBookings,
    "offers": Offers,
    "matches": Matches,
    "matchings": Matchings,
    "concerns": Concerns,
    "checklist_items": ChecklistItems,
    "appraisals": Appraisals,
}.items():
    router.register(noun, rows, basename=f"api_{noun}")


def _writing() -> Iterator[URLPattern]:
    for address, (view, name) in WRITING.items():
        yield re_path("^" + re.sub("<([a-z_]+)>", r"(?P<\1>[0-9]{1,18})", address) + "/$", view.as_view(), name=name)


inside = [
    re_path(r"^assessments/(?P<pk>[0-9]{1,18})/ratings/$", AssessmentRatings.as_view(), name="api_ratings_write"),
    re_path(r"^returns/(?P<pk>[0-9]{1,18})/figures/$", ReturnFigures.as_view(), name="api_return_figures"),
    re_path(
        r"^self_evaluations/(?P<pk>[0-9]{1,18})/areas/(?P<area>[a-z][a-z0-9_]{0,59})/$",
        SelfEvaluationArea.as_view(),
        name="api_sef_write",
    ),
    re_path(r"^schools/(?P<pk>[0-9]{1,18})/triangulation/$", Triangulation.as_view(), name="api_triangulation"),
    re_path(r"^schools/(?P<pk>[0-9]{1,18})/owed/$", SchoolOwed.as_view(), name="api_owed"),
    re_path(r"^schools/(?P<pk>[0-9]{1,18})/support/$", SupportLedger.as_view(), name="api_support_ledger"),
    re_path(
        r"^checklist_items/(?P<pk>[0-9]{1,18})/entry/$", ChecklistItemEntry.as_view(), name="api_checklist_item_entry"
    ),
    re_path(r"^visits/(?P<pk>[0-9]{1,18})/answers/$", VisitAnswers.as_view(), name="api_visit_answers"),
    re_path(r"^visits/(?P<pk>[0-9]{1,18})/submit/$", VisitSubmit.as_view(), name="api_visit_submit"),
    re_path(r"^visits/(?P<pk>[0-9]{1,18})/follow_ups/$", VisitFollowUp.as_view(), name="api_visit_follow_up"),
    re_path(
        r"^matchings/(?P<pk>[0-9]{1,18})/needs/(?P<need>[-a-zA-Z0-9_]{1,140})/$",
        MatchingNeed.as_view(),
        name="api_matching_need",
    ),
    re_path(r"^periods/(?P<pk>[0-9]{1,18})/monitoring/$", MonitoringTerm.as_view(), name="api_monitoring_term"),
    re_path(r"^reports/(?P<pk>[0-9]{1,18})/file/$", ReportFile.as_view(), name="api_report_file"),
    *_writing(),
    *router.urls,
]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, made once in a process. It describes; it holds nothing of any trust."""
    return SchemaGenerator().get_schema(request=None, public=True)


class Document(APIView):
    """The OpenAPI document, for anybody."""

    outside_trusts = True
    renderer_classes = [OpenApiJsonRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(document())


INSIDE = "/api/v1/t/{trust}/"
NOT_FILTERS = {"page", "page_size"}


@cache
def operations() -> dict[str, list[dict[str, Any]]]:
    """What can be asked, by noun, as the document says it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for address, methods in document()["paths"].items():
        for method, one in methods.items():
            asked = [part["name"] for part in one.get("parameters", ()) if part["in"] == "query"]
            line = {"method": method.upper(), "path": address.removeprefix(INSIDE), "about": one["description"]}
            line["filters"] = [name for name in asked if name not in NOT_FILTERS]
            found.setdefault(one["tags"][0], []).append(line)
    return found


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The document for people to read. No script and no data of any trust."""
    context = {"operations": operations(), "refusals": MEANINGS.items(), "inside": INSIDE}
    return render(request, "api_docs.html", context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 as the API says it, and as a page elsewhere."""
    if is_of_api(request):
        return JsonResponse({"detail": "Not found."}, status=404)
    return defaults.page_not_found(request, exception)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not that of the session, mostly from a tab older than the last sign-in."""
    if is_of_api(request):
        return JsonResponse({"detail": f"CSRF: {reason}"}, status=403)
    return render(request, "403_csrf.html", status=403)


urlpatterns = [
    path("schema", Document.as_view(), name="api_schema"),
    path("docs", docs, name="api_docs"),
    path("t/<slug:trust>/", include(inside)),
]
