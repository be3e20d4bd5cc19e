"""Invented reviews, in every state, by people from across the trust; nobody reviews their own school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evidence.models import Source
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.record import Record
from reporting.management.demo.story import Story, TrustPlan, pick
from reviews.models import Dispute, Finding, Review, ReviewMember, ReviewShare
from reviews.queries.reviews import levels_of
from reviews.rules.kinds import depth_of, form_of, kind_of, kinds_of, label_of, level_for
from reviews.rules.programme import to_draw_on
from reviews.services.findings import found_in_form
from reviews.services.publishing import sources_of
from schools.filled import Value, row_name
from schools.models import Membership, School, StrategyVersion
from schools.rules import working_days_after
from schools.strategy import Role
from schools.strategy.forms import FormField

S = Review.State


@dataclass(frozen=True)
class Told:
    """One review of the story: which school, kind and lead in the trust's order, how long ago it began, its state."""

    school: int
    kind: int
    days_ago: int
    state: str
    lead: int  # the school whose head leads it
    reply: str = ""
    dispute: bool = False
    shared: tuple[str, ...] = ()


STORY = (
    Told(0, 0, -20, S.PROPOSED, 2),
    Told(1, 1, 2, S.DRAFT, 3),
    Told(2, 0, 9, S.ACCURACY, 4),
    Told(2, 1, 62, S.PUBLISHED, 1, "comment", dispute=True, shared=("governors",)),
    Told(3, 0, 38, S.PUBLISHED, 2, "accurate", shared=("governors", "schools")),
    Told(4, 1, 170, S.PUBLISHED, 0, "accurate"),
    Told(2, 2, 215, S.PUBLISHED, 3, "accurate"),
    Told(0, 2, 240, S.PUBLISHED, 1, "accurate"),
)


