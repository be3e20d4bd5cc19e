"""One visit to read: the school's reply, what its leaders considered, the actions; or only that it took place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evidence.forms.named import ask_once_more
from monitoring.forms.visits import ConsiderForm
from monitoring.models import Visit
from monitoring.queries.visits import (
    LEADERS,
    actions_of,
    committee_of,
    form_of,
    may_consider,
    may_follow_up,
    may_reply,
    may_see_photos,
    may_write,
    reads_notes,
)
from monitoring.services import consider_visit, remove_visit, reply_to_visit
from monitoring.views.writing import address, visit_for
from schools.access import Permission, TrustRequest, trust_view
from schools.filled import Answer, ShownForm, Value, shown
from schools.forms import accepted
from schools.forms.filled import FilledForm
from schools.forms.filling import filled_in
from schools.forms.replying import ReplyForm
from schools.strategy.forms import FormField
from schools.words import on as day_words


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def visit(request: TrustRequest, pk: int) -> HttpResponse:
    """What was written, or of a restricted form for others that it took place."""
    return _page(request, visit_for(request, pk), ReplyForm())


def _page(request: TrustRequest, found: Visit, reply: ReplyForm, *, sure: str = "", status: int = 200) -> HttpResponse:
    context = visit_page(request, found) | {"reply_form": reply, "sure": sure}
    return render(request, "monitoring/visit.html", context, status=status)


def visit_page(request: TrustRequest, found: Visit) -> dict[str, Any]:
    """What the page shows. Two queries beside the row itself."""
    access, trust, form = request.access, request.trust.slug, form_of(found)
    reads, links = reads_notes(access, found), actions_of(found)
    sees = access.may(Permission.SEE_PLANS, found.school_id)
    strategy = found.strategy_version.strategy
    return {
        "visit": found,
        "definition": form,
        "state_words": state_words(found),
        "reads": reads,
        "restricted": form.visibility == LEADERS,
        "shown": _to_read(shown(strategy, form, found.answers), found, listed=bool(links) and sees) if reads else None,
        "actions": links,
        "committee": committee_of(found),
        "may_follow_up": may_follow_up(access, found, links) and any(not one.is_followed_up for one in links),
        "may_write": may_write(access, found),
        "photos": found.photos.count() if may_see_photos(access, found) else None,
        "may_remove": may_write(access, found) and found.lead_id == access.membership.pk,
        "may_reply": reads and may_reply(access, found),
        "may_consider": may_consider(access, found),
        "may_see_plans": sees,
        "source_words": strategy.matrix.sources_in_words(found.sources),
        "today": timezone.localdate(),
        "urls": {
            name: address(f"visit_{name}", found, trust)
            for name in ("write", "reply", "consider", "follow_up", "remove")
        },
    }


def _to_read(whole: ShownForm, found: Visit, *, listed: bool) -> ShownForm:
    """Without what is still to be written when the school's leaders consider it, or is listed as actions."""
    considered = found.state == Visit.State.CONSIDERED

    def is_read(field: FormField) -> bool:
        return field.at == "visit" or (considered and not (listed and field.means == "agreed_actions"))

    def now(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        return tuple(one for one in answers if is_read(one.field))

    return replace(whole, head=now(whole.head), judgements=now(whole.judgements), footer=now(whole.footer))


def state_words(found: Visit) -> str:
    """Where it stands, in a sentence."""
    if found.state == Visit.State.PLANNED:
        return f"Planned for {day_words(found.planned_for)}." if found.planned_for else "Planned."
    if found.state == Visit.State.DRAFT:
        return "Being written. Only those who write it can read it."
    if found.waits_for_reply:
        until = day_words(found.reply_due_on) if found.reply_due_on else "the day set"
        return f"The school can say until {until} whether it is accurate."
    if found.state == Visit.State.SUBMITTED:
        return "Final. It waits to be considered by the school’s leaders."
    return f"Considered by the school’s leaders on {day_words(found.considered_on)}." if found.considered_on else ""


@require_POST
@trust_view(needs=Permission.ANSWER_VISITS)
def visit_reply(request: TrustRequest, pk: int) -> HttpResponse:
    """Say for the school whether it is accurate."""
    found = visit_for(request, pk)
    request.access.require(Permission.ANSWER_VISITS, found.school_id)
    if found.is_open or found.lead_id == request.access.membership.pk:
        raise Http404
    form = ReplyForm(request.POST)
    sure = ask_once_more(request.POST, found.school_id, form)
    if accepted(form, lambda data: reply_to_visit(found, by=request.access.membership, **data)):
        messages.success(request, "Your reply is on record. The record is final now.")
        return redirect(address("visit", found, request.trust.slug))
    return _page(request, found, form, status=422, sure=sure)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.WRITE_PLANS)
