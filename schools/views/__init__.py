"""Pages of the foundation: home, the operator's, people, and a trust's set-up."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from schools.access import OPERATOR, lacks_second_factor, to_second_factor


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the foundation. None depends on the term, so the period selector is left out."""
    return render(request, template, context, status=status)


def operator_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only the installation operator. To everybody else the page is not there."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_operator:
            raise Http404
        if lacks_second_factor(request.user, [OPERATOR]):
            return to_second_factor(request)
        return view(request, **kwargs)

    return inner
