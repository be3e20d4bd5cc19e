"""Meetings: the list, planning one, and the page it is held from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from categorisation.services.deciders import to_decide_in
from reporting.queries.categories import Category
from reporting.queries.meeting import AgendaLine, MeetingPage, meeting_kinds, meeting_page
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import version_in
from schools.forms.meetings import InterestForm, MeetingForm, MinutesForm
from schools.models import Attendance, Meeting, Membership, School
from schools.queries import current_period, members
from schools.services.meetings import agree_minutes, declare_interest, plan_meeting, set_attendance, write_minutes
from schools.words import ID_DIGITS, whole

LONGEST_HOLIDAY = timedelta(days=70)


def _kinds(request: TrustRequest) -> dict[str, str]:
    """The meetings the trust's strategies name."""
    return meeting_kinds(version.strategy for version in request.followed.on(timezone.localdate()).values())


@trust_view(needs=Permission.SEE_MEETINGS)
def meetings(request: TrustRequest) -> HttpResponse:
    """What is coming, what has been, and planning another."""
    today = timezone.now()
    may_plan = request.access.may(Permission.RUN_MEETINGS)
    people = _people(members()) if may_plan else []
    form = MeetingForm(request.POST or None, kinds=_kinds(request), people=people) if may_plan else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            meeting = _plan(request, form)
        except ValidationError as refused:
            form.add_error("day", refused.messages[0])
        else:
            messages.success(request, "The meeting is planned. Every school is on its agenda, which you can change.")
            return redirect("meeting", trust=request.trust.slug, meeting_id=meeting.pk)
    context = {
        "coming": Meeting.objects.filter(starts_at__gte=today).select_related("period"),
        "past": Meeting.objects.filter(starts_at__lt=today).select_related("period").order_by("-starts_at")[:30],
        "form": form,
    }
    return render(request, "reporting/meetings.html", context, status=422 if form and form.errors else 200)


def _plan(request: TrustRequest, form: MeetingForm) -> Meeting:
    data = form.cleaned_data
    period = current_period(data["day"])
    if period is None or data["day"] > period.ends_on + LONGEST_HOLIDAY:
        raise ValidationError("The trust's calendar has no term for this day. The administrator can add the year.")
    return plan_meeting(
        data["kind"],
        by=request.access.membership,
        title=data["title"] or _kinds(request)[data["kind"]],
        period=period,
        starts_at=form.starts_at,
        place=data["place"],
        chair=data["chair"],
        schools=School.objects.on(data["day"]),
    )


def meeting_for(meeting_id: int) -> Meeting:
    return get_object_or_404(
        Meeting.objects.select_related("period", "chair__user", "minutes_agreed_by__user"), pk=meeting_id
    )


@trust_view(needs=Permission.SEE_MEETINGS)
def meeting(request: TrustRequest, meeting_id: int) -> HttpResponse:
    """The page a meeting is held from."""
    return _page(request, meeting_for(meeting_id))


def _people(found: Iterable[Membership]) -> list[tuple[int, str]]:
    return [(person.pk, str(person)) for person in found]


def _choices(page: MeetingPage) -> dict[str, list[tuple[int, str]]]:
    return {
        "people": _people(page.members),
        "schools": [(line.school.school_id, line.school.name) for line in page.agenda],
    }


def _to_decide(request: TrustRequest, found: Meeting, page: MeetingPage) -> Iterator[tuple[AgendaLine, list[Category]]]:
    """The agenda, of each school with what this person can decide now."""
    asked = found.minutes_state != Meeting.Minutes.AGREED and request.access.may(Permission.DECIDE)
    told: dict[str, Any] = {"access": request.access, "period": found.period, "meeting": found}
    groups: dict[tuple[str, int, str], list[AgendaLine]] = {}
    for line in page.agenda if asked else ():
        of = line.strategy.identity
        for one in line.open_axes:
            groups.setdefault((of.key, of.version, one.axis), []).append(line)
    mine = {
        (school, axis)
        for (_, _, axis), lines in groups.items()
        for school in to_decide_in([one.school.school_id for one in lines], lines[0].strategy, axis, **told)
    }
    for line in page.agenda:
        yield line, [one for one in line.open_axes if (line.school.school_id, one.axis) in mine]


