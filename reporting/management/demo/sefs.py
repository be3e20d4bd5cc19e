"""Invented self-evaluations: those of earlier terms agreed, with their sources; this term's begun from them by some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from evidence.models import SefEdition, SefSection, SelfEvaluation, Source, State
from evidence.queries.sef import due_day, layout_for_school
from evidence.rules.sef_entry import EvidenceLine, SectionEntry, carried_over, edition_content
from evidence.rules.sef_layouts import NOT_HERE, SectionRule, SefLayout
from evidence.services.judgements import KIND
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.rows import insert_rows
from reporting.management.demo.story import SchoolPlan, Story, TrustPlan, chance, pick
from schools.models import Period, School, StrategyVersion

TERMS_BACK, TOUCHED = 3, 2
STRONG, FAIR = 0.25, 0.75
"""Where in the words of a section a judgement stops being strong, and where it stops being fair."""

PEERS, REVIEWED = "Peer review", {3: 0.35, 1: 0.75}
"""Terms ago after which peers judged some of the schools, with the share of areas in which they agreed."""


class SefWriter:
    """Writes the self-evaluations of one trust."""

    def __init__(self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms) -> None:
        self.words, self.plan, self.people, self.version, self.terms = story.sef, plan, people, version, terms
        self.asked = version.strategy.self_evaluation

    def write(self, schools: Mapping[str, School]) -> None:
        """Earlier terms first, so that each takes the words of the one before."""
        sefs: list[tuple[SelfEvaluation, SchoolPlan, int]] = []
        for plan in self.plan.schools:
            for ago in range(TERMS_BACK, -1, -1):
                sefs += self._sef(schools[plan.key], plan, ago)
        SelfEvaluation.objects.bulk_create([sef for sef, _, _ in sefs])
        sections = [row for sef, plan, ago in sefs for row in self._sections(sef, plan, ago)]
        insert_rows(sections)
        agreed = [(sef, plan, ago) for sef, plan, ago in sefs if sef.state != State.DRAFT]
        SefEdition.objects.bulk_create([self._edition(sef, plan, ago) for sef, plan, ago in agreed])
        Source.objects.bulk_create(
            source
            for sef, plan, ago in agreed
            if sef.state == State.AGREED
            for source in (*self._sources(sef, plan, ago), *self._reviewed(sef, plan, ago))
        )

    def _sef(self, school: School, plan: SchoolPlan, ago: int) -> Iterator[tuple[SelfEvaluation, SchoolPlan, int]]:
        period = self.terms[ago]
        here = school.joined_on <= period.starts_on and (school.left_on is None or school.left_on > period.ends_on)
        if not here or not self.asked.in_term(period.season) or (ago == 0 and plan.state == "open"):
            return
        layout = layout_for_school(self.version.strategy, school)
        due = due_day(period, self.version.strategy)
        sef = SelfEvaluation(
            school=school, period=period, strategy_version=self.version, layout=layout.key, due_on=due, version=3
        )
        if ago:
            sent = moment(working_day(due - timedelta(days=2)), "16:20")
            sef.state, sef.submitted_at, sef.submitted_by = State.AGREED, sent, self.people.head(plan.key, ago)
            sef.agreed_at, sef.agreed_by = sent + timedelta(days=5), self.people.members[self.plan.moderator]
        yield sef, plan, ago

    def _entries(self, sef: SelfEvaluation, plan: SchoolPlan, ago: int) -> dict[str, SectionEntry]:
        layout = layout_for_school(self.version.strategy, sef.school)
        before = due_day(self.terms[1], self.version.strategy)  # this term begins with the words of the last
        written = min(sef.due_on if ago else before, self.terms.today)
        entries = {area.key: self._entry(plan, area, ago, written) for area in layout.areas}
        if ago:
            return entries
        kept = self._was_here(sef.school)
        return {one.key: carried_over(one, entries[one.key]) if kept else SectionEntry() for one in layout.areas}

    def _was_here(self, school: School) -> bool:
        """Whether there are words of an earlier term to begin with."""
        earlier = periods_before(self.terms, TERMS_BACK)
        return any(school.joined_on <= one.starts_on and self.asked.in_term(one.season) for one in earlier)

    def _entry(self, plan: SchoolPlan, area: SectionRule, ago: int, written: date) -> SectionEntry:
        words = [one for one in area.judgements if one.key != NOT_HERE]
        share = chance(plan.key, area.key)
        place = min(len(words) - 1, int(share * share * len(words))) if words else 0
        strength = place / max(len(words) - 1, 1)
        kind = "strong" if strength < STRONG else "fair" if strength < FAIR else "weak"
        about = (plan.key, area.key, max(ago, 1) // 2)
        label = area.label if area.label[1:2].isupper() else f"{area.label[:1].lower()}{area.label[1:]}"
        said = pick(self.words[kind], *about).replace("{area}", label).replace("{Area}", area.label)
        line = EvidenceLine(
            pick(self.words["evidence"], *about, "what"),
            working_day(written - timedelta(days=4 + int(chance(*about, "day") * 25))),
            pick(self.words["sources"], *about, "source"),
        )
        return SectionEntry(words[place].key if words else "", said, pick(self.words[f"next_{kind}"], *about), (line,))

    def _sections(self, sef: SelfEvaluation, plan: SchoolPlan, ago: int) -> Iterator[SefSection]:
        """Those of earlier terms were written; this term's are as they were opened but for the first two."""
        by = {"author": self.people.head(plan.key, ago), "of_version": 2}
        by["written_at"] = sef.submitted_at or _before(self.terms.today)
        for place, (area, entry) in enumerate(self._entries(sef, plan, ago).items()):
            untouched = not ago and (place >= TOUCHED or entry.is_empty)
            said = {**entry.as_kept(), "carried": untouched and not entry.is_empty}
            yield SefSection(part_of=sef, area=area, **said, **({} if untouched else by))

    def _edition(self, sef: SelfEvaluation, plan: SchoolPlan, ago: int) -> SefEdition:
        layout: SefLayout = layout_for_school(self.version.strategy, sef.school)
        content = edition_content(layout, self._entries(sef, plan, ago), ())
        assert sef.submitted_at is not None
        return SefEdition(part_of=sef, number=1, at=sef.submitted_at, by=sef.submitted_by, content=content)

    def _sources(self, sef: SelfEvaluation, plan: SchoolPlan, ago: int) -> Iterator[Source]:
        layout = layout_for_school(self.version.strategy, sef.school)
        assert sef.submitted_at is not None
        for area, entry in self._entries(sef, plan, ago).items():
            if entry.judgement not in ("", NOT_HERE):
                yield Source(
                    school=sef.school, kind="sef", area=area, framework=layout.scale, judgement=entry.judgement,
                    label=f"{self.asked.label[:1].upper()}{self.asked.label[1:]}, {sef.period.label}",
                    on=sef.submitted_at.date(), author=sef.submitted_by, route="sef_record", original_id=sef.pk,
                )  # fmt: skip

    def _reviewed(self, sef: SelfEvaluation, plan: SchoolPlan, ago: int) -> Iterator[Source]:
        """What peers judged three weeks later, mostly as the school did or one word lower."""
        on = working_day(sef.due_on + timedelta(weeks=3))
        if ago not in REVIEWED or chance(plan.key, "peers") > 0.4 or on >= self.terms.today:
            return
        layout = layout_for_school(self.version.strategy, sef.school)
        for area, entry in self._entries(sef, plan, ago).items():
            order = [one.key for one in layout.area(area).judgements if one.key != NOT_HERE]  # type: ignore[union-attr]
            if entry.judgement in order:
                lower = chance(plan.key, area, ago, "agreed") > REVIEWED[ago]
                judged = order[min(order.index(entry.judgement) + lower, len(order) - 1)]
                yield Source(
                    school=sef.school, kind=KIND, area=area, framework=layout.scale, judgement=judged, label=PEERS,
                    on=on, author=self.people.members[self.plan.moderator], route="judgements",
                )  # fmt: skip


def _before(today: date) -> datetime:
    return moment(working_day(today - timedelta(days=1)), "17:05")


def periods_before(terms: Terms, count: int) -> Sequence[Period]:
    """The terms before the current one, the latest first."""
    return [terms[ago] for ago in range(1, count + 1)]
