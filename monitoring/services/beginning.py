"""Planning or beginning a visit, and taking one away that never was."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import Visit
from monitoring.queries.visits import form_of, visit_forms
from schools.audit import record_act
from schools.models import Membership, School, StrategyVersion
from schools.strategy.forms import Form
from schools.words import on as day_words

from .news import tell_planned


def begin_visit(
    school: School,
    version: StrategyVersion,
    form: Form,
    *,
    by: Membership,
    by_school: bool,
    planned_for: date | None = None,
) -> Visit:
    """Begin it now, or with a day to come plan it; the school's heads hear of a visit that is planned.

    What is known stands in the form already: the school, the day, who leads. Raises ValidationError by field.
    """
    today = timezone.localdate()
    if form not in visit_forms(version.strategy):
        raise ValidationError({"form": "Choose one of the forms"})
    if planned_for is not None and planned_for < today:
        raise ValidationError({"planned_for": "A visit is planned for a day to come. Leave the day out to begin now"})
    planned = planned_for is not None
    label = f"{form.label}, {day_words(planned_for)}" if planned_for else form.label
    record_act("visit.planned" if planned else "visit.begun", Visit, by=by, school=school, label=label)
    visit = Visit.objects.create(
        school=school,
        strategy_version=version,
        form=form.key,
        by_school=by_school,
        state=Visit.State.PLANNED if planned else Visit.State.DRAFT,
        planned_for=planned_for,
        lead=by,
        answers=_known(form, school, by, planned_for or today),
    )
    if planned and not by_school:
        tell_planned(visit, form, by=by)
    return visit


def _known(form: Form, school: School, lead: Membership, on: date) -> dict[str, str]:
    """What stands in the form before anybody writes: by what its fields mean, where they take words or a day."""
    known = {"school": school.name, "date": on.isoformat(), "lead": lead.user.name}
    fields = {meaning: form.by_meaning[meaning] for meaning in known if meaning in form.by_meaning}
    kinds = {"date": ("date",)}
    return {
        field.key: known[meaning]
        for meaning, field in fields.items()
        if field.shape in kinds.get(meaning, ("text", "long_text", "person"))
    }


def remove_visit(visit: Visit, *, by: Membership) -> None:
    """Take away one that was planned or begun by mistake. What was sent stays. Raises ValidationError."""
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    if not locked.is_open:
        raise ValidationError("This has been sent, so it stays on record.")
    if locked.lead_id != by.pk:
        raise ValidationError(f"{visit.lead.user.name} leads this visit, and can take it away.")
    record_act("visit.removed", locked, by=by, school=visit.school, label=form_of(visit).label)
    locked.delete()
