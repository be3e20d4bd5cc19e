"""Who visits: every role and every kind of stranger, and what switches the scope off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client
from django_scopes import scope, scopes_disabled

from schools.access import ROLES
from schools.models import User
from tests.architecture.planted import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

VISITORS = ("anonymous", *map(str, ROLES), "person in two trusts", "operator", "removed member", "api token")


def signed_in(client: Client, user: User) -> None:
    client.force_login(user, backend=BACKEND)


def lately_signed_in(client: Client) -> None:
    """They typed their password again just now, so that pages which ask for that open."""
    request = HttpRequest()
    request.session = client.session
    user = User.objects.get(pk=request.session["_auth_user_id"])
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()


def visit_as(visitor: str, world: World, **options: Any) -> Client:
    """A browser, or a program with a token, of one of the visitors. They belong to Alder, if anywhere."""
    alder = world.trusts["alder"]
    client = Client(raise_request_exception=False, **options)
    if visitor == "api token":
        client.defaults["HTTP_AUTHORIZATION"] = f"Token {alder.token}"
        return client
    others = {"person in two trusts": world.both.user, "operator": world.operator, "removed member": world.removed.user}
    if visitor in ROLES:
        signed_in(client, alder.people[visitor].user)
    elif visitor in others:
        signed_in(client, others[visitor])
    return client


@contextmanager
def _disabled(**trust: Any) -> Iterator[None]:
    with scope(**trust), scopes_disabled():
        yield


def scope_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wall 1 down: a trust is open as ever, and no query is filtered by it."""
    monkeypatch.setattr("schools.tenancy.scope.scope", _disabled)
