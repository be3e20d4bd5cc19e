"""Who hears of support: the next working morning, and nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Sequence

from plans.models import SupportBooking, SupportRequest
from schools.models import Membership
from schools.services.news import about, heads_of, holding, tell_people
from schools.strategy import Role
from schools.words import counted, cut
from schools.words import on as day_words


def tell_asked(request: SupportRequest, label: str, *, by: Membership) -> None:
    """Those who lead improvement hear what a school asks for."""
    soon = str(request.get_priority_display()).lower()
    body = f"{by.user.name} asks for this, {soon}: {label}. Their words: “{cut(request.need, 600)}”"
    path, subject = f"support/asked/{request.pk}/", about(request.school, "asks for support")
    leads = holding(Role.SI_LEAD, Role.DIRECTOR)
    tell_people(leads, by.trust, subject=subject, body=body, path=path, besides=by)


def tell_answered(request: SupportRequest, label: str, *, by: Membership) -> None:
    """Whoever asked hears what was decided."""
    said = str(request.get_state_display()).lower()
    when = f", {day_words(request.later_on)}" if request.later_on else ""
    words = f" “{cut(request.answer, 400)}”" if request.answer else ""
    body = f"{by.user.name} answers what you asked for ({label}): {said}{when}.{words}"
    people = [one for one in (request.asked_by, request.written_by) if one]
    path, subject = f"support/asked/{request.pk}/", about(request.school, "what you asked for is answered")
    tell_people(people, by.trust, subject=subject, body=body, path=path, besides=by)


def tell_booked(rows: Sequence[SupportBooking], *, by: Membership) -> None:
    """The school and whoever gives it hear when it comes."""
    first, school = rows[0], rows[0].school
    if school is None:
        return
    more = f", and {counted(len(rows) - 1, 'day')} more" if rows[1:] else ""
    when = f"{day_words(first.on)}{more}"
    body = f"{by.user.name} booked {first.what} with {first.given_by} for {when}."
    path, subject = f"support/{first.pk}/", about(school, f"{first.what} booked")
    tell_people([*heads_of(school.pk), *_givers(first)], by.trust, subject=subject, body=body, path=path, besides=by)


def tell_delivered(row: SupportBooking, *, by: Membership) -> None:
    """The school is asked to confirm that it came."""
    if row.school is None:
        return
    part = f": {row.came_words}" if row.came else ""
    said = f"{by.user.name} says that {row.what} came on {day_words(row.on)}{part}."
    body = f"{said} Please confirm it, or say what was different."
    subject = about(row.school, f"did {row.what} come?")
    tell_people(heads_of(row.school.pk), by.trust, subject=subject, body=body, path=f"support/{row.pk}/", besides=by)


def tell_school_said(row: SupportBooking, *, by: Membership) -> None:
    """The school says otherwise: who booked it, who gave it and who put down a miss hear."""
    if row.school is None:
        return
    body = f"{by.user.name} says of {row.what} on {day_words(row.on)}: “{cut(row.answer, 400)}”"
    people = [one for one in (row.booked_by, row.delivered_by, row.ended_by, *_givers(row)) if one]
    subject = about(row.school, f"{row.what}: the school says otherwise")
    tell_people(people, by.trust, subject=subject, body=body, path=f"support/{row.pk}/", besides=by)


def tell_ended(row: SupportBooking, *, by: Membership) -> None:
    """It was missed or called off: the school, who gives it and who booked it hear."""
    if row.school is None:
        return
    said = str(row.get_state_display()).lower()
    body = f"{row.what} on {day_words(row.on)}: {said}. {by.user.name} says: “{cut(row.why, 400)}”"
    if row.lies_with_school:
        body = f"{body} It is said to lie with the school. If that is not so, its head can say what was different."
    people = [*heads_of(row.school.pk), *_givers(row), row.booked_by]
    subject = about(row.school, f"{row.what}: {said}")
    tell_people(people, by.trust, subject=subject, body=body, path=f"support/{row.pk}/", besides=by)


def _givers(row: SupportBooking) -> list[Membership]:
    """Whoever gives it: the person named, and the heads of the school that does."""
    people = [row.provider_person] if row.provider_person else []
    return people + (heads_of(row.provider_school_id) if row.provider_school_id else [])
