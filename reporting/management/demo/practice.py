"""What comes of the invented reviews: actions, the register of practice with wishes to visit, and pen portraits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from plans.models import Action, Plan
from plans.services import new_plan
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.reviews import ReviewWriter
from reporting.management.demo.story import Story
from reviews.models import Finding, PenPortrait, Practice, PracticeRequest, Review
from reviews.rules.kinds import label_of
from schools.models import Membership, School
from schools.rules import working_days_after
from schools.words import cut
from schools.words import on as day_words


class PracticeWriter:
    """Writes what follows from the published reviews of one trust."""

    def __init__(self, story: Story, people: People, reviewed: ReviewWriter, terms: Terms) -> None:
        self.words, self.people, self.terms, self.strategy = story.reviews, people, terms, reviewed.strategy
        published = [one for one in reviewed.reviews if one.state == Review.State.PUBLISHED]
        self.first, self.second = published[:2]
        self.findings = reviewed.findings

    def write(self, schools: dict[str, School]) -> None:
        """Everything, in the order it depends on."""
        here = {key: school for key, school in schools.items() if school.left_on is None}
        heads = {school.pk: self.people.head(key, 0) for key, school in here.items()}
        self._agree(heads)
        others = [school for school in here.values() if school.pk not in (self.first.school_id, self.second.school_id)]
        offered = [self._excellence(self.first), self._excellence(self.second), self._offered(others[0], heads)]
        made = Practice.objects.bulk_create(offered)
        PracticeRequest.objects.bulk_create(self._wishes(made, others, heads))
        PenPortrait.objects.bulk_create(self._portraits(list(heads.items())[:5], list(here.values())))

    def _agree(self, heads: dict[int, Membership]) -> None:
        """One action that was looked at, one to look at in the next days, and one whose day is past."""
        plans = {one.school_id: one for one in Plan.objects.filter(state=Plan.State.OPEN)}
        for review in (self.first, self.second):
            if review.school_id not in plans:
                plans[review.school_id] = new_plan(review.school, self.strategy, today=self.terms.today)
        Plan.objects.bulk_create([one for one in plans.values() if one.pk is None])
        Action.objects.bulk_create(
            [
                *self._actions(self.first, plans[self.first.school_id], heads, looked=True),
                *self._actions(self.second, plans[self.second.school_id], heads, looked=False),
            ]
        )

    def _actions(self, review: Review, plan: Plan, heads: dict[int, Membership], *, looked: bool) -> Iterator[Action]:
        found = self._of(review, Finding.Kind.BETTER)
        today, owner = self.terms.today, heads[review.school_id]
        first, second = self.words["actions"]
        if looked:
            seen = working_day(today - timedelta(days=4))
            yield Action(
                plan=plan, finding=found, is_origin_fixed=True, what=first, owner=owner, agreed_on=review.ends_on,
                due_on=working_day(seen - timedelta(days=14)),
                impact_check_on=seen, state="done", verdict="partly", verdict_note=self.words["verdicts"][0],
                verdict_evidence=self.words["verdicts"][1],
                closed_at=moment(seen, "15:40"), closed_by=owner,
            )  # fmt: skip
        yield Action(
            plan=plan, finding=found, is_origin_fixed=True, what=second, owner=owner,
                due_on=working_day(today - timedelta(days=10)),
            impact_check_on=working_days_after(today, 4) if looked else working_day(today - timedelta(days=1)),
        )  # fmt: skip

    def _of(self, review: Review, kind: str) -> Finding:
        return next(one for one in self.findings if one.review_id == review.pk and one.kind == kind)

    def _excellence(self, review: Review) -> Practice:
        """An area of excellence that the school has put in the register."""
        found = self._of(review, Finding.Kind.EXCELLENCE)
        labels = {one.key: one.label for one in self.strategy.criteria}
        seen = f"{label_of(self.strategy, review.kind)}, {day_words(review.ends_on)}."
        return Practice(
            school=review.school, kind=Practice.Kind.EXCELLENCE, title=cut(found.text.split(". ")[0], 160),
            text=found.text, subject=labels.get(found.criterion, "")[:80], phase=review.school.phase, evidence=seen,
            contact="Headteacher", from_finding=found, offered_by=review.school_signed_by,
            offered_at=moment(working_days_after(review.ends_on, 12), "12:10"),
        )  # fmt: skip

    def _offered(self, school: School, heads: dict[int, Membership]) -> Practice:
        title, text, subject, contact = self.words["offered"]
        return Practice(
            school=school, kind=Practice.Kind.OFFERED, title=title, text=text, subject=subject, phase=school.phase,
            contact=contact, offered_by=heads[school.pk],
            offered_at=moment(working_day(self.terms.today - timedelta(days=20)), "13:00"),
        )  # fmt: skip

    def _wishes(
        self, practices: list[Practice], others: list[School], heads: dict[int, Membership]
    ) -> Iterator[PracticeRequest]:
        """One that waits for an answer, one that was welcome, one that was visited."""
        today, States = self.terms.today, PracticeRequest.State
        told = ((practices[0], others[1], 2, States.ASKED), (practices[1], others[2], 9, States.ACCEPTED))
        for practice, school, days, state in (*told, (practices[0], others[0], 16, States.VISITED)):
            asked = working_day(today - timedelta(days=days))
            wish = PracticeRequest(
                practice=practice, school=school, asked_by=heads[school.pk], asked_at=moment(asked, "08:55"),
                wanted_on=working_days_after(today, 12) if state != States.VISITED else None, state=state,
                note=self.words["wishes"][days % 2],
            )  # fmt: skip
            if state != States.ASKED:
                wish.answered_by = heads[practice.school_id]
                wish.answered_at = moment(working_days_after(asked, 1), "16:20")
                wish.answer = "You are welcome. Come to the office at nine."
            yield wish

    def _portraits(self, heads: list[tuple[int, Membership]], schools: list[School]) -> Iterator[PenPortrait]:
        names = {school.pk: school.known_as for school in schools}
        seen: set[int] = set()
        for number, (school, head) in enumerate(heads):
            if head.pk in seen:
                continue
            seen.add(head.pk)
            yield PenPortrait(
                membership=head, role=f"Headteacher, {names[school]}",
                experience=self.words["experience"][number % len(self.words["experience"])],
                training=self.words["training"][number % 2], availability=self.words["availability"][number % 2],
                written_at=moment(self.terms[0].starts_on, "17:00"),
            )  # fmt: skip