class ReviewWriter:
    """Writes the reviews of one trust."""

    def __init__(
        self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms, record: Record
    ) -> None:
        self.words, self.plan, self.people, self.version, self.terms = story.reviews, plan, people, version, terms
        self.record, self.strategy = record, version.strategy
        self.kinds = sorted(kinds_of(self.strategy), key=lambda one: one.form is None)
        self.reviews: list[Review] = []
        self.findings: list[Finding] = []

    def write(self, schools: dict[str, School]) -> None:
        """All of them, with their teams, findings, a concern, and what they tell of the schools as evidence."""
        here = [key for key, school in schools.items() if school.left_on is None]
        heads = {key: self.people.head(key, 0) for key in here}
        told = [(self._review(schools[here[one.school]], heads[here[one.school]], one), one) for one in STORY]
        self.reviews = Review.objects.bulk_create([review for review, _ in told])
        members = [(review, heads[here[one.lead]], self._second(one)) for review, one in told]
        ReviewMember.objects.bulk_create(self._team(members))
        found = [finding for review, _ in told for finding in self._findings(review)]
        self.findings = Finding.objects.bulk_create(found)
        Dispute.objects.bulk_create([self._dispute(review) for review, one in told if one.dispute])
        Source.objects.bulk_create(self._sources())
        ReviewShare.objects.bulk_create(share for review, one in told for share in self._shares(review, one))
        for review in self.reviews:
            self._note(review)

    def settle(self) -> None:
        """How deep each goes and what it is counted against, now that the schools' categories are decided."""
        levels = levels_of([review.school for review in self.reviews])
        for review in self.reviews:
            mine, kind = levels.get(review.school_id, {}), kind_of(self.strategy, review.kind)
            assert kind is not None
            review.level = level_for(self.strategy, kind, mine)
            review.depth = depth_of(kind, review.level)
            offers = [one.key for one in to_draw_on(self.strategy, mine)]
            review.entitlement = next((key for key in offers if key == review.kind or "review" in key), "")
        Review.objects.bulk_update(self.reviews, ["level", "depth", "entitlement"])

    def _review(self, school: School, head: Membership, told: Told) -> Review:
        first = working_day(self.terms.today - timedelta(days=told.days_ago))
        dates = [first, working_days_after(first, 5 if told.state == S.DRAFT else 1)]
        kind, lead = self.kinds[told.kind % len(self.kinds)], self.people.members[self.plan.moderator]
        proposed = working_day(min(first, self.terms.today) - timedelta(days=24))
        about = (school.urn, told.kind, told.days_ago)
        review = Review(
            school=school, strategy_version=self.version, kind=kind.key, form=kind.form_for("") or "",
            state=told.state, days=Decimal(2), dates=dates, starts_on=dates[0], ends_on=dates[-1],
            focus=pick(self.words["focus"], *about), outcomes=pick(self.words["outcomes"], *about),
            proposed_at=moment(proposed, "10:20"), proposed_by=lead, version=2,
            trust_signed_at=moment(proposed, "10:40"), trust_signed_by=lead,
        )  # fmt: skip
        if told.state != S.PROPOSED:
            review.school_signed_at, review.school_signed_by = moment(working_days_after(proposed, 2), "15:10"), head
            review.answers = self._answers(review)
        if told.state in (S.ACCURACY, S.PUBLISHED):
            self._send(review, head, told)
        return review

    def _send(self, review: Review, head: Membership, told: Told) -> None:
        sent = working_days_after(review.ends_on, 3)
        review.sent_at = moment(sent, "16:00")
        review.reply_due_on = working_days_after(sent, self.strategy.monitoring.reply_days)
        if told.state == S.ACCURACY:
            review.reply_due_on = max(review.reply_due_on, working_days_after(self.terms.today, 3))
            return
        answered = working_days_after(sent, 2)
        review.reply, review.replied_at, review.replied_by = told.reply, moment(answered, "09:05"), head
        review.reply_text = self.words["comments"][0] if told.reply == "comment" else ""
        if review.reply_text:
            review.became, review.became_text = "changed", self.words["became"][0]
        review.published_at = moment(working_days_after(answered, 2), "14:30")
        review.published_by = review.proposed_by

    def _second(self, told: Told) -> Membership:
        """Somebody of the trust beside the lead of the team."""
        return self.people.holding(Role.OPERATIONS if told.kind % 2 else Role.SI_LEAD)

    def _team(self, members: list[tuple[Review, Membership, Membership]]) -> Iterator[ReviewMember]:
        for review, lead, second in members:
            days = pick(self.words["availability"], review.kind, lead.pk)
            yield ReviewMember(review=review, membership=lead, is_lead=True, availability=days)
            yield ReviewMember(review=review, membership=second)

    def _findings(self, review: Review) -> Iterator[Finding]:
        """What the form says, tied to criteria; one more of excellence where the form has no such box."""
        if review.state not in (S.ACCURACY, S.PUBLISHED):
            return
        criteria = [one.key for one in self.strategy.criteria[:3]]
        kinds = set()
        for name, kind, text in found_in_form(review):
            kinds.add(kind)
            yield Finding(review=review, kind=kind, text=text, answer=name, criterion=pick(criteria, name, review.kind))
        for more, words in (("ebi", self.words["better"]), ("excellence", self.words["excellence"])):
            if more not in kinds:
                text = pick(words, review.kind, review.starts_on)
                yield Finding(review=review, kind=more, text=text, evidence=self.words["seen"][0])

    def _dispute(self, review: Review) -> Dispute:
        ends = working_days_after(review.ends_on, 1)
        guarantor, at = self.people.holding(Role.CEO), moment(working_days_after(ends, 3), "11:30")
        return Dispute(
            review=review, raised_by=review.school_signed_by, raised_at=moment(ends, "08:40"),
            text=self.words["concern"][0], mediator=guarantor, mediated_at=at, closed_at=at,
            outcome=self.words["outcome"][0],
        )  # fmt: skip

    def _shares(self, review: Review, told: Told) -> Iterator[ReviewShare]:
        """With whom its lead or its head shared it once it was published."""
        head, published = review.school_signed_by, review.published_at
        label = f"{label_of(self.strategy, review.kind)}, {review.school.known_as}"
        for number, audience in enumerate(told.shared if published else ()):
            assert published is not None  # it is shared once it is published
            at, note = moment(working_days_after(published.date(), 1 + number), "11:00"), self.words["shared"][number]
            told_of = {"after": ReviewShare.Audience(audience).label, "why": note, "label": label}
            self.record.write("review.shared", ReviewShare, at=at, by=head, school=review.school, **told_of)
            yield ReviewShare(review=review, audience=audience, note=note, shared_at=at, shared_by=head)

    def _sources(self) -> Iterator[Source]:
        for review in self.reviews:
            if review.state == S.PUBLISHED and review.published_by:
                mine = [one for one in self.findings if one.review_id == review.pk]
                yield from sources_of(review, review.published_by, mine)

    def _note(self, review: Review) -> None:
        """What the record would hold of it."""
        label = f"{label_of(self.strategy, review.kind)}, {review.school.known_as}"
        told = (
            ("review.proposed", review.proposed_at, review.proposed_by),
            ("review.sent", review.sent_at, review.proposed_by),
            ("review.published", review.published_at, review.published_by),
        )
        for did, at, by in told:
            if at is not None:
                self.record.write(did, review, at=at, by=by, school=review.school, label=label)

    def _answers(self, review: Review) -> dict[str, Value]:
        form = form_of(self.strategy, review.form)
        answers = {field.key: self._answer(field, review, 0) for field in form.head_fields.values()}
        for slot in range(2):
            answers |= {row_name(slot, field.key): self._answer(field, review, slot) for field in form.rows}
        return {name: value for name, value in answers.items() if value}

    def _answer(self, field: FormField, review: Review, slot: int) -> Value:
        about = (field.key, review.kind, review.starts_on, slot)
        match field.shape:
            case "level":
                return self.strategy.levels_of(field.scale or "")[slot % 2].key
            case "choice":
                return pick(field.options, *about)
            case "choices":
                return list(field.options[slot : slot + 2])
            case "date":
                return (review.starts_on if field.means == "date" else review.ends_on + timedelta(days=60)).isoformat()
            case "time":
                return "09:00" if field.means == "time_from" else "15:00"
            case "number":
                return "2"
            case "yes_no":
                return "yes"
        return self._words(field, review, about)

    def _words(self, field: FormField, review: Review, about: tuple[str, str, date, int]) -> str:
        said = {
            "school": [review.school.name],
            "lead": ["Lead of the team"],
            "role": ["Headteacher of another school"],
            "year_group": [f"Year {about[-1] + 2}"],
            "focus": [review.focus],
            "strengths": self.words["well"],
            "development": self.words["better"],
            "excellence": self.words["excellence"],
            "actions": self.words["actions"],
        }
        return pick(said.get(field.means, self.words["well"] if field.shape == "long_text" else ["Agreed"]), *about)
