"""The record of changes, as it would stand had everything been done on its day."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from categorisation.models import Assessment, Rating
from reporting.management.demo.calendar import moment
from schools.models import AuditEntry, Membership, School
from schools.rules import working_days_after


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
        label: str = "",
    ) -> None:
        """One act, in the words the services use."""
        row = about if isinstance(about, models.Model) else None
        self.entries.append(
            AuditEntry(
                did=did, about=about._meta.label_lower, about_id=row.pk if row else None,
                label=(label or (str(row) if row else ""))[:200], at=at, by=by, school=school,
                before=before[:200], after=after[:200], why=why,
            )
        )  # fmt: skip

    def save(self) -> None:
        """Write them all."""
        AuditEntry.objects.bulk_create(sorted(self.entries, key=lambda entry: entry.at), batch_size=1000)


def record_matrix(record: Record, row: Assessment, *, moderator: Membership) -> None:
    """That a matrix was sent, returned or agreed."""
    if row.submitted_at is None:
        return
    school, sent = row.school, Assessment.State.SUBMITTED.value
    record.write(
        "matrix.submitted", row, at=row.submitted_at, by=row.submitted_by, school=school, before="draft", after=sent
    )
    if row.agreed_at is not None:
        record.write(
            "matrix.agreed", row, at=row.agreed_at, by=row.agreed_by, school=school, before=sent, after="agreed"
        )
    if row.state == Assessment.State.RETURNED:
        at = moment(working_days_after(row.submitted_at.date(), 1), "11:20")
        record.write(
            "matrix.returned",
            row,
            at=at,
            by=moderator,
            school=school,
            before=sent,
            after="returned",
            why=row.returned_note,
        )


def record_moderation(record: Record) -> None:
    """Every single rating that a moderator changed."""
    changed = Rating.objects.exclude(moderated_level=None).select_related("kpi", "school", "period", "moderator__user")
    for row in changed:
        assert row.moderated_at is not None
        before, after, label = str(row.level), str(row.moderated_level), f"{row.kpi.label}, {row.school}, {row.period}"
        record.write(
            "rating.moderated", row, at=row.moderated_at, by=row.moderator, school=row.school,
            before=before, after=after, why=row.moderated_reason, label=label,
        )  # fmt: skip
