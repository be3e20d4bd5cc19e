"""Plans in a planted trust: being written, waiting to be approved, approved; and one request for each route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from categorisation.models import Decision
from plans.models import ChecklistItem, Condition, Milestone, Plan
from plans.services import (
    ActionEntry,
    ItemEntry,
    NewAction,
    PriorityEntry,
    StageEntry,
    answer_plan,
    begin_plan,
    save_progress,
    save_sections,
    send_plan,
    send_progress,
    write_action,
    write_item,
    write_priority,
)
from plans.services.closing import Close, Ending, close_plan
from plans.services.conditions import say_met
from plans.services.following import take_up
from plans.services.papers import add_paper
from plans.services.validating import Said, validate_plan
from schools.access import access_of
from schools.audit import record_act
from schools.models import Membership, School
from schools.tenancy import trust_scope
from tests.architecture.appraising import APPRAISAL_ACTS, APPRAISAL_POST_ONLY, APPRAISAL_ROWS
from tests.architecture.planted import Planted, canary

LISTED = "rapid_improvement_plan"
"""Of a level that has checklists."""

DRAFT, WAITING, AGREED, TO_BEGIN = (
    "raising_achievement_plan",
    "sip",
    "pupil_premium_strategy",
    "sports_premium_strategy",
)

DUE = date(2026, 11, 13)
"""Of a target in words: somebody is to say by now whether it is met."""

PLANS_OF_TRUST = """
[[plan_types]]
key = "trust_plan"
label = "trust plan"
of = "trust"
sections = ["Where the trust is", "Actions"]
holds = { "Actions" = "actions" }
approval = ["trust_chair"]

