"""Who is told when a visit moves: the next working morning, and nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitoring.models import FollowUp, Visit
from monitoring.queries.visits import committee_of
from plans.models import Action
from plans.services import tell_owners
from schools.models import Membership
from schools.services.news import about, heads_of, tell_people
from schools.strategy.forms import Form
from schools.words import counted, cut
from schools.words import on as day_words


def tell_planned(visit: Visit, form: Form, *, by: Membership) -> None:
    """The heads hear which day is planned."""
    day = day_words(visit.planned_for) if visit.planned_for else "a day to come"
    body = f"{by.user.name} plans a visit with the {form.label} on {day}."
    _tell(visit, heads_of(visit.school_id), by, subject=f"a visit is planned for {day}", body=body)


def tell_sent(visit: Visit, form: Form, *, by: Membership) -> None:
    """The heads may say whether it is accurate."""
    until = f" until {day_words(visit.reply_due_on)}" if visit.reply_due_on else ""
    body = f"{by.user.name} has written the {form.label}. You can say{until} whether it is accurate, or comment on it."
    _tell(visit, heads_of(visit.school_id), by, subject=f"{form.label} to read", body=body)


def tell_replied(visit: Visit, form: Form, *, by: Membership) -> None:
    """Whoever led the visit hears what the school says."""
    said = "says that it is accurate" if visit.reply == Visit.Reply.ACCURATE else "has commented on its accuracy"
    body = f"{by.user.name} {said}. The {form.label} is final now."
    _tell(visit, [visit.lead], by, subject=f"a reply to the {form.label}", body=body)


def tell_considered(visit: Visit, form: Form, actions: Sequence[Action], *, by: Membership) -> None:
    """Whoever sees to an action hears of it; whoever led the visit hears that it was considered."""
    tell_owners(actions, by=by)
    body = f"{by.user.name} put on record that it was considered, with {counted(len(actions), 'action')} agreed."
    _tell(visit, [visit.lead], by, subject=f"{form.label} considered", body=body)


def tell_followed(visit: Visit, made: Sequence[FollowUp], *, by: Membership) -> None:
    """The heads hear that the committee followed up, and whoever sees to an action what was found of it."""
    name, said = committee_of(visit), counted(len(made), "action")
    body = f"{by.user.name} put on record for the {name} what it found of {said}."
    _tell(visit, heads_of(visit.school_id), by, subject=f"followed up by the {name}", body=body)
    for one in made:
        action = one.visit_action.action
        words = f"The {name} on your action “{cut(action.what, 120)}”: {cut(one.found, 300)}"
        _tell(visit, [action.owner] if action.owner else [], by, subject="your action was followed up", body=words)


def _tell(visit: Visit, people: Iterable[Membership], by: Membership, *, subject: str, body: str) -> None:
    subject, path = about(visit.school, subject), f"monitoring/{visit.pk}/"
    tell_people(people, visit.school.trust, subject=subject, body=body, path=path, besides=by)
