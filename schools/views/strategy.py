"""The strategy: a document everybody in the trust may read, and its publication by the administrator."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schools.access import ROLES, Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.strategies import FollowForm, ShippedForm, UploadForm
from schools.models import School, StrategyChoice, StrategyVersion
from schools.rules import first_of_year
from schools.services.strategies import adopt_strategy, choose_strategy, shipped_strategies
from schools.strategy import Strategy, read_strategy
from schools.strategy.reading import reading_of
from schools.views import page

ROLE_WORDS = {role: rule.label for role, rule in ROLES.items()}
"""Roles as a document names them."""


@require_safe
@trust_view(needs=Permission.SEE_STRATEGY)
def strategy(request: TrustRequest) -> HttpResponse:
    """The strategy this person's school follows, or the trust's own."""
    today = timezone.localdate()
    version = request.followed.by_trust(today)
    schools = request.access.school_ids if not request.access.whole_trust else frozenset()
    if len(schools) == 1:
        version = request.followed.by(School(pk=next(iter(schools))), today)
    if version is None:
        return page(request, "schools/strategy_none_page.html")
    return _document(request, version)


@require_safe
@trust_view(needs=Permission.SEE_STRATEGY)
def strategy_version(request: TrustRequest, pk: int) -> HttpResponse:
    """One published version, whether it is followed now or not."""
    return _document(request, get_object_or_404(StrategyVersion.objects.defer("text", "document"), pk=pk))


def _document(request: TrustRequest, version: StrategyVersion) -> HttpResponse:
    others = StrategyVersion.objects.defer("text", "document").exclude(pk=version.pk).order_by("-starts_on", "key")
    reading = reading_of(version.strategy, ROLE_WORDS)
    return page(request, "schools/strategy_page.html", version=version, others=others, r=reading, s=version.strategy)


@require_safe
@trust_view(needs=Permission.SEE_STRATEGY)
def strategy_text(request: TrustRequest, pk: int) -> HttpResponse:
    """The file as it was uploaded."""
    version = get_object_or_404(StrategyVersion.objects.defer("document"), pk=pk)
    response = HttpResponse(version.text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{version.key}-{version.version}.toml"'
    return response


@cache
def _shipped() -> dict[str, Strategy]:
    """The strategies that come with the product, read once per process."""
    return {name: read_strategy(path.read_text(), name=path.name) for name, path in shipped_strategies().items()}


@require_safe
@trust_view(needs=Permission.MANAGE_STRATEGY)
def strategy_shipped(request: TrustRequest, name: str) -> HttpResponse:
    """A strategy that comes with the product, read before it is chosen."""
    if name not in _shipped():
        raise Http404
    shown = _shipped()[name]
    return page(request, "schools/strategy_page.html", r=reading_of(shown, ROLE_WORDS), s=shown, name=name)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_STRATEGY)
def strategy_choose(request: TrustRequest) -> HttpResponse:
    """Start from a strategy that comes with the product."""
    form, me = ShippedForm(request.POST or None, names=list(_shipped())), request.access.membership
    form.fields["starts_on"].initial = first_of_year(timezone.localdate())

    def adopt(data: dict[str, Any]) -> None:
        text = shipped_strategies()[data["name"]].read_text()
        adopt_strategy(text, by=me, starts_on=data["starts_on"], name=f"{data['name']}.toml")

    if request.method == "POST" and accepted(form, adopt):
        messages.success(request, "The strategy is published, and the trust follows it.")
        return redirect("setup", trust=request.trust.slug)
    published = StrategyVersion.objects.defer("text", "document").order_by("key", "-version")
    choices = StrategyChoice.objects.select_related("school").order_by("-from_on", "school__name")
    titles = {version.key: version.title for version in reversed(published)}
    return page(
        request,
        "schools/strategy_choose_page.html",
        form=form,
        shipped=_shipped(),
        published=published,
        choices=[(choice, titles.get(choice.key, choice.key)) for choice in choices],
        follow=FollowForm(),
    )


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_STRATEGY)
def strategy_upload(request: TrustRequest) -> HttpResponse:
    """Publish a version from a file. A file with faults changes nothing, and each fault is listed with its place."""
    form, me = UploadForm(request.POST or None, request.FILES or None), request.access.membership
    form.fields["starts_on"].initial = timezone.localdate()

    def publish(data: dict[str, Any]) -> None:
        name, text = data.pop("file")
        adopt_strategy(text, by=me, name=name, **data)

    if request.method == "POST" and accepted(form, publish):
        messages.success(request, "The new version is published.")
        return redirect("strategy_choose", trust=request.trust.slug)
    return page(request, "schools/strategy_upload_page.html", form=form)


@require_POST
@trust_view(needs=Permission.MANAGE_STRATEGY)
def strategy_follow(request: TrustRequest) -> HttpResponse:
    """Let one school, or the trust, follow a published strategy from a day on."""
    form, me = FollowForm(request.POST), request.access.membership
    if accepted(form, lambda data: choose_strategy(data.pop("key"), by=me, **data)):
        messages.success(request, f"{form.cleaned_data['school'] or 'The trust'} follows the strategy from that day.")
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("strategy_choose", trust=request.trust.slug)
