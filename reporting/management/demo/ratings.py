"""A school's matrices: what it said of each indicator, on what evidence, and what the moderator made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from categorisation.models import Assessment, Rating
from categorisation.rules.entry import is_weak
from categorisation.rules.evidence import is_stale
from categorisation.services.read_row import slots
from reporting.management.demo.calendar import Sitting, clock, moment, working_day
from reporting.management.demo.levels import UNKNOWN, levels_of, spreads
from reporting.management.demo.people import People
from reporting.management.demo.story import SchoolPlan, Story, chance, pick
from reporting.management.demo.words import Words
from schools.models import Kpi, Membership, StrategyVersion
from schools.rules import months_after
from schools.strategy import Kpi as KpiRule
from schools.strategy import Role

CARRIED = 0.45
NEXT_TERM, A_MONTH = timedelta(days=170), timedelta(days=30)
OF_VERSION, DRAFT_VERSION = 9, 11


@dataclass
class Matrix:
    """One assessment with its ratings, not saved yet."""

    sitting: Sitting
    assessment: Assessment
    ratings: list[Rating]


class SchoolWriter:
    """Writes one school's matrices, oldest first, remembering what it said the time before."""

    def __init__(
        self,
        plan: SchoolPlan,
        *,
        story: Story,
        version: StrategyVersion,
        people: People,
        kpis: dict[str, Kpi],
        today: date,
    ) -> None:
        self.plan, self.version, self.people, self.kpis, self.today = plan, version, people, kpis, today
        self.strategy = version.strategy
        self.story, self.words = story, Words(story, plan, self.strategy.matrix.source_labels)
        self.rows = spreads(self.strategy, plan.key, plan.phase)
        self.before: dict[str, Rating] = {}

    def matrix(self, sitting: Sitting) -> Matrix:
        """The matrix of one period, in the state the story gives it."""
        levels = levels_of(self.rows, sitting.digits, sitting.ago) | (self.plan.exact if sitting.is_current else {})
        assessment = self._assessment(sitting)
        asked = [rule for rule in self.strategy.kpis() if rule.key in levels and self._is_rated(sitting, rule)]
        ratings = [self._rating(assessment, sitting, rule, levels[rule.key]) for rule in asked]
        self.before = {rating.kpi.key: rating for rating in ratings}
        assessment.levels, assessment.evidence_days, assessment.source_counts = slots(ratings)
        return Matrix(sitting, assessment, ratings)

    def _is_rated(self, sitting: Sitting, rule: KpiRule) -> bool:
        if sitting.state not in ("draft", "open"):
            return True
        criterion = next(one.key for one in self.strategy.criteria if rule in one.kpis)
        return sitting.state == "draft" and (criterion in self.plan.rated or rule.key in self.plan.rated)

    def _assessment(self, sitting: Sitting) -> Assessment:
        state = "draft" if sitting.state == "open" else sitting.state
        late = self.plan.overdue if sitting.is_current else 0
        made = Assessment(
            school=sitting.school, period=sitting.period, strategy_version=self.version, state=state,
            due_on=self.today - timedelta(days=late) if late else max(self.due_on(sitting), sitting.period.starts_on),
            version=1 if sitting.state == "open" else DRAFT_VERSION,
        )  # fmt: skip
        if state == "draft":
            return made
        head = self.people.head(self.plan.key, sitting.ago)
        made.submitted_at, made.submitted_by, made.version = self.submitted_at(sitting), head, DRAFT_VERSION + 1
        if state == "returned":
            made.returned_note, made.version = self.plan.returned_note, DRAFT_VERSION + 2
        if state == "agreed":
            made.agreed_at, made.agreed_by = self.agreed_at(sitting), self._moderator()
            made.version = DRAFT_VERSION + 2
        return made

    def _moderator(self) -> Membership:
        return self.people.members[self.people.plan.moderator]

    def due_on(self, sitting: Sitting) -> date:
        """So many days before the meeting as the strategy says."""
        return sitting.meets_on - timedelta(days=self.strategy.matrix.due_days_before_meeting)

    def submitted_at(self, sitting: Sitting) -> datetime:
        """A working day or two before it was due; this term, before it was agreed."""
        share = chance(self.plan.key, sitting.period.starts_on, "submitted")
        late = self.due_on(sitting) - timedelta(days=int(share * 5))
        day = self.today - timedelta(days=self.plan.agreed + 2 + int(share * 4)) if sitting.is_current else late
        return moment(working_day(day), clock(15, 19, share))

    def agreed_at(self, sitting: Sitting) -> datetime:
        """Between the day it came in and the meeting."""
        before_meeting = sitting.meets_on - timedelta(days=2)
        day = self.today - timedelta(days=self.plan.agreed) if sitting.is_current else before_meeting
        return moment(working_day(day), clock(9, 17, chance(self.plan.key, sitting.period.starts_on, "agreed")))

    def _rating(self, assessment: Assessment, sitting: Sitting, rule: KpiRule, level: int) -> Rating:
        written = assessment.submitted_at or moment(working_day(self.today - timedelta(days=1)), "16:10")
        before = self.before.get(rule.key)
        about = (self.plan.key, rule.key, sitting.period.starts_on)
        rating = Rating(
            assessment=assessment, period=sitting.period, school=sitting.school, kpi=self.kpis[rule.key], level=level,
            author=self._author(sitting, *about), of_version=1 + int(chance(*about, "version") * OF_VERSION),
            written_at=written - timedelta(hours=int(chance(*about, "hour") * 120), minutes=int(chance(*about) * 60)),
            submitted_at=assessment.submitted_at,
        )  # fmt: skip
        if level != UNKNOWN and before is not None and self._still_true(rating, before, rule, sitting):
            rating.carried, rating.note = True, before.note
            rating.evidence_on, rating.sources = before.evidence_on, before.sources
        else:
            self._rate(rating, before, rule, sitting)
        return rating

    def _author(self, sitting: Sitting, *about: object) -> Membership:
        leader = self.people.of_school(Role.LEADER, self.plan.key, sitting.ago)
        return leader if leader and chance(*about, "author") < 0.3 else self.people.head(self.plan.key, sitting.ago)

    def _still_true(self, rating: Rating, before: Rating, rule: KpiRule, sitting: Sitting) -> bool:
        """Carried forward: the same level, evidence that lasts to the next term, and no fresh words of the school's."""
        if before.counts_as != rating.level or before.evidence_on is None or rating.written_at is None:
            return False
        if sitting.is_current and rule.key in self.plan.said:
            return False
        then = rating.written_at.date() + (A_MONTH if sitting.is_current else NEXT_TERM)
        lasts = not is_stale(before.evidence_on, after_months=rule.stale_after_months, today=then)
        return lasts and chance(self.plan.key, rule.key, sitting.period.starts_on, "carried") < CARRIED

    def _rate(self, rating: Rating, before: Rating | None, rule: KpiRule, sitting: Sitting) -> None:
        """What the school says afresh; where the moderator saw it differently, the school's own level is another."""
        assert rating.written_at is not None
        about = (self.plan.key, rule.key, sitting.period.starts_on)
        if not rating.level:
            rating.note = self.words.unknown(*about)
            return
        if rating.assessment.state == "agreed" and chance(*about, "moderated") < self.plan.generous:
            self._moderate(rating, rating.level, about)
        changed = before is not None and before.counts_as not in (None, UNKNOWN, rating.level)
        weak = is_weak(self.strategy, rule, rating.level)
        told = sitting.is_current and rule.key in self.plan.said
        if changed or weak or told or chance(*about, "note") < 0.25:
            rating.note = self.words.note(rule, rating.level, *about, current=sitting.is_current)
        rating.sources = self.words.sources(rule)
        rating.evidence_on = self._evidence_on(rule, rating.written_at.date(), sitting)

    def _moderate(self, rating: Rating, level: int, about: tuple[object, ...]) -> None:
        self_level = level - 1 if level > 1 and chance(*about, "way") < 0.8 else level + 1
        weakest = len(self.strategy.levels_of(self.strategy.kpi_by_key[rating.kpi.key].scale))
        if self_level > weakest:
            return
        agreed_at = rating.assessment.agreed_at
        assert agreed_at is not None
        rating.level, rating.moderated_level = self_level, level
        rating.moderated_reason = pick(self.story.moderation["weaker" if level > self_level else "stronger"], *about)
        rating.moderator, rating.moderated_at = rating.assessment.agreed_by, agreed_at - timedelta(minutes=35)

    def _evidence_on(self, rule: KpiRule, written: date, sitting: Sitting) -> date:
        if rule.key == "published_inspection":
            published = [one["on"] for one in self.plan.inspections if one["on"] <= written]
            return max(published, default=written)
        share = chance(self.plan.key, rule.key, sitting.period.starts_on, "day")
        day = working_day(written - timedelta(days=2 + int(share * 16)))
        months = self.plan.old.get(rule.key)
        return day if months is None else min(day, months_after(self.today, -months) - timedelta(days=9))
