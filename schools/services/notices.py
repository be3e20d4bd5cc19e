"""Telling people things, at a humane time, in one digest."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from schools.models import Membership, Notice, Trust
from schools.tenancy import trust_scope

log = logging.getLogger(__name__)


def tell(membership: Membership, *, subject: str, body: str, path: str = "", not_before: datetime) -> Notice:
    """Put a notice in the person's next digest."""
    return Notice.objects.create(to=membership, subject=subject, body=body, path=path, not_before=not_before)


def send_digests(now: datetime) -> int:
    """Send everybody in every trust the notices that are due, one email a person. Returns the emails sent.

    Each person has a transaction of their own and notices are marked before the email leaves, so that asking again
    sends nothing twice, and one address that fails holds nobody else back: it is tried again the next time.
    """
    return sum(_send_digest(trust, person, now) for trust in Trust.objects.all() for person in _waiting(trust, now))


def _waiting(trust: Trust, now: datetime) -> list[int]:
    with trust_scope(trust):
        due = Notice.objects.filter(sent_at=None, not_before__lte=now, to__ended_at=None, to__user__is_active=True)
        return list(due.order_by("to").values_list("to", flat=True).distinct())


def _send_digest(trust: Trust, person: int, now: datetime) -> bool:
    try:
        with trust_scope(trust):
            due = Notice.objects.select_for_update(skip_locked=True).filter(
                sent_at=None, not_before__lte=now, to=person
            )
            notices = list(due.select_for_update(skip_locked=True).order_by("created_at", "pk"))
            if notices:
                Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(sent_at=now)
                _mail(trust, Membership.objects.select_related("user").get(pk=person), notices)
            return bool(notices)
    except (SMTPException, OSError):
        log.exception("digest not sent", extra={"trust": trust.pk, "membership": person})
        return False


def _mail(trust: Trust, to: Membership, notices: Sequence[Notice]) -> None:
    first, others = notices[0].subject, len(notices) - 1
    subject = first if not others else f"{first}, and {others} other{'s' if others > 1 else ''}"
    about = {"trust": trust, "person": to.user, "notices": notices, "site": settings.SITE_URL}
    send_mail(f"{trust.name}: {subject}", render_to_string("schools/mail/digest.txt", about), None, [to.user.email])