def _page(request: TrustRequest, found: Meeting, **refused: Any) -> HttpResponse:
    page = meeting_page(found, request.followed, today=timezone.localdate())
    is_open = found.minutes_state != Meeting.Minutes.AGREED
    states = {one.person_id: one.state for one in page.attendance}
    context = {
        "meeting": found,
        "page": page,
        "is_open": is_open,
        "may_run": is_open and request.access.may(Permission.RUN_MEETINGS),
        "agenda": list(_to_decide(request, found, page)),
        "people": [{"person": person, "state": states.get(person.pk, "")} for person in page.members],
        "states": Attendance.State.choices,
        "interest_form": InterestForm(**_choices(page)),
        "minutes_form": MinutesForm(initial={"minutes": found.minutes, "version": found.version}),
        **refused,
    }
    return render(request, "reporting/meeting.html", context, status=422 if refused else 200)


@require_POST
@trust_view(needs=Permission.RUN_MEETINGS)
def attendance(request: TrustRequest, meeting_id: int) -> HttpResponse:
    """Who was there. Only what was changed on the page is written, so that two people may fill it in together."""
    found = meeting_for(meeting_id)
    states = {}
    for name, state in request.POST.items():
        pk = whole(name.removeprefix("person-"), digits=ID_DIGITS) if name.startswith("person-") else None
        if pk is not None and state in ("", *Attendance.State.values):
            states |= {pk: state} if state != request.POST.get(f"was-{pk}") else {}
    return _done(request, found, lambda: set_attendance(found, states, by=request.access.membership), "Saved.")


@require_POST
@trust_view(needs=Permission.SEE_MEETINGS)
def interest(request: TrustRequest, meeting_id: int) -> HttpResponse:
    """Declare an interest: one's own, or for those who run the meeting, anybody's."""
    found = meeting_for(meeting_id)
    form = InterestForm(request.POST, **_choices(meeting_page(found, request.followed, today=timezone.localdate())))
    if not form.is_valid():
        return _page(request, found, interest_form=form)
    person = get_object_or_404(Membership, pk=form.cleaned_data["person"])
    if person.pk != request.access.membership.pk:
        request.access.require(Permission.RUN_MEETINGS)
    school = get_object_or_404(School, pk=form.cleaned_data["school"])
    try:
        by = request.access.membership
        declare_interest(found, person=person, school=school, nature=form.cleaned_data["nature"], by=by)
    except ValidationError as refused:
        form.add_error("nature", refused.messages[0])
        return _page(request, meeting_for(meeting_id), interest_form=form)
    messages.success(request, f"Recorded. {person} takes no part in deciding for {school.known_as}.")
    return redirect("meeting", trust=request.trust.slug, meeting_id=found.pk)


@require_POST
@trust_view(needs=Permission.RUN_MEETINGS)
def minutes(request: TrustRequest, meeting_id: int) -> HttpResponse:
    """Save the draft minutes, or agree them."""
    found, by = meeting_for(meeting_id), request.access.membership
    if "agree" in request.POST:
        version = version_in(request.POST)
        return _done(request, found, lambda: agree_minutes(found, by=by, version=version), "The minutes are agreed.")
    form = MinutesForm(request.POST)
    if form.is_valid():
        try:
            write_minutes(found, form.cleaned_data["minutes"], by=by, version=form.cleaned_data["version"])
        except ValidationError as refused:
            form.add_error("minutes", refused.messages[0])
        else:
            messages.success(request, "The draft is saved.")
            return redirect("meeting", trust=request.trust.slug, meeting_id=found.pk)
    found = meeting_for(meeting_id)  # as somebody else has left it
    # pressing Save again keeps this text, with the other one in view
    form.data = {**form.data.dict(), "version": str(found.version)}  # type: ignore[attr-defined]
    theirs = found.minutes if request.POST.get("version") != str(found.version) else ""
    return _page(request, found, minutes_form=form, theirs=theirs)


def _done(request: TrustRequest, found: Meeting, act: Callable[[], object], told: str) -> HttpResponse:
    try:
        act()
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, told)
    return redirect("meeting", trust=request.trust.slug, meeting_id=found.pk)
