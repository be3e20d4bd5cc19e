"""Writing in the form of a visit, as a draft."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from monitoring.models import Visit
from schools.filled import Value
from schools.models import Membership
from schools.services.filling import SavedAnswers, keep_answers


def save_visit(
    visit: Visit,
    typed: Mapping[str, Value | None],
    *,
    by: Membership,
    version: int,
    base: Mapping[str, Value | None] | None = None,
) -> SavedAnswers:
    """Keep what was typed in a form opened at `version`. Not an act. Raises ValidationError once it is sent."""
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    return write(locked, typed, by=by, version=version, base=base)


def write(
    locked: Visit,
    typed: Mapping[str, Value | None],
    *,
    by: Membership,
    version: int,
    base: Mapping[str, Value | None] | None = None,
) -> SavedAnswers:
    """The same, for a row that is locked already."""
    if not locked.is_open:
        raise ValidationError("This has been sent, so it can no longer be changed.")
    saved = keep_answers(locked, typed, by=by, version=version, base=base)
    if locked.state == Visit.State.PLANNED and not saved.conflicts:
        locked.state = Visit.State.DRAFT
        locked.save(update_fields=["state"])
    return saved
