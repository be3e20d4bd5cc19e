"""Sign-in: by email and password, by Microsoft, Google or OpenID where set up, and by token for the API."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication

from schools.models import ApiToken, User
from schools.queries import my_trusts


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs themselves up: people come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        remember_address(user)
        remember_trusts(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        found = client_ip(request)
        if not found:
            raise PermissionDenied("this request came from nowhere")
        return found


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A provider proves who somebody is; it does not let a stranger in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: Any) -> tuple[Any, str] | None:
        """The person invited at an address for which the provider vouches. Their password goes on working."""
        found = super().authenticate_by_email(sociallogin)
        if found is not None:
            person, _ = found
            # The invitation proved the address. Without a record of that allauth takes the password away
            remember_address(person)
        return found


def remember_address(user: Any) -> None:
    """An invitation, or the operator, has proved the address. Without a record allauth asks to prove it once more."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def client_ip(request: HttpRequest) -> str | None:
    """The address of who asks, as our outermost proxy saw it (PROXY_COUNT).

    Each proxy writes whom it saw at the end of the header. What stands before that the visitor may have written.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    seen = hops[-min(settings.PROXY_COUNT, len(hops))] if settings.PROXY_COUNT else ""
    try:
        return str(ip_address(seen.strip()))
    except ValueError:  # none said, as by a health check that comes straight here
        return request.META.get("REMOTE_ADDR")


def remember_trusts(request: HttpRequest) -> list[dict[str, str]]:
    """Keep the person's trusts in the session, for the switcher. One that has ended since answers 404."""
    request.session["my_trusts"] = found = my_trusts(request.user)  # type: ignore[arg-type]
    return found


def display_name(user: User) -> str:
    """How allauth's pages address a person."""
    return user.name


def hash_of(secret: str) -> str:
    """What is kept of a secret that has 256 random bits of its own, so that a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of_token(request: HttpRequest) -> None:
    """Set the person of an API token on the request, or leave it anonymous."""
    _set_person(request, request.headers["Authorization"].removeprefix("Token ").strip(), ApiToken.Use.API)


def person_of_feed(request: HttpRequest, secret: str) -> None:
    """Set the person whose calendar's address this is, whoever is signed in."""
    _set_person(request, secret, ApiToken.Use.CALENDAR)


def _set_person(request: HttpRequest, secret: str, use: str) -> None:
    known = ApiToken.objects.filter(token_hash=hash_of(secret), use=use, ended_at=None, expires_at__gt=timezone.now())
    token = known.select_related("user").first()
    if token is not None and token.user.is_active:
        request.user = token.user
        request.api_token = token  # type: ignore[attr-defined]


class TokenAuthentication(BaseAuthentication):
    """The middleware has already found the person; this only tells the API framework."""

    def authenticate(self, request: Any) -> tuple[User, Any] | None:
        token = getattr(request._request, "api_token", None)
        return (token.user, token) if token is not None else None

    def authenticate_header(self, request: Any) -> str:
        return "Token"


class ApiSession(SessionAuthentication):
    """A signed-in browser, with the CSRF check."""
