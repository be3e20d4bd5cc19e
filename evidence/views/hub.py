"""The way in to everything that is known of schools."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from schools.access import Permission, TrustRequest, trust_view
from schools.models import School

P = Permission
Way = tuple[str, str, str, Permission]
"""The name of an address, what it is called, what it is for, and what it needs."""

OF_SCHOOL: list[Way] = [
    (
        "sef_latest",
        "Self-evaluation",
        "What the school says of itself, area by area, with every edition sent.",
        P.SEE_SEF,
    ),
    ("returns", "Returns", "Figures handed in at each collection point.", P.SEE_RETURNS),
    ("school_targets", "Targets", "What the figures should reach by the end of each term.", P.SEE_RETURNS),
    ("judgements", "Judgements from outside", "What reviews found, area by area.", P.RECORD_JUDGEMENT),
    ("checks", "Audits and checks", "Those that live by a date, with what they found.", P.SEE_RETURNS),
]
OF_TRUST: list[Way] = [
    (
        "sefs",
        "Self-evaluations",
        "Who has sent theirs, and what waits to be read.",
        P.AGREE_EVIDENCE,
    ),
    ("returns_board", "Returns", "Who has sent figures, and what waits to be read.", P.AGREE_EVIDENCE),
    (
        "compare_schools",
        "Compare schools",
        "Every school beside England, a measure at a time.",
        P.COMPARE,
    ),
    ("trust_targets", "Targets of the trust", "What the trust as a whole should reach, and how far it is.", P.COMPARE),
    (
        "accuracy",
        "Accuracy of self-evaluation",
        "What schools said of themselves beside what others found.",
        P.AGREE_EVIDENCE,
    ),
    ("benchmarks", "Benchmarks", "The figures schools are compared with, official and your own.", P.COMPARE),
]


@require_safe
@trust_view(needs=Permission.SEE_SCHOOLS)
def evidence(request: TrustRequest) -> HttpResponse:
    """What this person may open, for the trust and for the own schools."""
    own = School.objects.filter(pk__in=request.access.school_ids).on(timezone.localdate())
    context = {
        "ways": [way for each in OF_TRUST if (way := _way(request, each))],
        "schools": [{"name": school.name, "ways": ways_of_school(request, school.pk)} for school in own],
    }
    return render(request, "evidence/hub.html", context)


def ways_of_school(request: TrustRequest, school_id: int) -> list[dict[str, Any]]:
    """What is known of one school, as far as this person may open it."""
    return [way for each in OF_SCHOOL if (way := _way(request, each, school_id))]


def _way(request: TrustRequest, way: Way, school_id: int | None = None) -> dict[str, Any] | None:
    name, label, text, needs = way
    if not request.access.may(needs, school_id):
        return None
    kwargs = {"trust": request.trust.slug} | ({"school_id": school_id} if school_id else {})
    try:
        return {"url": reverse(name, kwargs=kwargs), "label": label, "text": text}
    except NoReverseMatch:
        return None
