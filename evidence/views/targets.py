"""Targets of a school and of the trust: set in one grid, with progress beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evidence.forms.targets import Pair, TargetsForm
from evidence.queries.asked import Asks, asked_figures, asked_in_trust, topic_label
from evidence.queries.targets import Progress, Reader, TargetsByStage, progress_of, targets_of
from evidence.rules.targets import STAGES
from evidence.services.targets import act_name, set_targets
from schools.access import FEWEST_OTHERS, Permission, TrustRequest, trust_view
from schools.audit import last_act
from schools.forms import accepted
from schools.models import Period, School
from schools.queries import current_period
from schools.strategy.measures import Measure, PupilGroup
from schools.words import year_words

P = Permission
Groups = tuple[PupilGroup, ...]


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.SEE_RETURNS)
def school_targets(request: TrustRequest, school_id: int) -> HttpResponse:
    """The targets of one school."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    return _targets(request, school)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.COMPARE)
def trust_targets(request: TrustRequest) -> HttpResponse:
    """The targets of the trust as a whole. Only those who work for all of it set them."""
    return _targets(request, None)


def may_set(request: TrustRequest, school: School | None) -> bool:
    """A head for the own school; who works for the whole trust for every school and for the trust."""
    if school is not None:
        return request.access.may(P.SET_TARGETS, school.pk)
    return request.access.may_everywhere(P.SET_TARGETS)


def _targets(request: TrustRequest, school: School | None) -> HttpResponse:
    today = timezone.localdate()
    period = current_period(today)
    if period is None:
        raise Http404
    strategy, figures = _asks(request, school)
    targets = targets_of(school, period.year)
    form = _form(request, school, period, targets, _pairs(figures, targets, groups="groups" in request.GET))
    if request.method == "POST":
        if not may_set(request, school):
            request.access.require(P.SET_TARGETS, school.pk if school else -1)
        if accepted(form, lambda data: _set(request, school, period, strategy, form)):
            messages.success(request, "The targets are saved.")
            return redirect(request.get_full_path())
    context = _context(request, school, period, strategy, targets, form)
    return render(request, "evidence/targets.html", context, status=422 if form.errors else 200)


def _asks(request: TrustRequest, school: School | None) -> tuple[Asks, Mapping[Measure, Groups]]:
    """What the school's strategy asks of it, or all strategies of the trust together."""
    today = timezone.localdate()
    if school is None:
        asks = asked_in_trust(request.followed.on(today))
        return asks, asks.figures
    version = request.followed.by(school, today)
    if version is None:
        raise Http404
    return version.strategy, asked_figures(version.strategy, school)


def _pairs(figures: Mapping[Measure, Groups], targets: TargetsByStage, *, groups: bool) -> list[Pair]:
    """What has a direction can have a target: all pupils, groups that have one already, and on demand every group."""
    return [
        (measure, group)
        for measure, every in figures.items()
        for group in every
        if measure.better and (groups or group.key == "all" or (measure.key, group.key) in targets)
    ]


def _reader(request: TrustRequest, of: School | Sequence[School]) -> Reader:
    """Small numbers as everywhere; a sum of schools is told to a head only of so many that none can be told apart."""
    if isinstance(of, School):
        sees = frozenset([of.pk] if request.access.may(P.SEE_COUNTS, of.pk) else ())
        return Reader(sees, bool(sees), 1)
    everything = request.access.may_everywhere(P.SEE_COUNTS)
    sees = frozenset(one.pk for one in of if everything)
    return Reader(sees, everything, 1 if request.access.may_everywhere(P.COMPARE) else FEWEST_OTHERS + 1)


def _form(
    request: TrustRequest, school: School | None, period: Period, targets: TargetsByStage, pairs: list[Pair]
) -> TargetsForm:
    last = last_act("targets.set", of=act_name(period.year, school))
    stored = {(*key, stage): value for key, stages in targets.items() for stage, value in stages.items()}
    return TargetsForm(
        request.POST if request.method == "POST" else None, pairs=pairs, targets=stored,
        initial={"seen": last.pk if last else 0},
    )  # fmt: skip


def _set(request: TrustRequest, school: School | None, period: Period, strategy: Asks, form: TargetsForm) -> None:
    set_targets(
        period.year, form.targets(), strategy=strategy, school=school, by=request.access.membership,
        seen=form.cleaned_data["seen"],
    )  # fmt: skip


def _context(
    request: TrustRequest, school: School | None, period: Period, strategy: Asks, targets: TargetsByStage,
    form: TargetsForm,
) -> dict[str, Any]:  # fmt: skip
    today = timezone.localdate()
    of = school or list(School.objects.on(today))
    progress = progress_of(
        of, targets, form.pairs, strategy=strategy, period=period, today=today, reader=_reader(request, of)
    )
    topics: dict[str, list[dict[str, Any]]] = {}
    for line in form.lines():
        found: Progress = progress[line.measure.key, line.group.key]
        topics.setdefault(topic_label(line.measure.topic), []).append(
            {"line": line, "progress": found, "boxes": list(zip(line.boxes, STAGES.values(), strict=True))}
        )
    return {
        "school": school,
        "year": year_words(period.year),
        "form": form,
        "topics": topics.items(),
        "stages": STAGES.values(),
        "may_set": may_set(request, school),
        "groups": "groups" in request.GET,
        "schools": School.objects.visible_to(request.access).on(today) if school is None else (),
    }
