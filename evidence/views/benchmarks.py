"""What schools are compared with: official figures of England, and benchmarks entered by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.benchmarks import BenchmarkForm
from evidence.models import Benchmark, PublishedFigure, Release, Span, Status
from evidence.queries.asked import TrustAsks, asked_in_trust
from evidence.rules.arithmetic import in_words
from evidence.services.benchmarks import enter_benchmark, remove_benchmark
from evidence.views.compare_parts import about_words
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.strategy.measures import Measure, PupilGroup

P = Permission
RELEASES, SPANS = dict(Release.choices), dict(Span.choices)


def may_enter(request: TrustRequest) -> bool:
    """Who sets the trust's targets enters what they are compared with."""
    return request.access.may_everywhere(P.SET_TARGETS)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.COMPARE)
def benchmarks(request: TrustRequest) -> HttpResponse:
    """All of them, and the form for another."""
    asks = asked_in_trust(request.followed.on(timezone.localdate()))
    figures = dict(asks.figures)
    groups = {group.key: group for each in figures.values() for group in each}
    form = BenchmarkForm(
        request.POST if request.method == "POST" else None,
        measures={measure.key: measure for measure in figures}, groups=groups,
        initial={"year": timezone.localdate().year - 1},
    )  # fmt: skip
    if request.method == "POST":
        if not may_enter(request):
            request.access.require(P.SET_TARGETS, -1)
        me = request.access.membership
        if accepted(form, lambda data: enter_benchmark(data.pop("measure"), data.pop("group"), by=me, **data)):
            messages.success(request, "The benchmark is saved.")
            return redirect("benchmarks", trust=request.trust.slug)
    context = {
        "form": form,
        "by_hand": [_by_hand(asks, row) for row in Benchmark.objects.order_by("measure", "-year")],
        "official": _official(figures),
        "may_enter": may_enter(request),
    }
    return render(request, "evidence/benchmarks.html", context, status=422 if form.errors else 200)


@require_POST
@trust_view(needs=Permission.SET_TARGETS)
def benchmark_remove(request: TrustRequest, pk: int) -> HttpResponse:
    """Take away one that was entered by hand."""
    if not may_enter(request):
        request.access.require(P.SET_TARGETS, -1)
    remove_benchmark(get_object_or_404(Benchmark, pk=pk), by=request.access.membership)
    messages.success(request, "The benchmark is taken away.")
    return redirect("benchmarks", trust=request.trust.slug)


def _by_hand(asks: TrustAsks, row: Benchmark) -> dict[str, Any]:
    measure, group = asks.measure_by_key.get(row.measure), asks.group_by_key.get(row.group)
    return {
        "pk": row.pk,
        "measure": measure.label if measure else row.measure,
        "group": group.label if group else row.group,
        "against": row.place or row.get_against_display(),
        "phase": row.phase.replace("_", " ").capitalize() or "Every phase",
        "about": about_words((row.year, row.span)),
        "value": in_words(row.value, measure.decimals if measure else 1, measure.unit_shown if measure else ""),
        "release": row.get_release_display(),
        "source": row.source,
    }


def _official(figures: dict[Measure, tuple[PupilGroup, ...]]) -> list[dict[str, Any]]:
    """The newest figure of England of each measure, for all pupils, by phase and part of the year. One query."""
    rows = PublishedFigure.objects.filter(
        place=PublishedFigure.Place.ENGLAND, group="all", measure__in=[one.key for one in figures], status=Status.NUMBER
    ).order_by("measure", "phase", "span", "-year")
    found: dict[str, list[dict[str, Any]]] = {}
    measures = {one.key: one for one in figures}
    for row in rows.distinct("measure", "phase", "span"):
        measure = measures[row.measure]
        found.setdefault(row.measure, []).append({
            "phase": f"{row.phase} schools".capitalize() if row.phase else "All schools",
            "about": about_words((row.year, row.span)),
            "value": in_words(row.value, measure.decimals, measure.unit_shown),
            "release": row.get_release_display() if row.release else "",
            "source": row.source,
        })  # fmt: skip
    return [{"measure": one, "rows": found.get(one.key, ())} for one in figures]
