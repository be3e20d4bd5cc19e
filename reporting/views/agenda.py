"""The agenda of a meeting: taking schools off, putting them on, and their order."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from reporting.services.agendas import change_agenda_of, decided_at
from reporting.views.meetings import meeting_for
from schools.access import Permission, TrustRequest, trust_view
from schools.forms.meetings import AgendaForm
from schools.models import Meeting, School
from schools.services.meetings import require_not_agreed


@trust_view(needs=Permission.RUN_MEETINGS)
def agenda(request: TrustRequest, meeting_id: int) -> HttpResponse:
    """Every school of the trust with a tick and a place, until the minutes are agreed."""
    found = meeting_for(meeting_id)
    try:
        require_not_agreed(found)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("meeting", trust=request.trust.slug, meeting_id=found.pk)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_agenda_of(found, form.order(), by=request.access.membership, seen=form.was_seen())
        except ValidationError as refused:
            form.add_error(None, refused.messages[0])
            form.data = {**form.data.dict(), "seen": form.initial["seen"]}  # type: ignore[attr-defined]
        else:
            messages.success(request, "The agenda is saved." if changed else "The agenda is as it was.")
            return redirect("meeting", trust=request.trust.slug, meeting_id=found.pk)
    context = {"meeting": found, "form": form, "rows": form.rows()}
    return render(request, "reporting/meeting_agenda.html", context, status=422 if form.errors else 200)


def _form(request: TrustRequest, found: Meeting) -> AgendaForm:
    """The schools of that day, and any that have left since; those on the agenda first, in its order."""
    now = list(found.agenda.values_list("school", flat=True))
    day = timezone.localdate(found.starts_at)
    of_day = School.objects.on(day).values("pk")
    schools = School.objects.filter(Q(pk__in=of_day) | Q(pk__in=now)).order_by("name")
    places = {pk: place for place, pk in enumerate(now)}
    listed = sorted(schools, key=lambda school: places.get(school.pk, len(now)))
    return AgendaForm(request.POST or None, schools=listed, now=now, stay=decided_at(found))
