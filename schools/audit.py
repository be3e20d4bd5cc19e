"""History as people read it: one entry an act, with the row events hanging under it."""

from __future__ import annotations

import json

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone

from schools.models import AuditEntry, Membership, School, Trust
from schools.tenancy import current_trust_id
from schools.words import cut, on

CHANGED_SINCE = "changed since"
"""The code of a refusal because somebody else was quicker."""


def record_act(
    did: str,
    about: models.Model | type[models.Model],
    *,
    by: Membership | None,
    school: School | None = None,
    before: str = "",
    after: str = "",
    why: str = "",
    label: str = "",
) -> AuditEntry:
    """Write the entry and mark every later row change of this transaction as part of it.

    Call it first in a service, with the row it is about, or its class where the row is still to be made; `label` is
    what it is called where it does not say so itself. `by` is None for something the system did by the calendar.
    """
    row = about if isinstance(about, models.Model) else None
    entry = AuditEntry.objects.create(
        at=timezone.now(),
        by=by,
        did=did,
        about=about._meta.label_lower,
        about_id=row.pk if row else None,
        label=cut(label or _name_of(row), 200),
        school=school,
        before=cut(before, 200),
        after=cut(after, 200),
        why=why,
    )
    context = json.dumps({"by": by.pk if by else None, "did": did})
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [str(entry.act), context],
        )
    return entry


def _name_of(row: models.Model | None) -> str:
    """What the row is called; nothing where it has no name of its own."""
    return str(row) if row is not None and type(row).__str__ is not models.Model.__str__ else ""


def last_act(did: str, *, of: str = "") -> AuditEntry | None:
    """The latest entry of one kind; `of` is how what it set begins."""
    return AuditEntry.objects.filter(did=did, after__startswith=of).order_by("-pk").select_related("by__user").first()


def require_unchanged(did: str, seen: int | None, *, of: str = "") -> None:
    """Refuse where the same was done since the entry `seen` (0: none), the last when the page was opened.

    None asks for no check. The trust's row is locked, so that of two at once the second waits, and is told.
    """
    if seen is None:
        return
    Trust.objects.select_for_update().get(pk=current_trust_id() or 0)
    last = last_act(did, of=of)
    if last is None or last.pk <= seen:
        return
    who, at = last.by.user.name if last.by else "The installation operator", timezone.localtime(last.at)
    what = f"{last.before or 'nothing'} became {last.after}"
    raise ValidationError(
        f"{who} changed this on {on(at.date())} at {at:%H:%M}, after you had opened the page: {what}."
        " What you typed is still here. Save again to put it in the place of theirs.",
        code=CHANGED_SINCE,
    )
