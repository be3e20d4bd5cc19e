"""A concern with all that has happened, and each of its letters, as tagged PDF."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from plans.queries.concern_history import arrival_words, history_of
from plans.queries.concerns import sees_proposals
from plans.views.concerns import letter_for, standing_for
from reporting.views.documents import pdf
from schools.access import Permission, TrustRequest, trust_view


@require_safe
@trust_view(needs=Permission.SEE_CONCERNS)
def concern_file(request: TrustRequest, pk: int) -> HttpResponse:
    """What has happened to a school on a ladder, oldest first, with each letter in full."""
    standing = standing_for(request, pk)
    concern, school = standing.concern, standing.concern.school.name
    whole = sees_proposals(request.access)
    history = history_of(concern, whole=whole)
    context = {"concern": concern, "standing": standing, "history": history, "heading_of": school}
    context["sees_letters"] = whole
    prefetch_related_objects([one.letter for one in history if one.letter], "recipients")
    context["letters"] = [(one.letter, arrival_words(one.letter)) for one in history if one.letter]
    name = f"{standing.ladder.label[:60]} {school[:60]} {timezone.localdate():%Y-%m-%d}"
    made = pdf(request, "reporting/pdf/concern.html", context, name)
    return made or redirect("concern", trust=request.trust.slug, pk=pk)


@require_safe
@trust_view(needs=Permission.SEE_CONCERNS)
def letter_file(request: TrustRequest, pk: int, letter_id: int) -> HttpResponse:
    """One letter, as it was sent."""
    found = letter_for(request, pk, letter_id)
    school = found.concern.school.name
    context = {"letter": found, "arrival": arrival_words(found), "concern": found.concern, "heading_of": school}
    made = pdf(request, "reporting/pdf/letter.html", context, f"{found.subject[:80]} {found.sent_at:%Y-%m-%d}")
    return made or redirect("letter", trust=request.trust.slug, pk=pk, letter_id=letter_id)