def visit_consider(request: TrustRequest, pk: int) -> HttpResponse:
    """Write down when it was considered and what was agreed; the actions go into the plan."""
    found = visit_for(request, pk)
    may = may_consider(request.access, found)
    meanwhile = request.method == "POST" and _considered_by_others(request, found)
    if not may and not meanwhile:
        if request.method == "POST":
            messages.warning(request, "This cannot be considered now.")
        return redirect(address("visit", found, request.trust.slug))
    data = request.POST if request.method == "POST" else None
    words, form = _words(found, data), ConsiderForm(data, visit=found, prefix="agreed")
    sure = "" if data is None or meanwhile else ask_once_more(data, found.school_id, form, words)
    if meanwhile:
        form.is_valid()
        form.refuse(ValidationError(_meanwhile(found)))
    elif request.method == "POST" and form.is_valid() and not words.errors:
        try:
            _consider(request, found, form, words)
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, "It is on record, and what was agreed is in the plan.")
            return redirect(address("visit", found, request.trust.slug))
    wrong = form if form.errors else words
    context = visit_page(request, found) | {"form": form, "words": words, "wrong": wrong, "closed": meanwhile}
    context["sure"] = sure
    bad = request.method == "POST"
    return render(request, "monitoring/consider.html", context, status=422 if bad else 200)


def _considered_by_others(request: TrustRequest, found: Visit) -> bool:
    """Whether this person might have considered it, had somebody else not been quicker."""
    might = reads_notes(request.access, found) and request.access.may(Permission.WRITE_PLANS, found.school_id)
    return found.state == Visit.State.CONSIDERED and might


def _meanwhile(found: Visit) -> str:
    who = found.considered_by.user.name if found.considered_by else "Somebody else"
    return f"{who} has put this on record meanwhile, so yours was not stored. Copy from below what you want to keep."


def _words(found: Visit, data: Any) -> FilledForm:
    """What the trust's form asks now, without the day and what was agreed, which every form asks."""
    form = form_of(found)
    words = filled_in(found, form, data, at="considered")
    for meaning in ("considered_on", "agreed_actions"):
        if (asked := form.by_meaning.get(meaning)) and asked.shape in ("date", "long_text"):
            words.fields.pop(asked.key, None)
    return words


def _consider(request: TrustRequest, found: Visit, form: ConsiderForm, words: FilledForm) -> None:
    on, agreed = form.cleaned_data["on"], form.agreed()
    typed: dict[str, Value | None] = words.typed()
    fields = form_of(found).by_meaning
    if (day := fields.get("considered_on")) and day.at == "considered":
        typed[day.key] = on.isoformat()
    told = fields.get("agreed_actions")
    if told and told.at == "considered" and told.shape == "long_text":
        typed[told.key] = "\n".join(one.action.what for one in agreed) or None
    consider_visit(found, by=request.access.membership, on=on, typed=typed, agreed=agreed)


@require_POST
@trust_view(needs=Permission.LOG_VISITS)
def visit_remove(request: TrustRequest, pk: int) -> HttpResponse:
    """Take away one that was planned or begun by mistake."""
    found = visit_for(request, pk)
    try:
        remove_visit(found, by=request.access.membership)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return redirect(address("visit", found, request.trust.slug))
    messages.success(request, "It is taken away.")
    return redirect("monitoring", trust=request.trust.slug)
