"""Keys to the API. A person makes their own; it can do what they can, in one trust, until a day."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.audit import record_act
from schools.models import ApiToken, Membership
from schools.sign_in import hash_of

MOST_TOKENS = 10


def create_token(name: str, *, by: Membership, days: int) -> tuple[ApiToken, str]:
    """A new token of the person's own, and the secret, which is shown once and kept only as a hash."""
    now = timezone.now()
    mine = ApiToken.objects.filter(user=by.user_id, trust=by.trust_id, ended_at=None, expires_at__gt=now)
    if mine.count() >= MOST_TOKENS:
        raise ValidationError(f"You have {MOST_TOKENS} tokens. End one that is no longer used first.")
    secret = secrets.token_urlsafe(32)
    record_act("token.created", by, by=by, after=name)
    token = ApiToken.objects.create(
        token_hash=hash_of(secret),
        user_id=by.user_id,
        trust=by.trust,
        name=name,
        expires_at=now + timedelta(days=days),
    )
    return token, secret


def end_token(token: ApiToken, *, by: Membership) -> None:
    """Stop a token working now."""
    if token.ended_at is not None:
        return
    record_act("token.ended", by, by=by, before=token.name)
    token.ended_at = timezone.now()
    token.save(update_fields=["ended_at"])
