"""History as people read it: one entry an act, with the row events hanging under it."""

from __future__ import annotations

import json

from django.db import connection, models
from django.utils import timezone

from schools.models import AuditEntry, Membership, School


def record_act(
    did: str,
    about: models.Model | type[models.Model],
    *,
    by: Membership | None,
    school: School | None = None,
    before: str = "",
    after: str = "",
    why: str = "",
) -> AuditEntry:
    """Write the entry and mark every later row change of this transaction as part of it.

    Call it first in a service, with the row it is about, or its class where the row is still to be made. `by` is None
    for something the system did by the calendar.
    """
    row = about if isinstance(about, models.Model) else None
    entry = AuditEntry.objects.create(
        at=timezone.now(),
        by=by,
        did=did,
        about=about._meta.label_lower,
        about_id=row.pk if row else None,
        label=str(row)[:200] if row else "",
        school=school,
        before=before[:200],
        after=after[:200],
        why=why,
    )
    context = json.dumps({"by": by.pk if by else None, "did": did})
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [str(entry.act), context],
        )
    return entry
