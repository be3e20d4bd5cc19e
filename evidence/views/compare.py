"""Schools beside each other and beside England, a measure at a time; the same as an Excel file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evidence.queries.asked import TrustAsks, asked_in_trust
from evidence.queries.classes import classes_of
from evidence.queries.comparison import Comparison, Reader, compare, for_head
from evidence.rules.comparison import About
from evidence.services.comparison_sheet import comparison_sheet
from evidence.views.compare_parts import choices_of, class_lines, page_parts
from schools.access import Permission, TrustRequest, sees_others, trust_view
from schools.models import School
from schools.strategy.measures import Measure, PupilGroup

P = Permission


@require_safe
@trust_view(needs=Permission.COMPARE)
def compare_schools(request: TrustRequest) -> HttpResponse:
    """One measure of every school this person may see."""
    asked = _asked(request)
    if asked is None:
        return render(request, "evidence/compare_empty.html")
    found = _compared(request, *asked)
    context = page_parts(request.trust, found) | {
        "classes": _classes(request, asked[0], found),
        "filters": choices_of(asked[0].figures, found),
        "own": request.access.school_ids,
        "query": request.GET.urlencode(),
    }
    return render(request, "evidence/compare.html", context)


@require_safe
@trust_view(needs=Permission.COMPARE)
def compare_file(request: TrustRequest) -> HttpResponse:
    """The same figures as the page, for a spreadsheet, with labels and sources."""
    asked = _asked(request)
    if asked is None:
        raise Http404
    found = _compared(request, *asked)
    content = comparison_sheet(found, trust=request.trust.name, made_on=timezone.localdate())
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f"{found.measure.key}-{found.group.key}.xlsx"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


Groups = tuple[PupilGroup, ...]
Asked = tuple[TrustAsks, Measure, Groups]


def _asked(request: TrustRequest) -> Asked | None:
    """The measure asked for, or the first; with the groups it is split by."""
    asks = asked_in_trust(request.followed.on(timezone.localdate()))
    if not asks.figures:
        return None
    wanted = request.GET.get("measure", "")
    measure = next((one for one in asks.figures if one.key == wanted), next(iter(asks.figures)))
    return asks, measure, asks.figures[measure]


def _compared(request: TrustRequest, asks: TrustAsks, measure: Measure, groups: Groups) -> Comparison:
    wanted = request.GET.get("group", "")
    group = next((one for one in groups if one.key == wanted), groups[0])
    schools = _here(measure)
    found = compare(
        schools, measure, group, groups, strategy=asks, today=timezone.localdate(),
        reader=_reader(request, schools), about=_about(request.GET.get("about", "")),
    )  # fmt: skip
    everything = request.access.may_everywhere(P.COMPARE)
    return found if everything else for_head(found, request.access.school_ids, _shown(request))


def _classes(request: TrustRequest, asks: TrustAsks, found: Comparison) -> list[dict[str, Any]]:
    """Classes of the schools whose small numbers this person may see, where the strategy asks for them."""
    measure = found.measure
    if measure.key not in asks.by_class:
        return []
    sees = [school for school in _here(measure) if request.access.may(P.SEE_COUNTS, school.pk)]
    return class_lines(measure, classes_of(sees, measure, found.about))


def _here(measure: Measure) -> list[School]:
    """The trust's schools of the phases the measure is for."""
    here = School.objects.on(timezone.localdate())
    return [school for school in here if not measure.phases or school.phase in measure.phases]


def _shown(request: TrustRequest) -> str:
    return str(sees_others(request.access, request.trust))


def _about(said: str) -> About | None:
    year, _, span = said.partition("-")
    return (int(year), span) if year.isdecimal() and len(year) == 4 and year.isascii() else None


def _reader(request: TrustRequest, schools: Sequence[School]) -> Reader:
    sees = frozenset(school.pk for school in schools if request.access.may(P.SEE_COUNTS, school.pk))
    everybody = bool(schools) and all(school.pk in sees for school in schools)
    return Reader(sees, everybody, request.trust.small_number_threshold)
