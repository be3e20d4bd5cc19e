"""Keys to the API and to the calendar. A person makes their own; it can do what they can, in one trust, until a day."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from schools.audit import record_act
from schools.models import ApiToken, Membership
from schools.sign_in import hash_of

MOST_TOKENS = 10
FEED_NAME = "Calendar of what is owed"
FEED_DAYS = 3650
"""Until it is stopped: a calendar that falls silent by itself would be noticed too late."""


def create_token(name: str, *, by: Membership, days: int) -> tuple[ApiToken, str]:
    """A new token of the person's own, and the secret, which is shown once and kept only as a hash."""
    mine = ApiToken.objects.filter(user=by.user_id, trust=by.trust_id, use=ApiToken.Use.API)
    if mine.filter(ended_at=None, expires_at__gt=timezone.now()).count() >= MOST_TOKENS:
        raise ValidationError(f"You have {MOST_TOKENS} tokens. End one that is no longer used first.")
    return _made(name, by, ApiToken.Use.API, days)


def _made(name: str, by: Membership, use: str, days: int) -> tuple[ApiToken, str]:
    secret = secrets.token_urlsafe(32)
    record_act("token.created", by, by=by, after=name)
    until = timezone.now() + timedelta(days=days)
    keep = {"token_hash": hash_of(secret), "user_id": by.user_id, "trust": by.trust}
    return ApiToken.objects.create(**keep, name=name, use=use, expires_at=until), secret


def create_feed(*, by: Membership) -> tuple[ApiToken, str]:
    """A new private address of the person's calendar; the one before stops. Its secret is shown this once."""
    for old in feeds_of(by):
        end_token(old, by=by)
    return _made(FEED_NAME, by, ApiToken.Use.CALENDAR, FEED_DAYS)


def feeds_of(person: Membership) -> QuerySet[ApiToken]:
    """The address of the person's calendar that works now, if there is one."""
    mine = ApiToken.objects.filter(user=person.user_id, trust=person.trust_id, use=ApiToken.Use.CALENDAR)
    return mine.filter(ended_at=None, expires_at__gt=timezone.now())


def end_token(token: ApiToken, *, by: Membership) -> None:
    """Stop a token working now."""
    if token.ended_at is not None:
        return
    record_act("token.ended", by, by=by, before=token.name)
    token.ended_at = timezone.now()
    token.save(update_fields=["ended_at"])
