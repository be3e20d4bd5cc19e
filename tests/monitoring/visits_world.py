"""Visits for tests. Open a trust first."""

from __future__ import annotations

from datetime import date
from typing import Any

from monitoring.models import Visit
from monitoring.services import begin_visit, consider_visit, reply_to_visit, send_visit
from monitoring.services.considering import Agreed
from plans.services import NewAction
from schools.filled import Value
from schools.models import Membership, School
from tests.conftest import Cast

ANSWERS: dict[str, Value | None] = {
    "focus": "Science",
    "date": "2026-11-18",
    "method": ["Work scrutiny", "Pupil voice"],
    "lead": "School improvement lead",
    "r0-class_year": "Year 3",
    "r0-comment": "Plenty of practical work.",
    "r0-actions": "Plan more writing in science.",
    "r0-impact_check_on": "2027-01-15",
    "r1-class_year": "4 and 5",
    "r1-comment": "Plans are sound.",
    "recommendations": "Share what works in Year 3.",
}
"""A filled form of the strategy with two axes."""


def begun(cast: Cast, *, by: Membership | None = None, school: School | None = None, **more: Any) -> Visit:
    form = cast.version.strategy.form_by_key[more.pop("form", "monitoring_form")]
    more.setdefault("by_school", by is cast.ben)
    return begin_visit(school or cast.dunmere, cast.version, form, by=by or cast.ada, **more)


def sent(cast: Cast, *, by: Membership | None = None, **more: Any) -> Visit:
    visit = begun(cast, by=by, **more)
    made = send_visit(visit, ANSWERS, by=by or cast.ada, version=1)
    assert made.is_sent, made
    visit.refresh_from_db()
    return visit


def final(cast: Cast, **more: Any) -> Visit:
    return reply_to_visit(sent(cast, **more), by=cast.ben, reply="accurate")


def considered(cast: Cast, **more: Any) -> Visit:
    action = NewAction("More writing.", cast.ben, "", date(2026, 12, 18), date(2027, 1, 15))
    visit = final(cast, **more)
    return consider_visit(visit, by=cast.ben, on=date(2026, 11, 20), typed={}, agreed=[Agreed(action, 0)])
