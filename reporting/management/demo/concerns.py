"""Invented concerns: a school on the second stage of a ladder, one proposed, two watched after leaving it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from categorisation.models import SchoolFact
from plans.models import Concern, DutyDone, Letter, Plan, Recipient, StageChange, WatchLook
from plans.queries.sources import kept, sources_of
from plans.rules.ladder import Step, looks_due
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.ladder_plans import day_of
from reporting.management.demo.people import People
from reporting.management.demo.record import Record
from reporting.management.demo.story import TrustPlan
from schools.models import Membership, School, StrategyVersion
from schools.queries import half_term
from schools.rules.post import arrives_at
from schools.strategy import Role
from schools.strategy.provision import Ladder
from schools.words import listed

AGREED = StageChange.Outcome.AGREED
SOURCES = 2


class ConcernWriter:
    """Writes the concerns of one trust. `[term, days]` in the story is so many days into the term so many ago."""

    def __init__(self, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms, record: Record) -> None:
        self.plan, self.people, self.version, self.terms, self.record = plan, people, version, terms, record
        self.lead, self.ceo = people.members[plan.moderator], people.holding(Role.CEO)
        rows = [row for (_, half), row in terms.rows.items() if half]
        self.halves = [half_term(one) for one in rows]
        self.letters: list[tuple[Letter, dict[str, Any], str]] = []
        self.done: list[DutyDone] = []
        self.looks: list[WatchLook] = []
        self.facts: list[SchoolFact] = []

    def write(self, schools: Mapping[str, School]) -> None:
        """Nothing where the strategy has no ladder."""
        told = [one for one in self.plan.concerns if self.version.strategy.ladders]
        if not told:
            return
        ladder = self.version.strategy.ladders[0]
        plans = self._plans(schools, ladder)
        rows = [self._concern(one, schools[one["school"]], ladder) for one in told]
        Concern.objects.bulk_create(rows)
        changes = [
            (row, one, [self._change(row, step, ladder, plans.get(row.school_id)) for step in one["steps"]])
            for row, one in zip(rows, told, strict=True)
        ]
        StageChange.objects.bulk_create([change for _, _, steps in changes for change in steps])
        for row, one, steps in changes:
            self._rest(row, one, steps, ladder)
        DutyDone.objects.bulk_create(self.done)
        WatchLook.objects.bulk_create(self.looks)
        self._send()
        self._save_facts()

    def _day(self, told: Any) -> date:
        return day_of(self.terms, told)

    def _plans(self, schools: Mapping[str, School], ladder: Ladder) -> dict[int, Plan]:
        """By school, the plan that the stages ask for."""
        here = [one.pk for one in schools.values()]
        rows = Plan.objects.filter(kind=ladder.stages[0].plan, state=Plan.State.OPEN, school__in=here)
        return {one.school_id: one for one in rows if one.school_id}

    def _concern(self, one: dict[str, Any], school: School, ladder: Ladder) -> Concern:
        steps = one["steps"]
        opened = None if steps[0].get("waits") else self._day(steps[0]["on"])
        left = self._day(steps[-1]["on"]) if steps[-1]["step"] == Step.CLOSE else None
        state = Concern.State.PROPOSED if opened is None else Concern.State.WATCHED if left else Concern.State.OPEN
        return Concern(
            school=school, ladder=ladder.key, strategy_version=self.version, state=state, trigger=steps[0]["reason"],
            entry_tests=[ladder.entry[one["test"]]], evidence=one["evidence"], opened_on=opened, left_on=left,
            sources=kept(sources_of(school, today=opened or self.terms.today)[:SOURCES]),
        )  # fmt: skip

    def _change(self, row: Concern, step: dict[str, Any], ladder: Ladder, plan: Plan | None) -> StageChange:
        day, stage = self._day(step["on"]), step.get("stage", "")
        came_from = row.of_ladder.stages[0].key if step["step"] in (Step.UP, Step.CLOSE, Step.HOLD) else ""
        change = StageChange(
            concern=row, step=step["step"], stage=stage, came_from=came_from, reason=step["reason"],
            causes=step.get("causes", ""), discussed_with=step.get("discussed", ""),
            discussed_on=working_day(day - timedelta(days=3)) if "discussed" in step else None,
            exit_tests=[{"test": test, "evidence": words}
                        for test, words in zip(ladder.stages[0].exit_tests, step.get("exit", ()), strict=False)],
            review_on=working_day(day + timedelta(days=step["review"])) if "review" in step else None,
            plan=plan if "gains" in step else None, plan_words=step.get("gains", ""), proposed_by=self.lead,
            proposed_at=moment(working_day(day - timedelta(days=1)), "14:10"),
        )  # fmt: skip
        if not step.get("waits"):
            change.outcome, change.since, change.words = AGREED, day, step.get("words", "")
            change.decided_by, change.decided_at = self.ceo, moment(day, "10:20")
        return change

    def _rest(self, row: Concern, one: dict[str, Any], steps: list[StageChange], ladder: Ladder) -> None:
        """What lies between the steps: set-up, duties, letters, facts, looks; and the record of it all."""
        self._record(row, steps)
        for words in ladder.before if row.opened_on else ladder.before[: one.get("before", 0)]:
            on = working_day((row.opened_on or self.terms.today) - timedelta(days=5))
            self.done.append(DutyDone(concern=row, duty=words, on=on, words="", by=self.lead))
        stage = row.stage_of(steps[-1].stage)
        duties = stage.duties if stage else ()  # of the stage where it is now
        for place in one.get("duties", ()):
            day = working_day((steps[-1].since or self.terms.today) + timedelta(days=3))
            self.done.append(DutyDone(concern=row, change=steps[-1], duty=duties[place], on=day, by=self.lead))
        for letter in one.get("letters", ()):
            self._letter(row, steps[letter["step"]], letter)
        self._stays(row, steps)
        if row.left_on and ladder.watch and ladder.watch.at_most:
            due = looks_due(row.left_on, ladder.watch.at_most, ladder.watch.unit, self.halves)
            for number, look in enumerate(one.get("looks", ()), start=1):
                on = max(min(self._day(look["on"]), self.terms.today), row.left_on)
                self.looks.append(WatchLook(
                    concern=row, change=steps[-1], number=number, due_on=due[number - 1], on=on, finding="holds",
                    words=look["words"], by=self.lead,
                ))  # fmt: skip

    def _record(self, row: Concern, steps: list[StageChange]) -> None:
        for place, change in enumerate(steps):
            did = "concern.proposed" if place else "concern.raised"
            stage = row.stage_of(change.stage)
            after = stage.label if stage else "Off the ladder"
            told: dict[str, Any] = {"school": row.school, "after": after}
            self.record.write(did, row, at=change.proposed_at, by=self.lead, why=change.reason, **told)
            if change.decided_at:
                self.record.write("concern.decided", row, at=change.decided_at, by=self.ceo, why=change.words, **told)

    def _letter(self, row: Concern, change: StageChange, told: dict[str, Any]) -> None:
        sent = moment(working_day((change.since or self.terms.today) + timedelta(days=2)), "15:40")
        letter = Letter(
            concern=row, change=change, subject=told["subject"], text=told["text"], sent_at=sent, sent_by=self.lead,
            arrives_at=arrives_at(sent, self.halves),
        )  # fmt: skip
        self.letters.append((letter, told, self._key(row.school)))

    def _key(self, school: School) -> str:
        return next(one.key for one in self.plan.schools if one.urn == school.urn)

    def _send(self) -> None:
        Letter.objects.bulk_create([letter for letter, _, _ in self.letters])
        rows = []
        for letter, told, key in self.letters:
            people = [(words, self._holder(role, key)) for words, role in told["to"].items()]
            rows += [Recipient(letter=letter, told_as=words, name=one.user.name, person=one) for words, one in people]
            names = listed([one.user.name for _, one in people])
            self.record.write(
                "concern.letter", letter.concern, at=letter.sent_at, by=self.lead, school=letter.concern.school,
                after=names,
            )  # fmt: skip
        Recipient.objects.bulk_create(rows)

    def _holder(self, role: str, school: str) -> Membership:
        found = self.people.of_school(role, school, 0)
        return found or self.people.holding(role)

    def _stays(self, row: Concern, steps: list[StageChange]) -> None:
        """The fact of each stage, from the day of one move to that of the next."""
        moved = [one for one in steps if one.since and one.step != Step.HOLD]
        for change, following in zip(moved, [*moved[1:], None], strict=False):
            stage = row.stage_of(change.stage)
            if stage and stage.fact and change.since:
                until = following.since if following else None
                self.facts.append(SchoolFact(
                    school=row.school, key=stage.fact, since=change.since, until=until, note=change.reason[:1000],
                    by=self.ceo,
                ))  # fmt: skip

    def _save_facts(self) -> None:
        """In the place of what the story has put on record by hand."""
        keys = {one.fact for ladder in self.version.strategy.ladders for one in ladder.stages}
        schools = {one.school_id for one in self.facts}
        SchoolFact.objects.filter(school__in=schools, key__in=keys).delete()
        SchoolFact.objects.bulk_create(self.facts)
