"""Sending what was written: once, whatever a device tries; and what follows when the record is final."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.services import propose_anew
from evidence.models import Source
from evidence.queries.calibration import OWN_VISIT
from monitoring.models import Visit
from monitoring.queries.visits import form_of
from monitoring.rules.coverage import coverage_of, informed_by, judgements_of
from schools.audit import record_act
from schools.filled import Answers, Value, lacking
from schools.models import Membership
from schools.rules import working_days_after
from schools.services.filling import SavedAnswers
from schools.strategy.forms import Form

from .news import tell_sent
from .writing import write

SOURCE_KIND = "visit"
SOURCE_ROUTE = "visit"


@dataclass(frozen=True)
class Sent:
    """What became of sending. `lacks`, by name: kept as a draft, and not sent until they are there.

    `again`: the same device had sent it before, and this changed nothing. `asks`: kept, and its writer answers first.
    """

    saved: SavedAnswers
    lacks: dict[str, str] = field(default_factory=dict)
    again: bool = False
    asks: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_sent(self) -> bool:
        return not self.lacks and not self.asks and not self.saved.conflicts


def send_visit(
    visit: Visit,
    typed: Mapping[str, Value | None],
    *,
    by: Membership,
    version: int,
    token: UUID | None = None,
    base: Mapping[str, Value | None] | None = None,
) -> Sent:
    """Keep what was typed and send it to the school. A token, made on the device, is taken once.

    With conflicts nothing is written; while something is lacking it is kept and not sent. Raises ValidationError once
    somebody else has sent it.
    """
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    if token is not None and locked.token == token:
        return Sent(SavedAnswers(locked.version, locked.submitted_at or timezone.now()), again=True)
    saved = write(locked, typed, by=by, version=version, base=base)
    if saved.conflicts:
        return Sent(saved)
    form = form_of(visit)
    if lacks := lacking_in(form, locked.answers, today=timezone.localdate()):
        return Sent(saved, lacks)
    if token is not None and Visit.objects.filter(token=token).exists():
        raise ValidationError("This device has sent another visit under this number. Open the page again.")
    _submit(visit, locked, by=by, token=token)
    return Sent(saved)


def lacking_in(form: Form, answers: Answers, *, today: date) -> dict[str, str]:
    """What is to be put right before it is sent, by name."""
    found = dict(lacking(form, answers))
    on = coverage_of(form, answers).on
    if on is not None and on > today:
        day = form.by_meaning["date"]
        found[day.key] = f"{day.label}: this day is still to come"
    return found


def _submit(visit: Visit, locked: Visit, *, by: Membership, token: UUID | None) -> None:
    form, now = form_of(visit), timezone.now()
    covered = coverage_of(form, locked.answers)
    record_act("visit.submitted", locked, by=by, school=visit.school, after="submitted", label=form.label)
    locked.state, locked.token, locked.submitted_at, locked.submitted_by = Visit.State.SUBMITTED, token, now, by
    locked.on, locked.subject = covered.on or timezone.localdate(), covered.subject
    locked.year_groups, locked.sources = list(covered.year_groups), list(covered.sources)
    if locked.by_school:  # nobody replies to a record of their own
        locked.final_at = now
    else:
        days = visit.strategy_version.strategy.monitoring.reply_days
        locked.reply_due_on = working_days_after(timezone.localdate(), days)
    locked.save()
    if locked.by_school:
        publish(locked)
    else:
        tell_sent(locked, form, by=by)


def publish(visit: Visit) -> None:
    """Put it where everything that reads sources finds it, and let the rules look again. Inside the act of finality."""
    Source.objects.bulk_create(sources_of(visit))
    propose_anew(visit.school, today=timezone.localdate())


def sources_of(visit: Visit) -> list[Source]:
    """What a visit says of the school: each judgement on its scale; each kind of evidence, and of what it is one.

    What a school records of itself is its own judgement, and no independent evidence.
    """
    form = form_of(visit)
    about = {
        "school": visit.school,
        "kind": OWN_VISIT if visit.by_school else SOURCE_KIND,
        "on": visit.on,
        "author": visit.lead,
        "route": SOURCE_ROUTE,
        "original_id": visit.pk,
    }
    judged = [
        Source(area=one.area, framework=one.scale, judgement=one.level, label=one.label[:200], **about)
        for one in judgements_of(form, visit.answers)
    ]
    if visit.by_school:
        return judged
    label = f"{form.label}: {visit.subject}" if visit.subject else form.label
    areas, common = informed_by(form, visit.answers), about | {"label": label[:200]}
    used = [Source(area=area, evidence=kind, **common) for kind in visit.sources for area in areas or [kind]]
    return [*judged, *used]
