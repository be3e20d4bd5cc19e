"""Evidence set beside each other: one school by subject and year group, and which schools have gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from monitoring.queries.triangulation import RANGES, Range, SchoolSeen, range_of, seen_of_schools
from monitoring.rules.triangulation import Kind, Subject, month, year_words, years_in_words
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.models import School
from schools.words import capital, counted, listed, number
from schools.words import on as day_words

MOST_GAPS = 3
"""Gaps named for one school on the page of all; its own page has every one."""


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def triangulation(request: TrustRequest) -> HttpResponse:
    """Every school this person reads visits of: how often it was looked at, and where only one kind of evidence is."""
    asked = range_of(request.GET.get("years", ""), timezone.localdate())
    seen = seen_of_schools(request.access, asked, followed=request.followed)
    rows = sorted((_row(one) for one in seen), key=lambda row: (-row["thin"], row["name"]))
    context = {
        "rows": [row for row in rows if row["looks"]],
        "unseen": [row for row in rows if not row["looks"] and row["asks"]],
        "unasked": [row for row in rows if not row["asks"]],
        "lede": _trust_lede(seen),
        "filters": _filters(asked),
        "range": RANGES[asked.key].lower(),
        "asked": asked.key,
        "hidden": sum(one.hidden for one in seen),
    }
    return render(request, "monitoring/triangulation.html", context)


def _row(one: SchoolSeen) -> dict[str, Any]:
    gaps = list(gaps_of(one))
    last = max((subject.last for subject in one.subjects), default=None)
    return {
        "school": one.school,
        "name": one.school.known_as,
        "looks": len(one.looks),
        "last": last,
        "subjects": [subject.label for subject in one.subjects],
        "gaps": gaps[:MOST_GAPS],
        "more": len(gaps) - MOST_GAPS,
        "asks": bool(one.kinds),
        "thin": len(gaps),
    }


def gaps_of(one: SchoolSeen) -> Iterator[str]:
    """“Science in Years 5 and 6: only data, nothing since March”, where there is one kind of evidence or none."""
    for subject in one.subjects:
        alike: dict[str, list[str]] = {}
        for line in subject.thin:
            alike.setdefault(line.gap, []).append(line.year)
        for gap, years in alike.items():
            where = f" in {years_in_words([year for year in years if year])}" if any(years) else ""
            yield f"{subject.label}{where}: {gap[:1].lower()}{gap[1:]}"


def _trust_lede(seen: list[SchoolSeen]) -> str:
    asking = [one for one in seen if one.kinds]
    thin = [one for one in asking if any(subject.thin for subject in one.subjects)]
    none = [one for one in asking if not one.looks]
    schools = counted(len(asking), "school")
    said = [f"{capital(number(len(thin)))} of {schools} {'has' if len(thin) == 1 else 'have'} a gap."] if asking else []
    if none:
        said.append(f"Nothing is on record for {number(len(none))}.")
    return " ".join(said)


def _filters(asked: Range) -> list[dict[str, Any]]:
    options = [{"value": key, "label": label, "selected": key == asked.key} for key, label in RANGES.items()]
    return [{"name": "years", "label": "School year", "options": options}]


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def school_triangulation(request: TrustRequest, school_id: int) -> HttpResponse:
    """One school: a line for each subject and year group, a column for each kind of evidence."""
    mine = School.objects.filter(where_may(request.access, Permission.SEE_VISITS, "pk"))
    school = get_object_or_404(mine, pk=school_id)
    asked = range_of(request.GET.get("years", ""), timezone.localdate())
    (seen,) = seen_of_schools(request.access, asked, [school], followed=request.followed)
    context = {
        "school": school,
        "seen": seen,
        "kinds": list(seen.kinds.values()),
        "subjects": [_subject(subject, seen, asked) for subject in seen.subjects],
        "lede": _lede(seen, asked),
        "filters": _filters(asked),
        "unsaid": listed([label[:1].lower() + label[1:] for label in seen.unsaid]),
        "range": RANGES[asked.key].lower(),
        "asked": asked.key,
        "others": list(seen.others.values()),
    }
    return render(request, "monitoring/school_triangulation.html", context)


def _lede(seen: SchoolSeen, asked: Range) -> str:
    if not seen.subjects:
        return ""
    last = max(subject.last for subject in seen.subjects)
    gaps = sum(len(subject.thin) for subject in seen.subjects)
    looks = f"{capital(counted(len(seen.looks), 'look'))}, the last on {day_words(last)}."
    if not gaps:
        return f"{looks} Every year group seen has two kinds of evidence or more."
    groups = counted(gaps, "year group of a subject", "year groups of a subject")
    return f"{looks} {capital(groups)} {'rests' if gaps == 1 else 'rest'} on one kind of evidence."


def _subject(subject: Subject, seen: SchoolSeen, asked: Range) -> dict[str, Any]:
    labels = seen.kinds
    return {
        "label": subject.label,
        "anchor": f"s-{slugify(subject.label)}",
        "note": _often(subject.now, subject.before, asked) + f" The last on {day_words(subject.last)}.",
        "unseen": years_in_words(subject.unseen),
        "lines": [
            {
                "year": year_words(line.year),
                "cells": [_cell(kind, labels[kind.key], asked) for kind in line.kinds],
                "looks": line.now + line.before,
                "gap": line.gap,
                "thin": line.is_thin,
            }
            for line in subject.lines
        ],
    }


def _often(now: int, before: int, asked: Range) -> str:
    """“Three looks this year, two last year.”"""
    if asked.key:
        return f"{capital(counted(now + before, 'look'))}."
    return f"{capital(counted(now, 'look'))} this year, {number(before)} last year."


def _cell(kind: Kind, label: str, asked: Range) -> dict[str, Any]:
    """How often, and when last; `state` is now, before or none."""
    last = month(kind.last, asked.until) if kind.last else ""
    state = "now" if kind.now or (kind.before and asked.key == "last") else "before" if kind.before else "none"
    return {"label": label, "state": state, "looks": kind.looks, "last": last}
