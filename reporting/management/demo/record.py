"""The record of changes, as it would stand had everything been done on its day."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from schools.models import AuditEntry, Membership, School


class Record:
    """Collects acts and writes them in one statement, in the order they were done."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    def write(
        self,
        did: str,
        about: models.Model | type[models.Model],
        *,
        at: datetime,
        by: Membership | None,
        school: School | None = None,
        before: str = "",
        after: str = "",
        why: str = "",
    ) -> None:
        """One act, in the words the services use."""
        row = about if isinstance(about, models.Model) else None
        self.entries.append(
            AuditEntry(
                did=did, about=about._meta.label_lower, about_id=row.pk if row else None,
                label=str(row)[:200] if row else "", at=at, by=by, school=school,
                before=before[:200], after=after[:200], why=why,
            )
        )  # fmt: skip

    def save(self) -> None:
        """Write them all."""
        AuditEntry.objects.bulk_create(sorted(self.entries, key=lambda entry: entry.at), batch_size=1000)
