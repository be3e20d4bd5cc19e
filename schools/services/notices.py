"""Telling people things, at a humane time, in one digest."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from smtplib import SMTPException
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.aggregates import BoolOr
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.template.loader import render_to_string

from schools import jobs
from schools.models import Membership, Notice, Trust
from schools.services.post import at_work
from schools.tenancy import trust_scope

log = logging.getLogger(__name__)

Mail = tuple[str, str, None, list[str]]
"""Subject, text, the sender of all our mail, and to whom."""


def tell(
    membership: Membership, *, subject: str, body: str, path: str = "", not_before: datetime, at_once: bool = False
) -> Notice:
    """Put a notice in the person's next digest, which leaves while they work; `at_once` at any hour."""
    return Notice.objects.create(
        to=membership, subject=subject, body=body, path=path, not_before=not_before, at_once=at_once
    )


def send_digests(now: datetime) -> int:
    """Send everybody in every trust the notices that are due, one email a person. Returns the emails sent.

    Whoever is not at work by `may_arrive` has theirs later, but for those that leave at once.

    At most once: a person's notices are marked, and that is saved, before the email leaves; so whatever breaks
    afterwards, nothing is sent twice. When the mail server does not take the email the mark is taken back and it is
    tried again the next time. A worker that is killed in that very moment leaves it unsent: what it told is on the
    pages all the same. Nobody's failure holds anybody else back; what is no mail server's doing is raised at the end.
    """
    sent: list[bool] = []

    def send_in(trust: Trust) -> None:
        digests = _waiting(trust, now)
        jobs.each_alone(digests, lambda one: sent.append(_send_digest(trust, one, now)), what="digest of a person")

    jobs.each_alone(Trust.objects.order_by("pk"), send_in, what="digests of a trust")
    return sum(sent)


class Digest(NamedTuple):
    """Whose digest leaves now, and whether only what goes `at_once` is in it."""

    person: int
    only_at_once: bool

    def due(self, now: datetime) -> QuerySet[Notice]:
        rows = Notice.objects.filter(sent_at=None, not_before__lte=now, to=self.person)
        return rows.filter(at_once=True) if self.only_at_once else rows


def _waiting(trust: Trust, now: datetime) -> list[Digest]:
    with trust_scope(trust):
        due = Notice.objects.filter(sent_at=None, not_before__lte=now, to__ended_at=None, to__user__is_active=True)
        urgent = dict(due.order_by("to").values_list("to").annotate(urgent=BoolOr("at_once")))
        working = at_work(urgent, now)
        return [Digest(pk, pk not in working) for pk in urgent if pk in working or urgent[pk]]


def _send_digest(trust: Trust, digest: Digest, now: datetime) -> bool:
    notices, mail = _mark(trust, digest, now)
    if mail is None:
        return False
    try:
        send_mail(*mail)
    except (SMTPException, OSError):
        log.exception("digest not sent", extra={"trust": trust.pk, "membership": digest.person})
        _take_back(trust, notices)
        return False
    except Exception:
        _take_back(trust, notices)
        raise
    return True


def _mark(trust: Trust, digest: Digest, now: datetime) -> tuple[list[int], Mail | None]:
    """Mark what is due to the person as sent. Which notices, and the email; None when another worker has them."""
    with trust_scope(trust):
        notices = list(digest.due(now).select_for_update(skip_locked=True).order_by("-created_at", "-pk"))
        if not notices:
            return [], None
        marked = [notice.pk for notice in notices]
        Notice.objects.filter(pk__in=marked).update(sent_at=now)
        return marked, _mail(trust, Membership.objects.select_related("user").get(pk=digest.person), notices)


def _take_back(trust: Trust, notices: list[int]) -> None:
    with trust_scope(trust):
        Notice.objects.filter(pk__in=notices).update(sent_at=None)


def _mail(trust: Trust, to: Membership, notices: Sequence[Notice]) -> Mail:
    """The newest comes first and names the email: what it tells may have overtaken the rest."""
    first, others = notices[0].subject, len(notices) - 1
    subject = first if not others else f"{first}, and {others} other{'s' if others > 1 else ''}"
    about = {"trust": trust, "person": to.user, "notices": notices, "site": settings.SITE_URL}
    text = render_to_string("schools/mail/digest.txt", about)
    return f"{subject} ({trust.name})", text, None, [to.user.email]
