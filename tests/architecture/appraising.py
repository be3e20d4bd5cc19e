"""Appraisals in a planted trust: one for each reader, and one request for each route."""

from __future__ import annotations

from typing import Any

from plans.models import Appraisal
from plans.services.appraising import AppraisalEntry, begin_appraisal, write_appraisal
from schools.access import access_of
from schools.models import Membership, School
from tests.architecture.planted import Planted
from tests.conftest import TODAY

APPRAISALS = """
[[appraisals]]
key = "heads"
label = "Heads"
of = ["head"]
by = ["ceo"]
shared_with = ["si_lead", "operations", "director", "trustee", "trust_chair", "clerk", "leader", "chair"]

[[appraisals]]
key = "leads"
label = "Leads"
of = ["si_lead"]
by = ["ceo"]
"""
"""The strategy has none. Shared with all who may see any, so that no page is without one."""

DAYS = {
    "set_by": "30 October 2026", "set_on": "12 October 2026", "review_by": "26 March 2027",
    "reviewed_on": "13 October 2026", "conclude_by": "16 July 2027", "concluded_on": "14 October 2026",
}  # fmt: skip


def plant_appraisal(here: Planted) -> None:
    """Of the head, by the chief executive, with an objective in a plan."""
    ceo = access_of(here.people["ceo"].user)
    assert ceo is not None  # planted with a role
    row = begin_appraisal(_key(here, "head"), 2026, access=ceo)
    entry = AppraisalEntry(actions=[here.rows["plan_action"]], criteria=["behaviour"])
    here.rows["appraisal"] = write_appraisal(row, entry, by=here.people["ceo"])


def grow_appraisals(here: Planted, school: School, n: int) -> None:
    """One more, of the same person in another year."""
    row: Appraisal = here.rows["appraisal"]
    Appraisal.objects.create(
        kind=row.kind, person=row.person, appraiser=row.appraiser, school=school, year=2026 + n, led_by=row.led_by,
        strategy_version=row.strategy_version, shared_with=row.shared_with, set_by=TODAY,
    )  # fmt: skip


def _key(here: Planted, role: str) -> str:
    person: Membership = here.people[role]
    school = here.rows["school"].pk if role == "head" else 0
    return f"{'heads' if role == 'head' else 'leads'}-{person.pk}-{school}"


def _written(here: Planted) -> dict[str, Any]:
    return {**DAYS, "actions": [here.rows["plan_action"].pk], "priorities": [here.rows["priority"].pk],
            "criteria": ["behaviour"]}  # fmt: skip


APPRAISAL_ACTS: dict[str, tuple[Any, ...]] = {
    "appraisal_new": ("ceo", lambda here: {"person": _key(here, "si_lead"), "year": "2026"}),
    "appraisal": ("ceo", _written),
    "appraisal_remove": ("ceo", lambda here: {}),
}
"""Route -> who sends what."""

APPRAISAL_POST_ONLY = frozenset({"appraisal_remove"})

APPRAISAL_ROWS = dict.fromkeys(("appraisal.pk", "appraisal_remove.pk", "api_appraisals-detail.pk"), "appraisal")
"""`route.parameter` -> the planted row."""
