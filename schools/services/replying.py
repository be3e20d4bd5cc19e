"""A school's reply on the facts of a record about it, whichever record it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.models import Membership

ACCURATE, COMMENT = "accurate", "comment"
LONGEST_REPLY = 4000


class Replied(Protocol):
    """What can be replied to."""

    reply: str
    reply_text: str
    replied_at: datetime | None
    replied_by: Any


def comment_in(reply: str, text: str) -> str:
    """The comment; blank where the facts are right. Raises ValidationError by field."""
    text = text.strip()
    if reply not in (ACCURATE, COMMENT):
        raise ValidationError({"reply": "Say whether the facts are right."})
    if reply == ACCURATE:
        return ""
    if not text:
        raise ValidationError({"text": "Write what is not right."})
    if len(text) > LONGEST_REPLY:
        raise ValidationError({"text": f"Use at most {LONGEST_REPLY:,} characters; this has {len(text):,}."})
    return text


def put_reply(row: Replied, reply: str, comment: str, *, by: Membership) -> None:
    """Write it into the row, which its service saves."""
    row.reply, row.reply_text, row.replied_at, row.replied_by = reply, comment, timezone.now(), by
