"""The programme for the year: of one school, and of all of them."""

from __future__ import annotations

from http.client import OK
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reviews.forms.reviews import ReasonForm
from reviews.models import ProgrammeEdition, Review, YearProgramme
from reviews.queries.programme import SchoolProgramme, programmes
from reviews.queries.reviews import called, readable_reviews
from reviews.queries.years import TRUST, Side, form_for, readable_years, side_of, states_of_year
from reviews.rules.years import form_of_year, to_write
from reviews.views.pages import CHIPS
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.filled import lacking, shown
from schools.models import School
from schools.rules import academic_year
from schools.words import whole, year_words

YEAR_CHIPS = {"draft": "draft", "signed": "submitted", "agreed": "agreed"}
"""The state of a record of a year -> the chip that shows it."""


def _year(request: TrustRequest) -> int:
    """The academic year asked for, or this one."""
    now, asked = academic_year(timezone.localdate()), whole(request.GET.get("year", ""), digits=4) or 0
    return asked if abs(asked - now) <= 10 else now


def _years(year: int) -> list[dict[str, object]]:
    return [{"year": one, "label": year_words(one), "current": one == year} for one in range(year - 1, year + 2)]


def school_of_programme(request: TrustRequest, school_id: int) -> School:
    """The school, for who sees its reviews, or 404."""
    rows = School.objects.visible_to(request.access).filter(where_may(request.access, Permission.SEE_REVIEWS, "pk"))
    return get_object_or_404(rows, pk=school_id)


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def programme(request: TrustRequest, school_id: int) -> HttpResponse:
    """What both sides agreed for the year, what the school is entitled to, what is planned and what is done."""
    return programme_page(request, school_of_programme(request, school_id), _year(request))


def programme_page(request: TrustRequest, school: School, year: int, *, status: int = OK, **more: Any) -> HttpResponse:
    """The page of one school's year. `more` puts a form that was refused in the place of a blank one."""
    found = programmes([school], year, today=timezone.localdate(), followed=request.followed)
    rows = [one for each in found for one in each.reviews]
    readable = _readable(request, school, rows)
    booked = [
        {"review": one, "label": called(one), "chip": CHIPS[one.state], "may_open": one.pk in readable} for one in rows
    ]
    context = {
        "school": school,
        "year": year,
        "year_words": year_words(year),
        "record": _record(request, school, year, found),
        "anew_form": ReasonForm(prefix="anew"),
        "programme": found[0].programme if found else None,
        "booked": booked,
        "visits": found[0].visits if found else (),
        "may_see_visits": request.access.may(Permission.SEE_VISITS, school.pk),
        "years": _years(year),
        "may_propose": request.access.may(Permission.RUN_REVIEWS, school.pk),
    }
    return render(request, "reviews/programme.html", context | more, status=status)


def _readable(request: TrustRequest, school: School, rows: list[Review]) -> set[int]:
    """Which of them this person may open: both sides all of them, for which nothing is asked of the database."""
    if any(request.access.may(one, school.pk) for one in (Permission.RUN_REVIEWS, Permission.ANSWER_REVIEWS)):
        return {one.pk for one in rows}
    return set(readable_reviews(request.access).filter(school=school).values_list("pk", flat=True))


def _record(request: TrustRequest, school: School, year: int, found: list[SchoolProgramme]) -> dict[str, Any] | None:
    """What both sides write down for the year; None where the strategy asks for nothing. Two queries."""
    row = readable_years(request.access).filter(school=school, year=year).first()
    side = side_of(request.access, school.pk)
    if row is None:
        form = form_of_year(found[0].version.strategy) if found else None
        now = academic_year(timezone.localdate())
        begins = side.writes and year in (now, now + 1)  # who acts for a side reads a record from the start
        return {"row": None, "label": form.label, "may_begin": begins} if form else None
    return {"row": row, "label": form_for(row).label, "chip": YEAR_CHIPS[row.state], **_told(request, row, side)}


def _told(request: TrustRequest, row: YearProgramme, side: Side) -> dict[str, Any]:
    """The words of a record with what may be done: to both sides as it stands, to others as it was last agreed."""
    form, strategy, editions = form_for(row), row.strategy_version.strategy, list(row.editions.all())
    current = side.writes and not row.is_agreed
    lacks = [words for _, words in lacking(form, row.answers)] if current else []
    return {
        "side": side.name,
        "filled": shown(strategy, to_write(form), row.answers if current else editions[0].answers),
        "is_current": current,
        "agreed": None if current else editions[0],
        "before": [with_words(row, one) for one in (editions if current else editions[1:])],
        "lacks": lacks,
        "may_write": side.writes and row.is_written,
        "may_sign": current and not lacks and side.may_sign(row, request.access.membership.pk),
        "may_take_up": side.writes and not row.is_written,
        "waits_for": "school" if row.trust_signed_at else TRUST,
    }


def with_words(row: YearProgramme, edition: ProgrammeEdition) -> dict[str, Any]:
    """An edition with its form as it was filled in."""
    return {
        "edition": edition,
        "filled": shown(row.strategy_version.strategy, to_write(form_for(row)), edition.answers),
    }


@require_safe
@trust_view(needs=Permission.SEE_OVERVIEW)
def trust_programme(request: TrustRequest) -> HttpResponse:
    """The same for every school, in days."""
    year, today = _year(request), timezone.localdate()
    schools = School.objects.on(today).filter(where_may(request.access, Permission.SEE_REVIEWS, "pk"))
    lines = programmes(schools.order_by("name"), year, today=today, followed=request.followed)
    records = states_of_year((one.school.pk for one in lines), year)
    shown_lines = [_line(one, records.get(one.school.pk)) for one in lines]
    shows = any(one["record"] or one["asked"] for one in shown_lines)
    context = {"lines": shown_lines, "shows_records": shows, "years": _years(year)}
    return render(request, "reviews/trust_programme.html", context)


def _line(one: SchoolProgramme, record: YearProgramme | None) -> dict[str, Any]:
    """A school's counts, and how its record of the year stands."""
    asked = form_of_year(one.version.strategy) is not None
    return {"of": one, "record": record, "chip": YEAR_CHIPS[record.state] if record else "", "asked": asked}
