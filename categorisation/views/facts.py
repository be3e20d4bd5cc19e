"""What is on record of a school beside its matrix: facts that the trust declares and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from categorisation.forms import EndFactForm, FactForm
from categorisation.models import SchoolFact
from categorisation.queries import Held, facts_ended, facts_held, self_evaluation_of
from categorisation.services import declare_fact, end_fact
from categorisation.views.matrix import school_for
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.models import School
from schools.strategy import Strategy

ANEW = "What the rules propose was worked out again, where nothing has been decided yet."


@dataclass(frozen=True)
class Line:
    """A fact that holds, with the form that ends it where people recorded it."""

    held: Held
    form: EndFactForm | None


def strategy_for(request: TrustRequest, school: School) -> Strategy:
    """The strategy the school follows today; 404 where it has no facts."""
    version = request.followed.by(school, timezone.localdate())
    if version is None or not version.strategy.facts:
        raise Http404
    return version.strategy


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MODERATE)
def facts(request: TrustRequest, school_id: int) -> HttpResponse:
    """What holds of the school, a form to put something on record, and one to end each."""
    school = school_for(request, school_id)
    strategy, by = strategy_for(request, school), request.access.membership
    if request.method == "GET":
        return _page(request, school, strategy)
    form = FactForm(request.POST, facts=[fact for fact in strategy.facts if fact.is_recorded])
    if accepted(form, lambda data: declare_fact(school, **data, by=by)):
        label = strategy.fact_by_key[form.cleaned_data["key"]].label
        messages.success(request, f"{school.known_as}: “{label}” is on record. {ANEW}")
        return redirect("facts", trust=request.trust.slug, school_id=school.pk)
    return _page(request, school, strategy, form=form)


@require_POST
@trust_view(needs=Permission.MODERATE)
def fact_end(request: TrustRequest, school_id: int, fact_id: int) -> HttpResponse:
    """End one fact."""
    school = school_for(request, school_id)
    fact = get_object_or_404(SchoolFact.objects.select_related("school"), pk=fact_id, school=school)
    form = EndFactForm(request.POST, auto_id=f"end-{fact.pk}-%s")
    if accepted(form, lambda data: end_fact(fact, **data, by=request.access.membership)):
        messages.success(request, f"{school.known_as}: ended. {ANEW}")
        return redirect("facts", trust=request.trust.slug, school_id=school.pk)
    return _page(request, school, strategy_for(request, school), ending={fact.pk: form})


def _page(
    request: TrustRequest,
    school: School,
    strategy: Strategy,
    *,
    form: FactForm | None = None,
    ending: Mapping[int, EndFactForm] | None = None,
) -> HttpResponse:
    today, ending = timezone.localdate(), ending or {}
    accuracy = self_evaluation_of(strategy, school, on=today, followed=request.followed)
    held = facts_held(strategy, school, on=today, accuracy=accuracy)
    on_record = {one.fact.key for one in held}
    open_to_record = [fact for fact in strategy.facts if fact.is_recorded and fact.key not in on_record]
    context = {
        "school": school,
        "words": strategy.identity.words,
        "lines": [Line(one, _end_form(one, ending)) for one in held],
        "form": form or FactForm(facts=open_to_record),
        "may_record": open_to_record,
        "ended": facts_ended(strategy, school, on=today),
        "wrong": next(iter(ending.values()), form),
        "accuracy": accuracy,
        "computed": [fact for fact in strategy.facts if fact.computed and fact.key not in on_record],
        "published": [fact for fact in strategy.facts if fact.published and fact.key not in on_record],
    }
    return render(request, "categorisation/facts.html", context, status=422 if form or ending else 200)


def _end_form(held: Held, ending: Mapping[int, EndFactForm]) -> EndFactForm | None:
    if held.recorded is None or held.recorded.until is not None:
        return None
    pk = held.recorded.pk
    return ending.get(pk) or EndFactForm(auto_id=f"end-{pk}-%s")
