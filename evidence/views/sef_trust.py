"""The trust's pages: which school has sent its self-evaluation, a reminder for the others, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from evidence.models import SelfEvaluation, State
from evidence.queries.sef import SefDue, edition_before, editions_of, sections_of, sees_draft, sef_due_of
from evidence.queries.sef_reading import SectionShown, as_edition, compared
from evidence.rules.sef_entry import SectionEntry
from evidence.services.sef import remind_school, reminders_of
from evidence.views.sef_pages import address, changes_between, label_of, sef_for
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.models import Period, School
from schools.queries import terms_begun
from schools.words import ID_DIGITS, capital, counted, listed, on, whole

ORDER = {State.SUBMITTED: 0, State.RETURNED: 1, "": 2, State.DRAFT: 2, State.AGREED: 3}


@require_safe
@trust_view(needs=Permission.AGREE_EVIDENCE)
def sefs(request: TrustRequest) -> HttpResponse:
    """Every school by where it stands this term: what waits to be read first."""
    terms, today = terms_begun(timezone.localdate()), timezone.localdate()
    asked = request.GET.get("period", "")
    period = next((term for term in terms if str(term.pk) == asked), terms[0] if terms else None)
    lines = _lines(request, period) if period else []
    context = {
        "period": period,
        "lines": lines,
        "waiting": sum(line["due"].state == State.SUBMITTED for line in lines),
        "unsent": [line for line in lines if line["due"].is_unsent],
        "late": [line for line in lines if line["due"].is_unsent and line["due"].due_on < today],
        "today": today,
    }
    return render(request, "evidence/sef_list.html", context)


def _lines(request: TrustRequest, period: Period) -> list[dict[str, Any]]:
    schools = {school.pk: school for school in _schools(request)}
    due = sef_due_of(schools.values(), period, timezone.localdate(), followed=request.followed)
    reminded = reminders_of(period, list(schools))
    ordered = sorted(due, key=lambda one: (ORDER[one.state], one.due_on, schools[one.school_id].name))
    return [_line(request, one, schools[one.school_id], reminded) for one in ordered]


def _schools(request: TrustRequest) -> Any:
    return School.objects.filter(where_may(request.access, Permission.AGREE_EVIDENCE, "pk")).order_by("name")


def _line(request: TrustRequest, due: SefDue, school: School, reminded: Mapping[int, Any]) -> dict[str, Any]:
    last = reminded.get(school.pk)
    kwargs = {"trust": request.trust.slug, "school_id": school.pk, "period_id": due.period_id}
    sent = due.state in (State.SUBMITTED, State.AGREED) or bool(due.returned_note)
    return {
        "due": due,
        "school": school,
        "url": reverse("sef", kwargs=kwargs) if sent else "",
        "reminded": f"Reminded on {on(timezone.localdate(last.at))}" if last else "",
    }


@require_POST
@trust_view(needs=Permission.AGREE_EVIDENCE)
def sef_remind(request: TrustRequest) -> HttpResponse:
    """Ask one school, or with “late” every school that is overdue and was not asked today."""
    today = timezone.localdate()
    period = get_object_or_404(Period, pk=whole(request.POST.get("period", ""), digits=ID_DIGITS))
    schools = _asked_for(request, period)
    asked, refused = [], []
    for school in schools:
        try:
            with transaction.atomic():
                remind_school(school, period, by=request.access.membership, today=today)
            asked.append(school.known_as)
        except ValidationError as refusal:
            refused += refusal.messages
    if asked:
        heads = listed(asked, most=3)
        messages.success(request, f"The head of {heads} reads the reminder on the next working morning.")
    for sentence in refused[:3]:
        messages.warning(request, sentence)
    if not schools:
        messages.info(request, "No school is overdue.")
    return redirect(f"{reverse('sefs', kwargs={'trust': request.trust.slug})}?period={period.pk}")


def _asked_for(request: TrustRequest, period: Period) -> list[School]:
    if request.POST.get("school") != "late":
        return [get_object_or_404(_schools(request), pk=whole(request.POST.get("school", ""), digits=ID_DIGITS))]
    today, schools = timezone.localdate(), {school.pk: school for school in _schools(request)}
    due = [one for one in sef_due_of(schools.values(), period, today) if one.is_unsent and one.due_on < today]
    reminded = reminders_of(period, list(schools))
    return [
        schools[one.school_id]
        for one in due
        if one.school_id not in reminded or timezone.localdate(reminded[one.school_id].at) < today
    ]


NOW, BEFORE = "now", "before"


@require_safe
@trust_view(needs=Permission.SEE_SEF)
def sef_changes(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Two editions side by side, word by word: of this term, or last term's and this one's."""
    sef = sef_for(request, school_id, period_id)
    known = _contents(request, sef)
    names = list(known)
    asked = (request.GET.get("from", ""), request.GET.get("to", ""))
    later = asked[1] if asked[1] in known else names[-1]
    earlier = asked[0]
    if earlier not in known or earlier == later:
        earlier = names[max(names.index(later) - 1, 0)]
    pairs = compared(known[earlier][1] if earlier != later else None, known[later][1])
    sections = [_section(was, now) for was, now in pairs]
    context = {
        "sef": sef,
        "label": label_of(sef),
        "parts": sections,
        "choices": [(name, words) for name, (words, _) in known.items()],
        "earlier": earlier,
        "later": later,
        "alone": earlier == later,
        "said": _said(sections),
        "sef_url": address("sef", sef, request.trust.slug),
    }
    return render(request, "evidence/sef_changes.html", context)


def _contents(request: TrustRequest, sef: SelfEvaluation) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """What can be compared, the earliest first, each by its name in the address."""
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    before = edition_before(sef.school_id, sef.period)
    if before is not None:
        found[BEFORE] = (f"{before.part_of.period.label}, as it was last sent", before.content)
    for one in editions_of(sef):
        found[str(one.number)] = (f"Edition {one.number}, sent on {on(timezone.localdate(one.at))}", one.content)
    if sees_draft(request.access, sef) and sef.is_open:
        found[NOW] = ("As it is being written now", as_edition(sef, sections_of(sef)))
    return found


def _section(was: SectionShown | None, now: SectionShown) -> dict[str, Any]:
    changed = changes_between(was.entry if was else SectionEntry(), now.entry)
    return {"now": now, "was": was, "moved": was is not None and was.word != now.word, **changed}


def _said(sections: list[dict[str, Any]]) -> str:
    moved = sum(one["moved"] for one in sections)
    changed = sum(one["differs"] for one in sections)
    if not changed and not moved:
        return "Nothing has changed between the two."
    judged = f", and {counted(moved, 'judgement')} moved" if moved else ""
    return f"{capital(counted(changed, 'section'))} changed{judged}."
