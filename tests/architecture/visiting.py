"""Visits in a planted trust, and what their forms are sent."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from monitoring.models import Visit, VisitAction, VisitPhoto
from monitoring.queries.visits import actions_of
from monitoring.services import begin_visit, consider_visit, follow_up, reply_to_visit, save_visit, send_visit
from monitoring.services.considering import Agreed
from monitoring.services.following import Found
from plans.models import Action
from plans.services import NewAction
from schools.models import School, StrategyVersion
from schools.strategy.forms import Form
from schools.tenancy import trust_scope
from tests.architecture.planted import Planted, canary


def plant_visits(here: Planted, school: School) -> None:
    """A visit in every state, and one of the school's own."""
    begin_visit(school, *_visit_form(here), by=here.people["si_lead"], by_school=False, planned_for=date(2026, 12, 1))
    here.rows["visit_draft"] = write_visit(here, school)
    for state in ("sent", "final"):
        here.rows[f"visit_{state}"] = write_visit(here, school, send=True)
    reply_to_visit(here.rows["visit_final"], by=here.people["head"], reply="accurate")
    write_visit(here, school, send=True, by="head")
    here.rows["visit"] = consider(here, write_visit(here, school, send=True))
    here.rows["action"] = Action.objects.latest("pk")
    here.rows["visit_checked"] = followed_up(here, school)
    here.rows["photo"] = VisitPhoto.objects.create(
        visit=here.rows["visit_draft"],
        content=f"{canary(here.slug)}photo".encode(),
        caption="Caption",
        by=here.people["si_lead"],
        at=timezone.now(),
    )


def _visit_form(here: Planted) -> tuple[StrategyVersion, Form]:
    return here.rows["version"], here.rows["version"].strategy.form_by_key["monitoring_form"]


def write_visit(here: Planted, school: School, *, send: bool = False, by: str = "si_lead") -> Visit:
    """A visit with something in every part of its form."""
    person, words = here.people[by], f"{canary(here.slug)}words"
    visit = begin_visit(school, *_visit_form(here), by=person, by_school=by == "head")
    head = {"focus": words, "date": "2026-11-18", "method": ["Data", "Pupil voice"], "recommendations": words}
    row = {"r0-class_year": "Year 4", "r0-comment": words, "r0-actions": words, "r0-impact_check_on": "2027-01-15"}
    (send_visit if send else save_visit)(visit, {**head, **row}, by=person, version=1)
    visit.refresh_from_db()
    return visit


def consider(here: Planted, visit: Visit) -> Visit:
    """The head replies, and the school's leaders agree an action."""
    head = here.people["head"]
    reply_to_visit(visit, by=head, reply="comment", text=f"{canary(here.slug)}reply")
    action = NewAction(f"{canary(here.slug)}action", head, "", date(2026, 11, 25), date(2026, 11, 30))
    on, agreed = date(2026, 11, 20), [Agreed(action, 0)]
    return consider_visit(visit, by=head, on=on, typed={"plan_changed": "no"}, agreed=agreed)


def followed_up(here: Planted, school: School) -> Visit:
    """A health check with two actions, one of which the committee has looked at."""
    lead, head, words = here.people["si_lead"], here.people["head"], f"{canary(here.slug)}check"
    version = here.rows["version"]
    visit = begin_visit(school, version, version.strategy.form_by_key["health_check"], by=lead, by_school=False)
    typed = {"date": "2026-11-11", "r0-action": words, "r1-action": words, "summary": words}
    send_visit(visit, typed, by=lead, version=1)
    visit.refresh_from_db()
    reply_to_visit(visit, by=head, reply="accurate")
    agreed = [Agreed(NewAction(words, head, "", date(2026, 11, 25), date(2026, 11, 30)), slot) for slot in (0, 1)]
    visit = consider_visit(visit, by=head, on=date(2026, 11, 12), typed={}, agreed=agreed)
    found = [Found(actions_of(visit)[0], f"{canary(here.slug)}found", True)]
    follow_up(visit, by=here.people["trustee"], on=date(2026, 11, 19), found=found)
    return visit


def visit_followed(here: Planted) -> dict[str, Any]:
    """What the committee found of the action that waits."""
    pk = waiting_link(here).pk
    return {"on": "20 November 2026", f"found-{pk}": "It is under way.", f"then-{pk}": "open"}


def api_followed(here: Planted) -> dict[str, Any]:
    one = {"action": waiting_link(here).action_id, "found": "It is under way.", "closes": False}
    return {"on": "2026-11-20", "actions": [one]}


def waiting_link(here: Planted) -> VisitAction:
    with trust_scope(here.trust):
        return next(one for one in actions_of(here.rows["visit_checked"]) if not one.is_followed_up)


VISIT_TOKEN = "6f1d2a52-4c0e-4c59-9a5c-3a0b8e7d1f10"


def visit_form(here: Planted) -> dict[str, Any]:
    """The form of a visit, filled in."""
    head = {"focus": "Reading", "date": "2026-11-19", "method": ["Data", "Pupil voice"], "lead": "Trust lead"}
    row = dict.fromkeys(("actions", "support", "criterion", "impact_check_on"), "")
    row |= {"class_year": "Year 2", "comment": "Changed."}
    named = {f"r0-{name}": said for name, said in row.items()}
    return {"version": "99", "method_other": "", "recommendations": "More.", **head, **named}


def visit_sending(here: Planted) -> dict[str, Any]:
    return visit_form(here) | {"then": "send", "token": VISIT_TOKEN}


def visit_considered(here: Planted) -> dict[str, Any]:
    line = {"take": "on", "what": "More writing.", "owner": "", "words": "Subject leader", "due": "", "support": ""}
    line["check"] = "15 January 2027"
    words = {"plan_changed": "no", "plan_changes": ""}
    return {
        "agreed-on": "20 November 2026",
        **words,
        **{f"agreed-action-0-{name}": said for name, said in line.items()},
    }


def photograph(size: tuple[int, int] = (40, 30), **how: Any) -> bytes:
    """A small picture, as a camera sends it."""
    made = BytesIO()
    Image.new("RGB", size, "#2b4a86").save(made, "JPEG", **how)
    return made.getvalue()


def visit_photo(here: Planted) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("book.jpg", photograph()), "caption": "A book", "nobody": "on"}


def api_visit(here: Planted) -> dict[str, Any]:
    rows = [{"class_year": "Year 2", "comment": "Changed."}]
    with trust_scope(here.trust):
        version = Visit.objects.get(pk=here.rows["visit_draft"].pk).version
    return {"version": version, "answers": {"focus": "Reading", "method": ["Data"]}, "rows": rows}
