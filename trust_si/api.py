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
    Offers,
    Plans,
    SupportBookings,
    SupportLedger,
    SupportRequests,
)
from plans.api.acting import ActionVerdict, PlanAction, PlanActions
from plans.api.approving import PlanAnswer, PlanSend, PlanTakeBack
from plans.api.booking import (
    SchoolSupportBookings,
    SupportCancel,
    SupportConfirmation,
    SupportDelivered,
    SupportMissed,
)
from plans.api.closing import PlanClose, PriorityLeave
from plans.api.escalating import (
    ConcernDecide,
    ConcernLetters,
    ConcernSteps,
    ConcernWithdraw,
    SchoolConcerns,
)
from plans.api.offering import OfferConfirm, OfferWithdraw, PersonOffer, SchoolOffer
from plans.api.progressing import PlanProgress, PlanProgressAnswers, PlanProgressSend
from plans.api.sections import PlanSections
from plans.api.seeing_through import ConcernDuties, ConcernEnd, ConcernLooks, ConcernPlan
from plans.api.supporting import SchoolSupportRequests, SupportRequestAnswer, SupportRequestSend
from plans.api.writing import PlanPriorities, PlanPriority, SchoolPlans, TrustPlans
from reporting.api import MonitoringTerm, ReportFile, Reports
from reviews.api.reviews import Practices, Reviews, Wishes
from reviews.api.years import Programmes
from schools.access import is_of_api
from schools.api import Periods, Schools, Strategies
from schools.api.document import MEANINGS

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
    "concerns": Concerns,
    "checklist_items": ChecklistItems,
    "appraisals": Appraisals,
}.items():
    router.register(noun, rows, basename=f"api_{noun}")

WRITING: dict[str, tuple[type[APIView], str]] = {
    "schools/<pk>/plans": (SchoolPlans, "api_plan_begin"),
    "plans/trust": (TrustPlans, "api_plan_begin_trust"),
    "plans/<pk>/sections": (PlanSections, "api_plan_sections"),
    "plans/<pk>/progress": (PlanProgress, "api_plan_progress"),
    "plans/<pk>/progress/answers": (PlanProgressAnswers, "api_plan_progress_answers"),
    "plans/<pk>/progress/send": (PlanProgressSend, "api_plan_progress_send"),
    "plans/<pk>/priorities": (PlanPriorities, "api_priority_new"),
    "plans/<pk>/priorities/<priority_id>": (PlanPriority, "api_priority"),
    "plans/<pk>/actions": (PlanActions, "api_plan_action_new"),
    "plans/<pk>/actions/<action_id>": (PlanAction, "api_plan_action"),
    "plans/<pk>/send": (PlanSend, "api_plan_send"),
    "plans/<pk>/answer": (PlanAnswer, "api_plan_answer"),
    "plans/<pk>/take-back": (PlanTakeBack, "api_plan_take_back"),
    "plans/<pk>/close": (PlanClose, "api_plan_close"),
    "plans/<pk>/priorities/<priority_id>/leave": (PriorityLeave, "api_priority_leave"),
    "actions/<pk>/verdict": (ActionVerdict, "api_action_verdict"),
    "schools/<pk>/concerns": (SchoolConcerns, "api_concern_raise"),
    "concerns/<pk>/steps": (ConcernSteps, "api_concern_propose"),
    "concerns/<pk>/decide": (ConcernDecide, "api_concern_decide"),
    "concerns/<pk>/duties": (ConcernDuties, "api_concern_duty"),
    "concerns/<pk>/looks": (ConcernLooks, "api_concern_look"),
    "concerns/<pk>/take-back": (ConcernWithdraw, "api_concern_withdraw"),
    "concerns/<pk>/plan": (ConcernPlan, "api_concern_plan"),
    "concerns/<pk>/end": (ConcernEnd, "api_concern_end"),
    "concerns/<pk>/letters": (ConcernLetters, "api_concern_letter"),
    "schools/<pk>/support_requests": (SchoolSupportRequests, "api_support_ask"),
    "support_requests/<pk>/send": (SupportRequestSend, "api_support_send"),
    "support_requests/<pk>/answer": (SupportRequestAnswer, "api_support_answer"),
    "schools/<pk>/offer": (SchoolOffer, "api_offer_of_school"),
    "team/<pk>/offer": (PersonOffer, "api_offer_of_person"),
    "offers/<pk>/confirm": (OfferConfirm, "api_offer_confirm"),
    "offers/<pk>/withdraw": (OfferWithdraw, "api_offer_withdraw"),
    "schools/<pk>/support_bookings": (SchoolSupportBookings, "api_support_book"),
    "support_bookings/<pk>/delivered": (SupportDelivered, "api_support_delivered"),
    "support_bookings/<pk>/missed": (SupportMissed, "api_support_missed"),
    "support_bookings/<pk>/confirmation": (SupportConfirmation, "api_support_confirmation"),
    "support_bookings/<pk>/cancel": (SupportCancel, "api_support_cancel"),
}
"""What is written of plans and support."""


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
    re_path(r"^schools/(?P<pk>[0-9]{1,18})/support/$", SupportLedger.as_view(), name="api_support_ledger"),
    re_path(
        r"^checklist_items/(?P<pk>[0-9]{1,18})/entry/$", ChecklistItemEntry.as_view(), name="api_checklist_item_entry"
    ),
    re_path(r"^visits/(?P<pk>[0-9]{1,18})/answers/$", VisitAnswers.as_view(), name="api_visit_answers"),
    re_path(r"^visits/(?P<pk>[0-9]{1,18})/submit/$", VisitSubmit.as_view(), name="api_visit_submit"),
    re_path(r"^visits/(?P<pk>[0-9]{1,18})/follow_ups/$", VisitFollowUp.as_view(), name="api_visit_follow_up"),
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
