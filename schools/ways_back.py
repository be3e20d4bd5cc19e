"""Opening an address that only takes a form, as after signing in again: the page the form is on is shown instead."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from schools.access import is_of_api


class WaysBack:
    """Middleware: instead of a bare “405” a browser is led to the nearest page above the address. Not for the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked_by_a_person = request.method == "GET" and not is_of_api(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not asked_by_a_person:
            return response
        if reverse("account_login") in request.headers.get("Referer", ""):
            messages.warning(request, "You were signed out when you sent this, so nothing was changed. Send it again.")
        return HttpResponseRedirect(page_above(request.path_info), headers={"Cache-Control": "no-store"})


def page_above(path: str) -> str:
    """The nearest address above this one that leads anywhere, for example a meeting's page above its minutes."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return path
