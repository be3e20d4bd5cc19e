"""The pages of visits as the demo fills them, and what each of their forms is sent filled in wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from monitoring.models import Visit
from plans.models import Action
from tests.journeys.forms_with_faults import Form

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

S = Visit.State
Rows = dict[str, list[dict[str, Any]]]


def _visits(**which: Any) -> list[Visit]:
    return list(Visit.objects.filter(**which).order_by("pk")[:1])


def _waiting() -> list[Visit]:
    return _visits(state=S.SUBMITTED, final_at=None)


def _final() -> list[Visit]:
    return _visits(state=S.SUBMITTED, final_at__isnull=False)


def _drafts() -> list[Visit]:
    return _visits(state=S.DRAFT, by_school=False)


def _checks() -> list[Visit]:
    """A health check of whose actions one is not closed by the committee."""
    return _visits(form="health_check", state=S.CONSIDERED)


def rows_of_monitoring() -> Rows:
    """By route, what its address names: a visit in each state, actions that are open and closed."""
    shown = [*_visits(state=S.PLANNED), *_drafts(), *_waiting(), *_final()]
    shown += [*_checks(), *_visits(state=S.CONSIDERED, reply="comment"), *_visits(state=S.CONSIDERED, reply="accurate")]
    actions = [one for state in Action.State for one in Action.objects.filter(state=state).order_by("pk")[:1]]
    with_plan = Action.objects.order_by("pk").values_list("plan__school", flat=True)[:1]
    looked = Visit.objects.exclude(final_at=None).order_by("pk").values_list("school", flat=True)[:1]
    return {
        "school_triangulation": [{"school_id": pk} for pk in looked],
        "visit": [{"pk": one.pk} for one in shown],
        "visit_write": [{"pk": one.pk} for one in _drafts()],
        "visit_consider": [{"pk": one.pk} for one in _final()],
        "visit_follow_up": [{"pk": one.pk} for one in _checks()],
        "action": [{"pk": one.pk} for one in actions],
        "school_actions": [{"school_id": pk} for pk in with_plan],
    }


def monitoring_with_faults(addresses: Addresses) -> list[Form]:
    """Every form of visits and actions, as those send it who may."""
    slug = addresses.trust.slug

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **more})

    (waiting,), (final,), (draft,), (check,) = _waiting(), _final(), _drafts(), _checks()
    action = Action.objects.filter(state=Action.State.OPEN).order_by("pk")[0]
    return [
        Form("visit_begin", "si_lead", at("visit_begin"), {"planned_for": "soon"}),
        Form("visit_write", "si_lead", at("visit_write", pk=draft.pk), {"date": "soon"}),
        Form("visit_reply", f"head of {waiting.school_id}", at("visit", pk=waiting.pk), {"text": ""}, "/reply/"),
        Form("visit_consider", "si_lead", at("visit_consider", pk=final.pk), {"agreed-on": "soon"}),
        Form("visit_follow_up", "trustee", at("visit_follow_up", pk=check.pk), {"on": "soon"}),
        Form("action", "si_lead", at("action", pk=action.pk), {"note": ""}),
    ]
