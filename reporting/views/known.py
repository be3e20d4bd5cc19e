"""What is known of a school: beside a health check, or another visit framed by data, in its record and in print."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from monitoring.models import Visit
from monitoring.queries.visits import form_of, may_write, reads_notes
from reporting.queries.known import Known, known_of
from schools.access import TrustRequest
from schools.strategy.forms import Form

HEALTH_CHECK = "health_check"


def is_framed(form: Form) -> bool:
    """Whether it opens with what is known of the school: every health check, and a form that says so."""
    return form.kind == HEALTH_CHECK or form.framed_by_data


def known_beside(request: TrustRequest, visit: Visit) -> SafeString:
    """The summary as a section of the page; nothing for another form, or for who reads only that it took place."""
    known = known_for(request, visit)
    if known is None:
        return SafeString("")
    context = {"known": known, "writing": visit.is_open}
    return mark_safe(render_to_string("reporting/parts/known_section.html", context, request))  # noqa: S308 - our template


def known_for(request: TrustRequest, visit: Visit) -> Known | None:
    """As the school stood on the day of the visit; while it is written, as it stands today."""
    access: Any = request.access
    if not is_framed(form_of(visit)) or not (may_write(access, visit) or reads_notes(access, visit)):
        return None
    day = visit.on if visit.submitted_at and visit.on else timezone.localdate()
    return known_of(access, visit.school, day, now=timezone.now(), besides=visit)
