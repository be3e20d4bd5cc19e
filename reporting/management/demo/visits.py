"""Invented monitoring visits, in every state, with the actions that came of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from categorisation.models import Assessment
from categorisation.services import propose_categories
from evidence.models import Source
from monitoring.models import FollowUp, Visit, VisitAction
from monitoring.queries.visits import visit_forms
from monitoring.rules.coverage import coverage_of
from monitoring.services.sending import sources_of
from plans.models import Action, Plan
from plans.services import new_plan
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.story import Story, TrustPlan, pick
from reviews.models import Review
from schools.filled import Value, row_name
from schools.models import School, StrategyVersion
from schools.rules import working_days_after
from schools.strategy import Role, Strategy
from schools.strategy.forms import Form, FormField

S = Visit.State


@dataclass(frozen=True)
class Told:
    """One visit of the story: which school in the trust's order, how long ago, and how far it has come.

    `check`: a health check; of one that was considered the committee has followed up so many actions.

    With a `subject` it is one of the looks that make a picture over time: the years and ways used, nothing agreed.
    """

    school: int
    days_ago: int
    state: str
    reply: str = ""
    by_school: bool = False
    subject: str = ""
    years: tuple[int, ...] = ()
    ways: tuple[int, ...] = (1, 2)  # places among the options of the form
    check: bool = False
    followed: int = 0


STORY = (
    Told(0, 45, S.CONSIDERED, "comment"),
    Told(0, 3, S.SUBMITTED),
    Told(1, 30, S.CONSIDERED, "accurate"),
    Told(1, 12, S.SUBMITTED, "accurate"),
    Told(2, 6, S.SUBMITTED),
    Told(2, 1, S.DRAFT, by_school=True),
    Told(3, 1, S.DRAFT),
    Told(4, -10, S.PLANNED),
    Told(0, 250, S.CONSIDERED, "accurate", subject="Science", years=(5, 6), ways=(5,)),
    Told(0, 135, S.CONSIDERED, "accurate", subject="Science", years=(3, 4), ways=(0, 1)),
    Told(0, 61, S.CONSIDERED, "accurate", subject="Science", years=(3, 4), ways=(3, 5)),
    Told(0, 24, S.CONSIDERED, "accurate", subject="Science", years=(3,), ways=(4,)),
    Told(1, 210, S.CONSIDERED, "accurate", subject="Writing", years=(2, 6), ways=(5,)),
    Told(0, 38, S.CONSIDERED, "accurate", check=True, followed=2),
    Told(2, 33, S.CONSIDERED, "accurate", check=True),
    Told(1, 4, S.SUBMITTED, check=True),
)


class VisitWriter:
    """Writes the visits of one trust."""

    def __init__(self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms) -> None:
        self.words, self.plan, self.people, self.version, self.terms = story.visits, plan, people, version, terms
        forms = visit_forms(version.strategy)
        self.form = next(form for form in forms if form.kind == "monitoring")
        self.check = next(form for form in forms if form.followed_up_by)

    def write(self, schools: dict[str, School]) -> None:
        """All of them, with a plan for each school in which something was agreed."""
        here = [key for key, school in schools.items() if school.left_on is None]
        visits = [(self._visit(schools[here[told.school]], here[told.school], told), told) for told in STORY]
        Visit.objects.bulk_create([visit for visit, _ in visits])
        Source.objects.bulk_create(one for visit, _ in visits if visit.final_at for one in sources_of(visit))
        considered = [(visit, told) for visit, told in visits if told.state == S.CONSIDERED and not told.subject]
        agreed_in = dict.fromkeys(visit.school for visit, _ in considered)
        strategy, today = self.version.strategy, self.terms.today
        made_plans = Plan.objects.bulk_create([new_plan(school, strategy, today=today) for school in agreed_in])
        plans = dict(zip(agreed_in, made_plans, strict=True))
        made = [(visit, told, a) for visit, told in considered for a in self._actions(visit, told, plans[visit.school])]
        Action.objects.bulk_create([action for _, _, action in made])
        links = VisitAction.objects.bulk_create(
            VisitAction(visit=visit, slot=number % 2, action=action) for number, (visit, _, action) in enumerate(made)
        )
        followed = [link for link, (_, told, _) in zip(links, made, strict=True) if told.followed]
        FollowUp.objects.bulk_create(self._follow_up(link, number) for number, link in enumerate(followed))

    def _follow_up(self, link: VisitAction, number: int) -> FollowUp:
        """The committee closes the first and looks at the second again."""
        on = working_days_after(link.visit.considered_on or self.terms.today, 5)
        by, found = self.people.holding(Role.CLERK), self.words["found"][number % 2]
        at = moment(on, "18:40")
        return FollowUp(visit_action=link, on=on, found=found, closes=number % 2 == 0, by=by, at=at)

    def _form(self, told: Told) -> Form:
        return self.check if told.check else self.form

    def propose_anew(self) -> None:
        """With what visits and reviews saw, as when they become final. What was decided already stands."""
        visited = Visit.objects.exclude(final_at=None).values("school")
        reviewed = Review.objects.filter(state=Review.State.PUBLISHED).values("school")
        rows = Assessment.objects.agreed().filter(proposals__decisions=None)
        rows = rows.filter(Q(school__in=visited) | Q(school__in=reviewed))
        for row in rows.select_related("school", "strategy_version").order_by("pk").distinct():
            if row.agreed_at:
                propose_categories(row, today=row.agreed_at.date())

    def _visit(self, school: School, key: str, told: Told) -> Visit:
        on = working_day(self.terms.today - timedelta(days=told.days_ago))
        lead = self.people.head(key, 0) if told.by_school else self.people.members[self.plan.moderator]
        visit = Visit(
            school=school, strategy_version=self.version, form=self._form(told).key, by_school=told.by_school,
            state=told.state, lead=lead, version=2, planned_for=on if told.state == S.PLANNED else None,
        )  # fmt: skip
        form, whole = self._form(told), told.state != S.PLANNED
        visit.answers = _filled(form, self.version.strategy, self.words, on, whole=whole) | _looked(form, told)
        if told.check:
            visit.answers |= {"summary": self.words["checks"][told.school % 2], "present": self.words["present"][0]}
        if told.state in (S.SUBMITTED, S.CONSIDERED):
            self._send(visit, key, told, on)
        return visit

    def _send(self, visit: Visit, key: str, told: Told, on: date) -> None:
        covered = coverage_of(self._form(told), visit.answers)
        visit.on, visit.subject = on, covered.subject
        visit.year_groups, visit.sources = list(covered.year_groups), list(covered.sources)
        visit.submitted_at, visit.submitted_by = moment(on, "16:10"), visit.lead
        visit.reply_due_on = working_days_after(on, self.version.strategy.monitoring.reply_days)
        if told.reply:
            visit.reply, visit.reply_text = told.reply, self.words["comments"][0] if told.reply == "comment" else ""
            visit.replied_at = visit.final_at = moment(working_days_after(on, 2), "08:50")
            visit.replied_by = self.people.head(key, 0)
        if told.state == S.CONSIDERED:
            visit.considered_on, visit.considered_by = working_days_after(on, 5), self.people.head(key, 0)

    def _actions(self, visit: Visit, told: Told, plan: Plan) -> Iterator[Action]:
        """One that has been looked at, one to look at in the next days."""
        today = self.terms.today
        agreed = visit.considered_on or today
        due = working_days_after(agreed, 10)
        common: dict[str, Any] = {
            "plan": plan,
            "is_origin_fixed": True,
            "owner": visit.considered_by,
            "agreed_on": agreed,
            "due_on": due,
        }
        first, second = self.words["actions"][2:4] if told.check else self.words["actions"][:2]
        yield Action(
            what=first, impact_check_on=working_day(today - timedelta(days=1)), state="done", verdict="worked",
            verdict_note=self.words["verdicts"][0], verdict_evidence=self.words["verdicts"][1],
            closed_at=moment(working_day(today - timedelta(days=1)), "15:30"), closed_by=visit.considered_by, **common,
        )  # fmt: skip
        yield Action(what=second, impact_check_on=working_days_after(today, 2), **common)


def _filled(form: Form, strategy: Strategy, words: dict[str, list[str]], on: date, *, whole: bool) -> dict[str, Value]:
    """The form as somebody would fill it in; of a visit only planned what is known beforehand."""
    answers: dict[str, Value] = {}
    for field in (*form.header, *form.judgements, *form.footer):
        known = field.means in ("date", "lead")
        if field.at == "visit" and (known or whole) and (value := _answer(field, strategy, words, on, 0)):
            answers[field.key] = value
    for slot in range(3 if whole else 0):
        for field in form.rows:
            if field.at == "visit" and (value := _answer(field, strategy, words, on, slot)):
                answers[row_name(slot, field.key)] = value
    return answers


def _looked(form: Form, told: Told) -> dict[str, Value]:
    """The subject, years and ways of a look that the story tells; nothing for one that it leaves open."""
    if not told.subject:
        return {}
    subject, ways = form.by_meaning.get("subject") or form.by_meaning.get("focus"), form.by_meaning.get("methods")
    found: dict[str, Value] = {subject.key: told.subject} if subject and subject.shape == "text" else {}
    if ways and ways.shape == "choices":
        found[ways.key] = [ways.options[place % len(ways.options)] for place in told.ways]
    if (column := form.row_by_meaning.get("year_group")) and told.years:
        rows = [f"Year {told.years[slot % len(told.years)]}" for slot in range(3)]
        found |= {row_name(slot, column.key): said for slot, said in enumerate(rows)}
    if (year := form.by_meaning.get("year_group")) and told.years:
        found[year.key] = f"Year {told.years[0]}"
    return found


def _answer(field: FormField, strategy: Strategy, words: dict[str, list[str]], on: date, slot: int) -> Value | None:
    about = (field.key, on.isoformat(), slot)
    if field.shape == "level":
        return strategy.levels_of(field.scale or "")[1].key
    if field.shape == "choices":
        return list(field.options[1:3])
    if field.shape == "date":
        return on.isoformat() if field.means == "date" else (on + timedelta(days=56)).isoformat()
    said = {
        "lead": ["School improvement lead"],
        "year_group": [f"Year {slot + 2}"],
        "focus": words["subjects"],
        "comment": words["seen"],
        "notes": words["seen"],
        "actions": words["actions"],
        "support": words["support"],
        "recommendations": words["recommendations"],
        "agreed_actions": words["actions"],
    }
    if field.means in said and field.shape in ("text", "long_text", "person"):
        return pick(said[field.means], *about)
    return pick(words["seen"], *about) if field.shape == "long_text" else None
