"""A term's monitoring on a page and as a tagged PDF: of one school, or of all that a person reads."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitoring.rules.triangulation import year_order, years_in_words
from plans.models import Verdict
from reporting.queries.monitoring_term import TermSpan, schools_of_term, spans_begun, summary_of
from reporting.rules.monitoring_term import TermSummary
from reporting.views.documents import pdf
from reporting.views.links import link
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School
from schools.words import capital, counted, number, verb, whole

MOST_TERMS = 6
"""Terms to choose from, the current one first."""

MOST_TO_READ = 12
"""Lines of one theme on the page of all schools; a school's own page has every one."""


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def monitoring_term(request: TrustRequest) -> HttpResponse:
    """What was looked at, what was found, what is to be done and what came of it."""
    asked = _asked(request)
    if asked is None:
        return render(request, "reporting/monitoring_term.html", {"span": None})
    spans, span, schools, school = asked
    context = _page(request, span, schools, school)
    query = urlencode({"term": span.period.pk} | ({"school": school.pk} if school else {}))
    context |= {"filters": _filters(spans, span, schools, school)}
    context["file_url"] = f"{link(request, 'monitoring_term_file')}?{query}"
    return render(request, "reporting/monitoring_term.html", context)


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def monitoring_term_file(request: TrustRequest) -> HttpResponse:
    """The same page as a document."""
    asked = _asked(request)
    if asked is None:
        raise Http404
    _, span, schools, school = asked
    context = _page(request, span, schools, school)
    name = f"Monitoring {span.period.label} {context['heading_of']}"
    return pdf(request, "reporting/pdf/monitoring_term.html", context, name) or redirect(
        "monitoring_term", trust=request.trust.slug
    )


def _asked(request: TrustRequest) -> tuple[list[TermSpan], TermSpan, list[School], School | None] | None:
    """The terms, the one asked for, the schools, the one asked for. None before the first term; 404 for no such."""
    spans = spans_begun(timezone.localdate())[:MOST_TERMS]
    if not spans:
        return None
    term, wanted = _number(request, "term"), _number(request, "school")
    span = spans[0] if term is None else next((one for one in spans if one.period.pk == term), None)
    if span is None:
        raise Http404
    schools = schools_of_term(request.access, span)
    school = next((one for one in schools if one.pk == wanted), None)
    if wanted is not None and school is None:
        raise Http404
    return spans, span, schools, schools[0] if len(schools) == 1 else school


def _number(request: TrustRequest, name: str) -> int | None:
    return whole(request.GET.get(name, ""), digits=18)


def _filters(spans: list[TermSpan], span: TermSpan, schools: list[School], school: School | None) -> list[dict]:
    terms = [{"value": one.period.pk, "label": one.period.label, "selected": one is span} for one in spans]
    found: list[dict[str, Any]] = [{"name": "term", "label": "Term", "options": terms}]
    if len(schools) > 1:
        options = [{"value": one.pk, "label": one.known_as, "selected": one is school} for one in schools]
        options.insert(0, {"value": "", "label": "All schools", "selected": school is None})
        found.append({"name": "school", "label": "School", "options": options})
    return found


def _page(request: TrustRequest, span: TermSpan, schools: list[School], school: School | None) -> dict[str, Any]:
    """What the page and the document show. Three queries."""
    today = timezone.localdate()
    found = summary_of(request.access, span, [school] if school else schools, today=today)
    words = dict(Verdict.choices)
    return {
        "span": span,
        "school": school,
        "heading_of": school.name if school else request.trust.name,
        "found": found,
        "lede": _lede(found, school, len(schools)),
        "parts": _parts(found, school),
        "subjects": [
            {"one": one, "years": years_in_words(sorted(filter(None, one.years), key=year_order)), "kinds": one.kinds}
            for one in found.subjects
        ],
        "themes": [{"about": one.about, "lines": one.lines[: None if school else MOST_TO_READ],
                    "more": 0 if school else max(len(one.lines) - MOST_TO_READ, 0)} for one in found.themes],
        "verdicts": [(words[key], count) for key, count in found.actions.verdicts if count],
        "unchecked": _unchecked(found, [school] if school else schools),
        "named": school is None,
        "may_see_plans": request.access.may(Permission.SEE_PLANS),
        "today": today,
    }  # fmt: skip


def _lede(found: TermSummary, school: School | None, schools: int) -> str:
    if not found.looks:
        return "No visit is on record for this term."
    visits = counted(found.looks, "visit")
    where = "" if school else f" to {number(found.schools)} of {counted(schools, 'school')}"
    said = [f"{capital(visits)}{where}."]
    if overdue := len(found.actions.overdue):
        said.append(f"{capital(counted(overdue, 'action'))} {verb(overdue)} overdue.")
    worked = dict(found.actions.verdicts)["worked"]
    if found.actions.closed:
        said.append(f"Of {counted(len(found.actions.closed), 'action')} closed, {number(worked)} worked.")
    return " ".join(said)


def _parts(found: TermSummary, school: School | None) -> list[dict[str, str]]:
    """The sections in order, those with nothing in them left out."""
    planned = found.not_done or found.to_come
    every = [
        ("coverage", "What was looked at", "By form, subject, year group and kind of evidence.", found.looks),
        ("judged", "Judgements given", "Each on the scale of its form.", found.judged),
        ("themes", "Themes", "What was asked for, by subject or area.", found.themes),
        ("replies", "What the schools say" if not school else "What the school says", "On accuracy.", found.looks),
        ("deeds", "Actions", "Of all visits, as they stand today.", _any_deed(found)),
        ("checks", "Health checks", "With the actions that came of them, and what the committee found.", found.checks),
        ("planned", "Planned", "What was planned for the term.", planned),
    ]
    return [
        {"key": key, "title": title, "note": note, "template": f"reporting/term/{key}.html"}
        for key, title, note, shown in every
        if shown
    ]


def _any_deed(found: TermSummary) -> bool:
    return bool(found.actions.open or found.actions.overdue or found.actions.closed)


def _unchecked(found: TermSummary, schools: list[School]) -> list[str]:
    """Schools without a health check this term, where others have one."""
    seen = {look.school_id for look, _ in found.checks}
    return [one.known_as for one in schools if one.pk not in seen] if found.checks else []