[[plan_types]]
key = "trust_plan_to_begin"
label = "trust plan to begin"
of = "trust"
"""
"""The strategy has none of its own."""

PAPER = b"%PDF-1.7 planted "

PRIORITY = {
    "label": "Changed.", "change": "Changed.", "success": "Changed.", "criterion": "behaviour",
    "stage-0-by": "26 March 2027", "stage-0-words": "", "stage-0-measure": "gld", "stage-0-group": "all",
    "stage-0-value": "71",
}  # fmt: skip
ACTION = {
    "what": "Changed.", "priority": "", "owner": "", "words": "English lead", "due": "26 March 2027",
    "check": "20 May 2027", "success": "Books.", "budget": "100", "training": "A day", "support": "English lead",
    "appraisal": "on",
}  # fmt: skip


def action_typed(here: Planted, **more: str) -> dict[str, Any]:
    """Every part of an action, changed; it answers a visit."""
    return {**ACTION, "answers": f"visit-{here.rows['visit'].pk}", **more}


TARGET = {"by_on": "2027-03-26", "words": "Changed.", "measure": "gld", "group": "all", "value": "71"}
PRIORITY_SENT = {
    **{name: PRIORITY[name] for name in ("label", "change", "success", "criterion")},
    "milestones": [TARGET],
}


def action_sent(here: Planted) -> dict[str, Any]:
    """An action as a program sends it."""
    return {
        "what": "Changed.", "priority": here.rows["priority"].pk, "owner": None, "owner_words": "English lead",
        "due_on": "2027-03-26", "impact_check_on": "2027-05-20", "success": "Books.", "budget": "100",
        "training": "A day", "support": "English lead", "appraisal": True, "finding": None,
        "visit": here.rows["visit"].pk,
    }  # fmt: skip


def plan_at(here: Planted, school: School, kind: str) -> Plan:
    """A plan with something in every part."""
    head, words = here.people["head"], f"{canary(here.slug)}plan"
    plan = begin_plan(school, kind, by=head)
    assert plan.strategy_version is not None  # it was just begun
    found = next(one for one in plan.strategy_version.strategy.plan_types if one.key == kind)
    save_sections(plan, {one.key: words for one in found.form.header}, by=head, version=1)
    stages = [StageEntry(date(2027, 7, 20), "", "gld", "all", Decimal(75))]
    row = write_priority(plan, PriorityEntry(words, words, words, "behaviour", stages), by=head)
    Milestone.objects.create(priority=row, by_on=DUE, words=words)  # set while its day was still to come
    action = NewAction(words, head, "", date(2026, 12, 11), date(2027, 1, 15))
    write_action(plan, ActionEntry(action, row, words, Decimal(500), words), by=head)
    return plan


def plant_plans(here: Planted, school: School) -> None:
    """One in each state: closed, being written, waiting, approved with a condition and changed since."""
    head, lead = here.people["head"], access_of(here.people["si_lead"].user)
    assert lead is not None  # planted with a role
    words = f"{canary(here.slug)}verdict"
    for state in ("closed", "validated"):
        closed = here.rows[f"plan_{state}"] = plan_at(here, school, DRAFT)
        endings = {one.pk: Ending("worked", words, words, evidence=words) for one in closed.actions.all()}
        close_plan(closed, Close("worked", words, words, endings=endings), by=head)
    said = Said("differs", "partly", words, words, date(2026, 11, 20), words)
    here.rows["validation"] = validate_plan(here.rows["plan_validated"], said, access=lead)
    for state, kind in (("draft", DRAFT), ("waiting", WAITING), ("agreed", AGREED)):
        here.rows[f"plan_{state}"] = plan_at(here, school, kind)
    here.rows["trust_plan"] = _plan_of_trust(here)
    here.rows["paper"] = add_paper(here.rows["plan_draft"], PAPER + words.encode(), name=f"{words}.pdf", by=head)
    here.rows["priority"] = here.rows["plan_draft"].priorities.get()
    here.rows["plan_action"] = here.rows["plan_draft"].actions.get()
    for state in ("waiting", "agreed"):
        send_plan(here.rows[f"plan_{state}"], by=head, note=f"{canary(here.slug)}note")
    words = f"{canary(here.slug)}condition"
    answer_plan(here.rows["plan_agreed"], access=lead, outcome="conditions", words=f"{words}\n{words} of two")
    here.rows["condition"], here.rows["condition_said"] = Condition.objects.order_by("pk")
    says = access_of(head.user)
    assert says is not None  # planted with a role
    say_met(here.rows["condition_said"], access=says, met_on=date(2026, 11, 20), how=words)
    plant_progress(here, head)
    plant_checklist(here, school)
    write_priority(here.rows["plan_agreed"], PriorityEntry(f"{canary(here.slug)}more"), by=head)


def _plan_of_trust(here: Planted) -> Plan:
    lead, words = here.people["si_lead"], f"{canary(here.slug)}plan of the trust"
    plan = begin_plan(None, "trust_plan", by=lead)
    save_sections(plan, {"where_the_trust_is": words}, by=lead, version=1)
    write_action(plan, ActionEntry(NewAction(words, lead, "", date(2026, 12, 11), date(2027, 1, 15))), by=lead)
    send_plan(plan, by=lead)
    return plan


def plant_progress(here: Planted, head: Membership) -> None:
    """One update sent of what was agreed, and the next being written."""
    plan, words = here.rows["plan_agreed"], f"{canary(here.slug)}progress"
    typed = {"overall": words, **dict.fromkeys(_boxes(plan), words), **_said(plan, "Partly met", words)}
    send_progress(plan, typed, by=head, version=1)
    save_progress(plan, typed, by=head, version=1)


def _boxes(plan: Plan) -> list[str]:
    return [f"{column}_{one.pk}" for one in plan.priorities.all() for column in ("done", "changed")]


def _said(plan: Plan, outcome: str, words: str) -> dict[str, str]:
    """Of the target in words that is due."""
    due = Milestone.objects.get(priority__plan=plan, by_on=DUE).pk
    return {f"target_{due}": outcome, f"about_{due}": words}


def progress(here: Planted) -> dict[str, Any]:
    """Every box of the update, changed, and sent."""
    with trust_scope(here.trust):
        plan = Plan.objects.get(pk=here.rows["plan_agreed"].pk)
        boxes = dict.fromkeys(["overall", *_boxes(plan)], "Changed.") | _said(plan, "Not met", "Changed.")
    return {"version": "99", "then": "send", **boxes}


def progress_sent(here: Planted) -> dict[str, Any]:
    """The same by a program."""
    boxes = {name: words for name, words in progress(here).items() if name not in ("version", "then")}
    with trust_scope(here.trust):
        version = Plan.objects.get(pk=here.rows["plan_agreed"].pk).drafts.get().version
    return {"version": version, "answers": boxes}


def plant_checklist(here: Planted, school: School) -> None:
    """An item written at one school; another at a level with checklists, of which a plan of the level takes items."""
    lead, version, other = here.people["si_lead"], here.rows["version"], here.rows["other_school"]
    take_up(school, version, {"academic": "stabilise"}, by=lead)
    row = here.rows["checklist_item"] = ChecklistItem.objects.filter(school=school).earliest("pk")
    words = f"{canary(here.slug)}evidence"
    entry = ItemEntry("under_way", here.people["head"], due_on=date(2026, 12, 11), evidence=words)
    write_item(row, entry, by=lead, version=1)
    record_act("decision.planted", Decision, by=None)
    on, told = date(2026, 9, 14), datetime(2026, 9, 15, 8, tzinfo=UTC)
    for axis in ("academic", "operational"):
        Decision.objects.create(
            school=other, period=here.rows["period_agreed"], axis=axis, level="stabilise", strategy_version=version,
            effective_on=on, decided_by=here.people["ceo"], decided_at=told, tell_at=told, reply_due_on=on,
        )  # fmt: skip
    here.rows["plan_listed"] = begin_plan(other, LISTED, by=lead)
    ChecklistItem.objects.filter(school=other, axis="operational").delete()  # for somebody to take up


def item(here: Planted) -> dict[str, Any]:
    """Every part of an item, changed."""
    return {
        "version": "2", "status": "met", "owner": "", "words": "Maths lead", "due": "18 December 2026",
        "evidence": "Changed.", "seen": "2 November 2026", "link": "https://example.org/changed",
    }  # fmt: skip


def api_item(here: Planted) -> dict[str, Any]:
    with trust_scope(here.trust):
        version = ChecklistItem.objects.get(pk=here.rows["checklist_item"].pk).version
    return {
        "version": version, "status": "met", "owner": None, "owner_words": "Maths lead", "due_on": "2026-12-18",
        "evidence": "Changed.", "evidence_on": "2026-11-02", "evidence_link": "https://example.org/changed",
    }  # fmt: skip


def listed(here: Planted) -> dict[str, Any]:
    """One item into the plan."""
    with trust_scope(here.trust):
        row = ChecklistItem.objects.filter(school=here.rows["other_school"], axis="academic").earliest("pk")
    return {
        "items": [str(row.pk)], "owner": "", "words": "Maths lead", "due": "18 December 2026", "check": "20 May 2027",
    }  # fmt: skip


def grow_plans(here: Planted, school: School) -> None:
    """One more school with a plan that waits, and a checklist."""
    send_plan(plan_at(here, school, WAITING), by=here.people["head"])
    take_up(school, here.rows["version"], {"academic": "stabilise"}, by=here.people["si_lead"])


def _always(**data: Any) -> Callable[[Planted], dict[str, Any]]:
    return lambda here: dict(data)


def closing(here: Planted) -> dict[str, Any]:
    """The plan is closed, its action carried over, and the next begun."""
    with trust_scope(here.trust):
        plan = here.rows["plan_draft"]
        fields = {
            f"action-{one.pk}-{part}": ""
            for one in plan.actions.all()
            for part in ("what", "note", "evidence", "early")
        }
        carried = {name: "carry" for name in fields if name.endswith("what")}
        keep = [str(one.pk) for one in plan.priorities.all()]
    said = {"verdict": "worked", "note": "Changed.", "evidence": "Changed.", "again_on": "", "begin_next": "on"}
    return {**said, "keep": keep, **fields, **carried}


def closing_sent(here: Planted) -> dict[str, Any]:
    """The same by a program."""
    typed = closing(here)
    with trust_scope(here.trust):
        actions = list(here.rows["plan_draft"].actions.values_list("pk", flat=True))
    endings = [{"action": pk, "what": "carry", "note": "", "evidence": "", "why_early": ""} for pk in actions]
    words = {name: typed[name] for name in ("verdict", "note", "evidence")}
    return {**words, "again_on": None, "begin_next": True, "keep": [int(pk) for pk in typed["keep"]],
            "endings": endings}  # fmt: skip


def sections_sent(here: Planted) -> dict[str, Any]:
    """One section, changed."""
    with trust_scope(here.trust):
        version = Plan.objects.get(pk=here.rows["plan_draft"].pk).version
    return {"version": version, "sections": {"evidence_from_monitoring": "Changed."}}


VALIDATION = {
    "outcome": "differs", "verdict": "partly", "saw": "Changed.", "place": "Changed.", "adviser": "Changed.",
}  # fmt: skip

PLAN_ACTS: dict[str, tuple[Any, ...]] = {
    **APPRAISAL_ACTS,
    "plans": ("si_lead", _always(kind="trust_plan_to_begin")),
    "paper_new": ("head", lambda here: {"file": SimpleUploadedFile("changed.pdf", PAPER + b"changed")}),
    "paper_remove": ("si_lead", _always()),
    "school_plans": ("head", _always(kind=TO_BEGIN)),
    "plan_write": ("head", _always(version="99", evidence_from_monitoring="Changed."), 0),
    "plan_save": ("si_lead", _always(version="99", evidence_from_monitoring="Changed."), 0),
    "priority_new": ("head", _always(**PRIORITY)),
    "priority": ("head", _always(**PRIORITY)),
    "priority_leave": ("si_lead", _always(why="It is reached.")),
    "plan_action_new": ("head", action_typed),
    "plan_action": ("head", lambda here: action_typed(here, plan="")),
    "plan_send": ("si_lead", _always(note="Please read.")),
    "plan_take_back": ("si_lead", _always()),
    "plan_progress": ("head", progress),
    "plan_progress_save": ("si_lead", progress, 0),
    "plan_close": ("head", closing, 2),
    "plan_validate": ("si_lead", _always(**VALIDATION, on="20 November 2026")),
    "api_plan_validate": ("si_lead", _always(**VALIDATION, on="2026-11-20")),
    "plan_checklist": ("si_lead", listed),
    "checklist": ("si_lead", _always(), 1, "post", {"school_id": "other_school"}),
    "checklist_item": ("si_lead", item),
    "api_checklist_item_entry": ("si_lead", api_item, 1, "patch"),
    "plan_answer": ("si_lead", _always(outcome="returned", words="Say more.")),
    "plan_condition": ("head", _always(met_on="20 November 2026", how="Changed.")),
    "api_condition_met": ("director", _always(met_on="2026-11-20", how="Changed.")),
    "api_condition_answer": ("si_lead", _always(outcome="sent_back", words="Changed.")),
    "api_plan_begin": ("head", _always(kind=TO_BEGIN)),
    "api_plan_begin_trust": ("si_lead", _always(kind="trust_plan_to_begin")),
    "api_plan_sections": ("si_lead", sections_sent, 0, "patch"),
    "api_plan_progress_answers": ("si_lead", progress_sent, 0, "patch"),
    "api_plan_progress_send": ("si_lead", lambda here: {**progress_sent(here), "as_it_is": True}),
    "api_priority_new": ("si_lead", _always(**PRIORITY_SENT)),
    "api_priority": ("si_lead", _always(**PRIORITY_SENT), 1, "put"),
    "api_plan_action_new": ("si_lead", action_sent),
    "api_plan_action": ("si_lead", lambda here: action_sent(here) | {"plan": None}, 1, "put"),
    "api_plan_send": ("si_lead", _always(note="Please read.")),
    "api_plan_take_back": ("si_lead", _always()),
    "api_plan_close": ("si_lead", closing_sent, 2),
    "api_priority_leave": ("si_lead", _always(why="It is reached.")),
    "api_plan_answer": ("si_lead", _always(outcome="returned", words="Say more.", checked={})),
    "api_action_verdict": (
        "si_lead",
        _always(
            verdict="worked", note="Books show it.", evidence="Four books.", again_on=None, why_early="All see it."
        ),
    ),
}
"""Route -> who sends what and, where it is no act, how many entries it leaves."""

PLAN_POST_ONLY = frozenset(
    {"plan_save", "paper_remove", "priority_leave", "plan_send", "plan_take_back", "plan_answer", "plan_progress_save"}
    | APPRAISAL_POST_ONLY
)

PLAN_ROWS: dict[str, str] = {
    **APPRAISAL_ROWS,
    **{
        f"{name}.pk": "plan_agreed"
        for name in ("plan", "plan_edition", "plan_file", "plan_edition_file", "plan_progress", "plan_progress_save",
                     "api_plans-detail", "api_plan_progress", "api_plan_progress_answers", "api_plan_progress_send")
    },
    **{
        f"{name}.pk": "plan_waiting"
        for name in ("plan_take_back", "plan_answer", "api_plan_answer", "api_plan_take_back")
    },
    **{
        f"{name}.pk": "plan_draft"
        for name in ("plan_write", "plan_save", "priority_new", "priority", "priority_leave", "plan_action_new",
                     "plan_action", "plan_send", "plan_close", "paper_new", "paper", "paper_remove",
                     "api_priority_new", "api_priority", "api_plan_action_new", "api_plan_action", "api_plan_send",
                     "api_plan_close", "api_priority_leave", "api_plan_sections")
    },
    **dict.fromkeys(("plan_validate.pk", "api_plan_validate.pk"), "plan_closed"),
    "plan_condition.pk": "condition",
    "api_condition_met.pk": "condition",
    "api_condition_answer.pk": "condition_said",
    "api_plan_begin.pk": "school",
    "api_action_verdict.pk": "plan_action",
    "plan_checklist.pk": "plan_listed",
    **dict.fromkeys(
        ("checklist_item.pk", "api_checklist_item_entry.pk", "api_checklist_items-detail.pk"), "checklist_item"
    ),
    "priority_id": "priority",
    "action_id": "plan_action",
    "paper_id": "paper",
}  # fmt: skip
"""`parameter`, or `route.parameter` -> the planted row."""
