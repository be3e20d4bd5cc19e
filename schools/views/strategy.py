"""The strategy: a document everybody in the trust may read, and its publication by the administrator."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schools.access import ROLES, Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.strategies import FollowForm, ShippedForm, UploadForm
from schools.models import StrategyChoice, StrategyVersion
from schools.queries import strategy_of, trusts_own_version
from schools.services.strategies import (
    adopt_shipped_strategy,
    choose_strategy,
    publish_and_follow,
    shipped_strategies,
)
from schools.strategy import read_strategy
from schools.strategy.reading import reading_of
from schools.views import page

ROLE_WORDS = {role: rule.label for role, rule in ROLES.items()}
"""Roles as a document names them."""


@require_safe
@trust_view(needs=Permission.SEE_STRATEGY)
def strategy(request: TrustRequest) -> HttpResponse:
    """The strategy this person's school follows, or the trust's own."""
    today = timezone.localdate()
    version = trusts_own_version(today)
    schools = request.access.school_ids if not request.access.whole_trust else frozenset()
    if len(schools) == 1:
        version = strategy_of(next(iter(schools)), today) or version
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
