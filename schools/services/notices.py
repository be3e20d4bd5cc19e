"""Telling people things, at a humane time, in one digest."""

from __future__ import annotations

from datetime import datetime

from schools.models import Membership, Notice


def tell(membership: Membership, *, subject: str, body: str, path: str = "", not_before: datetime) -> Notice:
    """Put a notice in the person's next digest."""
    return Notice.objects.create(to=membership, subject=subject, body=body, path=path, not_before=not_before)
