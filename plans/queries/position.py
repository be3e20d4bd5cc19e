"""What stands ready when the positional analysis of a plan is written. Apps above put here what they can tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from plans.models import Plan
from plans.queries.plans import kind_of
from plans.rules.position import Passage, as_text
from schools.models import Membership, School
from schools.strategy.provision import PlanType, section_key

Tells = Callable[[School, Membership, date], list[Passage]]
"""From a school, whoever writes and the day to what may stand in its plan."""

TOLD_BY: list[Tells] = []


def what_is_known(school: School | None, *, by: Membership, today: date) -> list[Passage]:
    """In passages; none of the trust itself, for all of it is kept school by school."""
    return [passage for tells in TOLD_BY for passage in tells(school, by, today)] if school else []


def prefilled_keys(kind: PlanType) -> list[str]:
    """The sections that begin with what is known, by the name under which their prose is kept."""
    return [section_key(label) for label in kind.prefill]


def prefilled(kind: PlanType, school: School | None, *, by: Membership, today: date) -> dict[str, str]:
    """The sections of a new plan that are not left blank."""
    keys = prefilled_keys(kind)
    text = as_text(what_is_known(school, by=by, today=today), today) if keys else ""
    return dict.fromkeys(keys, text) if text else {}


def keys_of(plan: Plan) -> list[str]:
    """The same of a plan that was begun."""
    kind = kind_of(plan)
    return prefilled_keys(kind) if kind else []
