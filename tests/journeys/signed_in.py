"""Signing somebody in without the sign-in page, where that page is not what is tested."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext

from schools.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in_as(context: BrowserContext, user: User, site: str) -> None:
    """Give the browser a session of this person."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site, "httpOnly": True}])
