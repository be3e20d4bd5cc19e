"""The pages of plans as the demo fills them, and what each of their forms is sent filled in wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from plans.models import ApprovalStep, ChecklistItem, Condition, Plan
from plans.queries.checklists import takes_items
from schools.filled import LONGEST_TEXT
from tests.journeys.forms_with_faults import Form

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

Rows = dict[str, list[dict[str, Any]]]


def _begun() -> list[Plan]:
    return list(Plan.objects.filter(strategy_version__isnull=False).order_by("pk"))


def _answered(outcome: str) -> list[Plan]:
    steps = ApprovalStep.objects.filter(edition__plan=OuterRef("pk"), outcome=outcome)
    return [one for one in _begun() if Plan.objects.filter(Exists(steps), pk=one.pk).exists()][:1]


def _not_validated() -> Plan:
    return Plan.objects.filter(state=Plan.State.CLOSED, school__isnull=False, validations=None).earliest("pk")


def rows_of_plans() -> Rows:
    """By route, what its address names: a plan in each state, a priority and an action."""
    begun = _begun()
    draft = [one for one in begun if not one.editions.exists()][:1]
    sent = [one for outcome in ApprovalStep.Outcome.values for one in _answered(outcome)]
    one = draft[0]
    items = ChecklistItem.objects.order_by("pk")
    listed = [each for each in begun if takes_items(each)]
    return {
        "plan": [{"pk": each.pk} for each in [*draft, *sent, _not_validated()]],
        "plan_condition": [{"pk": each.pk} for each in Condition.objects.order_by("pk")],
        "plan_edition": [{"pk": each.pk, "number": 1} for each in sent[:1]],
        "plan_write": [{"pk": one.pk}],
        "plan_close": [{"pk": one.pk}],
        "plan_validate": [{"pk": _not_validated().pk}],
        "paper_new": [{"pk": one.pk}],
        "plan_progress": [{"pk": each.pk} for each in _answered("approved")],
        "priority_new": [{"pk": one.pk}],
        "priority": [{"pk": one.pk, "priority_id": each.pk} for each in one.priorities.all()[:2]],
        "plan_action_new": [{"pk": one.pk}],
        "plan_action": [{"pk": one.pk, "action_id": each.pk} for each in one.actions.order_by("pk")[:1]],
        "school_plans": [{"school_id": one.school_id}],
        "checklist": [{"school_id": pk} for pk in (*items.values_list("school_id", flat=True)[:1], one.school_id)],
        "checklist_item": [{"pk": each.pk} for how in ("met", "open") for each in items.filter(status=how)[:1]],
        "plan_checklist": [{"pk": each.pk} for each in listed[:1]],
    }


def plans_with_faults(addresses: Addresses) -> list[Form]:
    """Every form of plans, as those send it who may."""
    slug, rows = addresses.trust.slug, rows_of_plans()

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **(more or rows[name][0])})

    plan = Plan.objects.get(pk=rows["plan_write"][0]["pk"])
    assert plan.strategy_version is not None  # it was begun
    kind = next(one for one in plan.strategy_version.strategy.plan_types if one.key == plan.kind)
    section = kind.form.header[0].key
    head, (waiting,), (told,) = f"head of {plan.school_id}", _answered(""), _answered("approved")
    condition = Condition.objects.filter(state=Condition.State.OPEN).earliest("pk")
    return [
        Form("plan_write", head, at("plan_write"), {section: "x" * (LONGEST_TEXT + 1)}),
        Form("paper_new", head, at("paper_new"), {}),
        Form("priority_new", head, at("priority_new"), {"label": "", "stage-0-by": "soon"}),
        Form("priority", head, at("priority"), {"label": "", "stage-0-value": "many"}),
        Form("priority_leave", head, at("priority"), {"why": ""}, "/leave/"),
        Form("plan_action_new", head, at("plan_action_new"), {"what": "", "due": "soon"}),
        Form("plan_action", head, at("plan_action"), {"what": "", "budget": "lots"}),
        Form("plan_progress", f"head of {told.school_id}", at("plan_progress"), {"overall": "x" * (LONGEST_TEXT + 1)}),
        Form("plan_close", head, at("plan_close"), {"verdict": "worked", "note": "", "again_on": "soon"}),
        Form("plan_validate", "si_lead", at("plan_validate"), {"outcome": "differs", "verdict": "", "on": "soon"}),
        Form("checklist_item", "si_lead", at("checklist_item"), {"status": "met", "evidence": "", "due": "soon"}),
        Form("plan_send", head, at("plan", pk=plan.pk), {"note": "x" * 1001}, "/send/"),
        Form(
            "plan_condition",
            f"head of {condition.step.edition.plan.school_id}",
            at("plan_condition", pk=condition.pk),
            {"met_on": "soon", "how": ""},
        ),
        Form("plan_answer", "si_lead", at("plan", pk=waiting.pk), {"words": ""}, "/answer/"),
    ]
