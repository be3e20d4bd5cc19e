"""What an action of a plan can answer: what reviews of its school found, and visits whose record is final."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from plans.models import Action, Plan
from plans.queries.actions import origin_of
from plans.queries.sources import LOOK_BACK, READ_BY, Source, findings_named, visits_named
from schools.access import Access


@dataclass(frozen=True)
class Answers:
    """What an action answers, by its number: a finding or a visit; neither where it answers nothing."""

    finding: int | None = None
    visit: int | None = None

    @property
    def key(self) -> str:
        """As a form names it."""
        if self.finding:
            return f"finding-{self.finding}"
        return f"visit-{self.visit}" if self.visit else ""


@dataclass(frozen=True)
class Answerable:
    """What a writer may choose from, the latest first, and what the action answers now. What `stays` is not asked."""

    findings: tuple[Source, ...] = ()
    visits: tuple[Source, ...] = ()
    now: Answers = Answers()
    stays: bool = False
    label: str = ""  # of what it answers now, to those who may read it

    @property
    def by_key(self) -> dict[str, Answers]:
        """What may be chosen, by the name in the form."""
        found = [Answers(finding=_number(one)) for one in self.findings]
        found += [Answers(visit=_number(one)) for one in self.visits]
        return {one.key: one for one in found}


def answers_now(action: Action) -> Answers:
    """What it answers. At most one query; visits are of an app above, read by their link."""
    if action.finding_id:
        return Answers(finding=action.finding_id)
    return Answers(visit=action.visit_actions.values_list("visit", flat=True).first())


def is_tied(action: Action) -> bool:
    """Whether it stays tied to what it came of: agreed there, or followed up there by a committee. One query."""
    return action.is_origin_fixed or action.visit_actions.filter(follow_ups__isnull=False).exists()


def answerable(access: Access, plan: Plan, action: Action | None = None) -> Answerable:
    """What an action of this plan may answer by the hand of this person. At most five queries, none for the trust’s."""
    school = plan.school
    if school is None:
        return Answerable()
    days = (timezone.localdate() - LOOK_BACK, date.max)  # a review may be published before its last planned day
    reads = {page: access.may(permission, school.pk) for page, permission in READ_BY.items()}
    findings = list(findings_named(school, days)) if reads["review"] else []
    visits = list(visits_named(school, days, final=True)) if reads["visit"] else []
    now = answers_now(action) if action and action.pk else Answers()
    origin = origin_of(action) if action and now.key else None
    if action is None or origin is None:
        return Answerable(tuple(findings), tuple(visits))
    hidden, offered = not reads[origin.route], findings if now.finding else visits
    if not hidden and now.key not in {one.key for one in offered}:  # longer ago than the others
        offered.append(Source(now.key, origin.route, origin.pk, origin.label))
    return Answerable(tuple(findings), tuple(visits), now, hidden or is_tied(action), "" if hidden else origin.label)


def _number(one: Source) -> int:
    return int(one.key.partition("-")[2])
