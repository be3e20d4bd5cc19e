"""What the rules proposed then, what people decided at the meeting, and what schools replied."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from categorisation.models import Decision, Proposal, Rating, Reply
from categorisation.queries import level_key
from categorisation.rules import Evidence, axes_for, explain, propose
from categorisation.rules.accuracy import Accuracy, accuracy_of
from categorisation.rules.conclusion import Conclusion
from categorisation.services.proposals import as_record
from evidence.queries.calibration import SchoolAccuracy
from reporting.management.demo.calendar import Sitting, clock, moment, working_day
from reporting.management.demo.meetings import Meetings
from reporting.management.demo.people import People
from reporting.management.demo.ratings import Matrix
from reporting.management.demo.record import Record
from reporting.management.demo.story import TrustPlan, chance
from schools.models import Meeting, Membership
from schools.rules import humane_time, working_days_after
from schools.strategy import Role, Strategy


def proposals_of(
    matrix: Matrix, strategy: Strategy, facts: frozenset[str], outside: SchoolAccuracy | None
) -> list[Proposal]:
    """What the rules make of an agreed matrix, on the day it was agreed.

    `outside`: its self-evaluations beside what others judged, where the strategy looks at their accuracy.
    """
    at = matrix.assessment.agreed_at
    if at is None:
        return []
    phase, evidence = matrix.sitting.plan.phase, _evidence(matrix.ratings, strategy)
    accuracy = _accuracy(matrix, outside, at.date()) if outside else None
    computed = {fact.key for fact in strategy.facts if accuracy and accuracy.makes(fact)}
    sources = dict.fromkeys(computed, accuracy.source if accuracy else "")
    besides = [accuracy.words] if accuracy else []
    made = []
    for axis in axes_for(strategy, phase):
        found = propose(strategy, axis.key, evidence, facts=facts | computed, phase=phase, today=at.date())
        words = explain(strategy, found, sources=sources, besides=besides)
        made.append(
            Proposal(
                assessment=matrix.assessment, axis=axis.key,
                level=found.level or "", best=found.best, worst=found.worst,
                explanation={"words": asdict(words), "facts": as_record(found)},
                made_at=at, of_version=matrix.assessment.version,
            )
        )  # fmt: skip
    return made


def _accuracy(matrix: Matrix, outside: SchoolAccuracy, on: date) -> Accuracy:
    rated = [rating for rating in matrix.ratings if rating.level and not rating.filled]
    moderated = [(rating.level, rating.counts_as) for rating in rated if rating.level and rating.counts_as]
    return accuracy_of(moderated, [pair.distance for pair in outside.accuracy.by_then(on).pairs])


def _evidence(ratings: list[Rating], strategy: Strategy) -> dict[str, Evidence]:
    found = {}
    for rating in ratings:
        key = rating.kpi.key
        level = level_key(strategy, strategy.kpi_by_key[key], rating.counts_as)
        found[key] = Evidence(key, level, rating.evidence_on, tuple(rating.sources), rating.carried)
    return found


class Decider:
    """Decides the past proposals of one trust, oldest first, as the story says or as proposed."""

    def __init__(self, plan: TrustPlan, people: People, meetings: Meetings, record: Record) -> None:
        self.plan, self.people, self.meetings, self.record = plan, people, meetings, record
        self.now_at: dict[tuple[str, str], str] = {}  # (school, axis) -> level
        self.decisions: list[tuple[Decision, Sitting]] = []

    def decide(self, sitting: Sitting, proposal: Proposal, strategy: Strategy) -> None:
        """Decide one proposal, unless its meeting is still to come."""
        meeting = self.meetings.deciding(sitting, proposal.axis)
        if meeting is None:
            return
        said = self._said(sitting, proposal.axis)
        level = said.get("level", proposal.level)
        reason = said.get("reason", "")
        if not reason and (proposal.best != proposal.worst or level != proposal.level):
            reason = self.plan.range_reason
        at = meeting.starts_at + timedelta(minutes=25 + int(chance(sitting.plan.key, proposal.axis) * 95))
        by = self._decider(sitting, meeting)
        made = self._decision(sitting, proposal, strategy, meeting=meeting, level=level, reason=reason, at=at, by=by)
        self.decisions.append((made, sitting))
        self.now_at[sitting.plan.key, proposal.axis] = level

    def _said(self, sitting: Sitting, axis: str) -> dict[str, Any]:
        """The story's own decision, if it has one."""
        for one in self.plan.decisions:
            if (one["school"], one["ago"], one.get("axis", axis)) == (sitting.plan.key, sitting.ago, axis):
                return one
        return {}

    def _decider(self, sitting: Sitting, meeting: Meeting) -> Membership:
        """The chief executive, or the chair of the trust where they declared an interest."""
        ceo = self.people.holding(Role.CEO)
        conflicted = self.meetings.has_interest(meeting, ceo, sitting.school)
        return self.people.holding(Role.TRUST_CHAIR) if conflicted else ceo

    def _decision(
        self, sitting: Sitting, proposal: Proposal, strategy: Strategy, *, meeting: Meeting, level: str, reason: str,
        at: datetime, by: Membership,
    ) -> Decision:  # fmt: skip
        was = self.now_at.get((sitting.plan.key, proposal.axis), "")
        concluded = self._concluded(strategy, proposal.axis, was, level)
        why = " ".join(filter(None, (reason, *concluded.sentences)))
        self.record.write(
            "category.decided", sitting.school, at=at, by=by, school=sitting.school, before=was, after=level, why=why
        )
        return Decision(
            school=sitting.school, period=sitting.period, axis=proposal.axis, level=level, was=was, reason=reason,
            strategy_version=proposal.assessment.strategy_version, proposal=proposal, meeting=meeting,
            effective_on=at.date(), decided_by=by, decided_at=at,
            tell_at=humane_time(at, hour=sitting.school.trust.news_hour),
            reply_due_on=working_days_after(at.date(), strategy.identity.reply_days), **asdict(concluded),
        )  # fmt: skip

    def _concluded(self, strategy: Strategy, axis: str, was: str, level: str) -> Conclusion:
        """What follows where the category moved; all stays where it did not. Nothing where it is not asked."""
        if not was or not strategy.axis_by_key[axis].concludes:
            return Conclusion()
        places = [one.key for one in strategy.axis_levels(axis)]
        step = places.index(level) - places.index(was)
        if not step:
            return Conclusion(provision="fits", capacity="stays")
        provision, capacity = self.plan.conclusions[:2] if step > 0 else self.plan.conclusions[2:]
        return Conclusion("change", provision, "moves", capacity)

    def save(self) -> None:
        """Write the decisions and the replies the story has to them."""
        Decision.objects.bulk_create([decision for decision, _ in self.decisions])
        replies = (self._reply(decision, sitting) for decision, sitting in self.decisions)
        Reply.objects.bulk_create([reply for reply in replies if reply is not None])

    def _reply(self, decision: Decision, sitting: Sitting) -> Reply | None:
        for one in self.plan.replies:
            if (one["school"], one["ago"], one["axis"]) != (sitting.plan.key, sitting.ago, decision.axis):
                continue
            share = chance(one["school"], one["ago"], "reply")
            day = working_days_after(decision.effective_on, 2 + int(share * 3))
            at = moment(working_day(day), clock(16, 20, share))
            by = self.people.head(sitting.plan.key, sitting.ago)
            self.record.write("decision.replied", decision, at=at, by=by, school=sitting.school, why=one["text"][:200])
            return Reply(decision=decision, text=one["text"], by=by, at=at)
        return None
