"""Signing somebody in without the sign-in page, where that page is not what is tested."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext

from schools.models import User
from tests.architecture.visitors import lately_signed_in
from tests.factories import PASSWORD

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in_as(context: BrowserContext, user: User, site: str, *, lately: bool = False) -> None:
    """Give the browser a session of this person; one who typed the password just now is not asked for it again."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    if lately:
        lately_signed_in(client)
    take_over(context, client, site)


def sign_in_halfway(context: BrowserContext, user: User, site: str) -> None:
    """The password is typed, and the code is asked for."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    take_over(context, client, site)


def take_over(context: BrowserContext, client: Client, site: str) -> None:
    """The browser goes on with this client's session."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site, "httpOnly": True}])
