"""Schools on a ladder: who reads which concern, where each stands, and what is still to be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef, Prefetch, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from plans.models import Concern, DutyDone, Letter, Plan, StageChange, StepAgreement, WatchLook
from plans.rules.ladder import OnItsWay, Outstanding, Stay, Step, ends_after, looks_due, outstanding, steps_from
from schools.access import Access, Permission, where_may
from schools.models import School, StrategyVersion
from schools.queries import Followed, half_terms_of, strategy_of
from schools.rules.rhythm import HalfTerm
from schools.strategy.provision import Ladder, PlanType, Stage
from schools.words import on

AHEAD = 3
"""Years of the calendar that are read: no stay of a shipped strategy is longer."""


def readable_concerns(access: Access) -> QuerySet[Concern]:
    """The concerns this person reads: a school those that were opened, the trust those that are proposed too."""
    rows = Concern.objects.filter(where_may(access, Permission.SEE_CONCERNS))
    if not sees_proposals(access):
        rows = rows.exclude(state__in=(Concern.State.PROPOSED, Concern.State.DECLINED))
    rows = rows.select_related("school__trust", "strategy_version")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("school__name", "-pk")


TOLD = {"names": "name", "told": "told_as", "addresses": "address"}
"""What of a letter's recipients is read with it."""


AGREED = JSONObject(role="role", by="by_id", name="by__user__name", at="at", words="words", why_now="why_now")
"""What of those who agreed in turn is read with a step (`StageChange.agreed`)."""


def sees_proposals(access: Access) -> bool:
    """Whether this person sees what is only proposed, and letters still on their way: who proposes, and who decides."""
    return any(access.may_everywhere(one) for one in (Permission.RAISE_CONCERN, Permission.DECIDE))


def in_full(concerns: QuerySet[Concern]) -> QuerySet[Concern]:
    """The same concerns with all that belongs to them; of a letter, to whom it went. Four queries more."""
    people = ("proposed_by__user", "decided_by__user", "plan")
    of_recipients = {name: ArrayAgg(f"recipients__{field}", order_by="recipients__pk") for name, field in TOLD.items()}
    agreed = StepAgreement.objects.filter(change=OuterRef("pk")).order_by("at", "pk").values(told=AGREED)
    letters = Letter.objects.select_related("sent_by__user").annotate(**of_recipients)
    return concerns.prefetch_related(
        Prefetch("changes", StageChange.objects.select_related(*people).annotate(read_agreed=ArraySubquery(agreed))),
        Prefetch("letters", letters),
        Prefetch("duties", DutyDone.objects.select_related("by__user")),
        Prefetch("looks", WatchLook.objects.select_related("by__user")),
    )


@dataclass(frozen=True)
class LookDue:
    """A look at a school after exit: by when, and what was seen once somebody has looked."""

    number: int
    due_on: date
    look: WatchLook | None = None

    @property
    def slips(self) -> bool:
        """Whether what led to the concern showed again."""
        return self.look is not None and self.look.finding == WatchLook.Finding.SLIPS


@dataclass(frozen=True)
class Standing:
    """Where a school stands on a ladder today."""

    concern: Concern
    ladder: Ladder
    stage: Stage | None
    entered: StageChange | None  # the agreed step by which it came where it is
    latest: StageChange | None  # the latest agreed step, a hold among them
    waiting: StageChange | None
    stay: Stay
    outstanding: tuple[Outstanding, ...]
    on_its_way: tuple[OnItsWay, ...]
    looks: tuple[LookDue, ...]
    plan_kind: PlanType | None
    open_plan: Plan | None  # of the kind that the stage asks for
    today: date

    @property
    def review_on(self) -> date | None:
        return self.latest.review_on if self.latest else None

    @property
    def to_do(self) -> tuple[Outstanding | OnItsWay, ...]:
        """What is outstanding, and whom a letter is on its way to: told is who has it."""
        return (*self.outstanding, *self.on_its_way)

    @property
    def is_watched(self) -> bool:
        return self.concern.state == Concern.State.WATCHED

    @property
    def is_over(self) -> bool:
        return self.stage is not None and self.stay.is_over(self.today)

    @property
    def countdown(self) -> str:
        """“48 days left”, “12 days over”; blank where no stay is counted."""
        return self.stay.words(self.today) if self.stage else ""

    @property
    def steps(self) -> list[Step]:
        """What can be proposed now; nothing while a step waits to be decided."""
        return [] if self.waiting is not None else self.steps_from_here

    @property
    def steps_from_here(self) -> list[Step]:
        """What can be proposed from where the school stands, whether or not a step waits."""
        if not self.concern.is_live:
            return []
        keys = [one.key for one in self.ladder.stages]
        return steps_from(keys, self.stage.key if self.stage else "", watched=self.is_watched)

    @property
    def told_of(self) -> Stage | None:
        """The stage whose people are told: where the school is, or which it has left."""
        if self.entered is None:
            return None
        return self.stage or self.concern.stage_of(self.entered.came_from)

    @property
    def next_look(self) -> LookDue | None:
        return next((one for one in self.looks if one.look is None), None)

    @property
    def looked(self) -> LookDue | None:
        """The last look that was taken."""
        return last_taken(self.looks)

    @property
    def look_from(self) -> date | None:
        """From which day on the next look is taken: from the exit, then after the day by which the look before it was
        due; where that look found the concern again, after the day on which it was taken."""
        look, left = self.next_look, self.entered.since if self.entered else None
        if look is None or left is None:
            return None
        before = next((one for one in self.looks if one.number == look.number - 1), None)
        if before is None:
            return left
        return (before.look.on if before.look and before.slips else before.due_on) + timedelta(days=1)

    @property
    def slips(self) -> bool:
        """Whether the last look found that what led to the concern shows again."""
        return self.is_watched and self.looked is not None and self.looked.slips

    @property
    def may_end(self) -> bool:
        """Whether the watch may end: every look was taken, and the last found that it holds."""
        return self.is_watched and self.next_look is None

    @property
    def ends_from(self) -> date | None:
        """Where the watch may end: the day of the last look, or that on which the school left where none is asked."""
        if not self.may_end:
            return None
        return max((one.look.on for one in self.looks if one.look), default=self.concern.left_on)

    @property
    def counts_on(self) -> date | None:
        """The day by which something is to be done: the stay is over, a look slipped or is due, the watch can end."""
        if self.stage is not None:
            return self.stay.until
        if self.slips and self.looked and self.looked.look:
            return self.looked.look.on
        return self.next_look.due_on if self.is_watched and self.next_look else self.ends_from

    @property
    def words(self) -> str:
        """“Level 2 since 9 July 2026”, “Watched since 9 July 2026”."""
        concern = self.concern
        if self.stage is not None:
            return f"{self.stage.label} since {on(self.stay.since)}"
        if self.is_watched and concern.left_on:
            return f"Watched since {on(concern.left_on)}"
        if concern.ended_on:
            return f"Ended on {on(concern.ended_on)}"
        return str(concern.get_state_display())


def standing_of(concern: Concern, *, today: date) -> Standing:
    """One concern of `in_full`. Two queries."""
    return standings([concern], today=today)[0]


def standings(concerns: Sequence[Concern], *, today: date) -> list[Standing]:
    """Where each concern of `in_full` stands. Two queries."""
    schools = {one.school_id: one.school for one in concerns}
    first = min((one.opened_on for one in concerns if one.opened_on), default=today)
    until = today.replace(year=today.year + AHEAD, day=1)
    halves = half_terms_of(schools.values(), since=first, until=until) if schools else {}
    plans = open_plans(schools)
    return [_standing(one, halves[one.school_id], plans, today) for one in concerns]


def open_plans(schools: Iterable[int]) -> dict[tuple[int, str], Plan]:
    """By school and kind, the open plans that were begun, each with when it was last sent to be approved. One query."""
    rows = Plan.objects.filter(school__in=list(schools), state=Plan.State.OPEN, strategy_version__isnull=False)
    rows = rows.annotate(last_sent=Max("editions__sent_at"))
    return {(one.school_id, one.kind): one for one in rows.defer("answers")}


def agreed_steps(concern: Concern) -> list[StageChange]:
    """In the order in which they were decided."""
    return sorted((one for one in concern.changes.all() if one.is_agreed), key=lambda one: (one.decided_at, one.pk))


def last_moved(agreed: Sequence[StageChange]) -> StageChange | None:
    """The step by which the school came where it is: the last that was no hold."""
    return next((one for one in reversed(agreed) if one.step != Step.HOLD), None)


def _standing(
    concern: Concern, halves: Sequence[HalfTerm], plans: dict[tuple[int, str], Plan], today: date
) -> Standing:
    agreed = agreed_steps(concern)
    entered, latest = last_moved(agreed), agreed[-1] if agreed else None
    stage = concern.stage_of(entered.stage) if entered and concern.state == Concern.State.OPEN else None
    stay = stay_of(stage, entered, halves, today)
    kind = _plan_kind(concern, stage)
    plan = plans.get((concern.school_id, kind.key)) if kind else None
    return Standing(
        concern=concern, ladder=concern.of_ladder, stage=stage, entered=entered, latest=latest,
        waiting=next((one for one in concern.changes.all() if one.is_waiting), None), stay=stay,
        outstanding=tuple(_outstanding(concern, stage, entered, agreed, kind, plan)),
        on_its_way=tuple(_on_its_way(concern, entered)),
        looks=tuple(looks_of(concern, entered, halves)), plan_kind=kind, open_plan=plan, today=today,
    )  # fmt: skip


def stay_of(stage: Stage | None, entered: StageChange | None, halves: Sequence[HalfTerm], today: date) -> Stay:
    """How long a school has been at a stage since it came there, and until when at the longest."""
    since = (entered.since if entered else None) or today
    longest = stage.longest_stay if stage else None
    if longest is None or longest.at_most is None:
        return Stay(since)
    return Stay(since, ends_after(since, longest.at_most, longest.unit, halves))


def stay_at(stage: Stage | None, school: School, *, today: date) -> Stay:
    """The stay of a school that comes to the stage today. One query, none off the ladder."""
    if stage is None:
        return Stay(today)
    until = today.replace(year=today.year + AHEAD, day=1)
    return stay_of(stage, None, half_terms_of([school], since=today, until=until)[school.pk], today)


def _plan_kind(concern: Concern, stage: Stage | None) -> PlanType | None:
    key = stage.plan if stage else None
    return next((one for one in concern.strategy_version.strategy.plan_types if one.key == key), None)


def _outstanding(
    concern: Concern, stage: Stage | None, entered: StageChange | None, agreed: Sequence[StageChange],
    kind: PlanType | None, plan: Plan | None,
) -> list[Outstanding]:  # fmt: skip
    before = concern.of_ladder.before if concern.state in (Concern.State.PROPOSED, Concern.State.OPEN) else ()
    set_up = outstanding(before=before, done=_done(concern, None))
    if entered is None or not concern.is_live:
        return set_up
    if stage is None:
        return left_undone(concern, entered)
    since = agreed[agreed.index(entered) :]
    amended = any(one.plan_id == (plan.pk if plan else 0) for one in since)
    asked = _of_plan(kind, plan, entered, amended=amended) if kind else ""
    return [*set_up, *left_undone(concern, entered), *outstanding(plan=asked)]


def _on_its_way(concern: Concern, entered: StageChange | None) -> Iterator[OnItsWay]:
    """In the order of the stage's `notify`; who has one letter about this step waits for no other."""
    stage = concern.stage_of(entered.stage or entered.came_from) if entered and concern.is_live else None
    letters = [one for one in concern.letters.all() if entered and one.change_id == entered.pk]
    for words in stage.notify if stage else ():
        sent = [one for one in letters if words in one.told]
        if sent and not any(map(has_arrived, sent)):
            yield OnItsWay(words, timezone.localtime(min(one.arrives_at for one in sent)))


def left_undone(concern: Concern, entered: StageChange) -> list[Outstanding]:
    """What the stage that a school came to by this step asks for and nobody has put down; off the ladder, who of the
    stage that it has left nobody has written to of it."""
    stage = concern.stage_of(entered.stage or entered.came_from)
    told = {words for one in concern.letters.all() if one.change_id == entered.pk for words in one.told}
    duties = stage.duties if stage and entered.stage else ()
    return outstanding(notify=stage.notify if stage else (), duties=duties, told=told, done=_done(concern, entered.pk))


def _done(concern: Concern, change: int | None) -> list[str]:
    """The duties that were put down under a step; None: before the first."""
    return [one.duty for one in concern.duties.all() if one.change_id == change]


def _of_plan(kind: PlanType, plan: Plan | None, entered: StageChange, *, amended: bool) -> str:
    """What is still asked of the plan: that there is one, what it gained, and that this stands in what was sent."""
    if plan is None:
        return f"No {kind.label} is open. Begin one, and say what it holds for this stage"
    if not amended:
        return f"Say what the {kind.label} has gained for this stage"
    sent: datetime | None = plan.last_sent  # type: ignore[attr-defined]
    if entered.since and (sent is None or timezone.localdate(sent) < entered.since):
        return f"Write it into the {kind.label} and send it: it was not sent since {on(entered.since)}"
    return ""


def last_taken(looks: Sequence[LookDue]) -> LookDue | None:
    """Of looks in their order."""
    return next((one for one in reversed(looks) if one.look is not None), None)


def looks_of(
    concern: Concern, left: StageChange | None, halves: Sequence[HalfTerm], looks: Iterable[WatchLook] | None = None
) -> list[LookDue]:
    """The looks at a school that left the ladder by this step, in order. After a last one that slips comes another.

    `looks`: those taken, where they are read.
    """
    watch = concern.of_ladder.watch
    if left is None or left.step != Step.CLOSE or left.since is None or watch is None or watch.at_most is None:
        return []
    taken = {one.number: one for one in (concern.looks.all() if looks is None else looks) if one.change_id == left.pk}
    turns = watch.at_most
    while LookDue(turns, left.since, taken.get(turns)).slips:
        turns += 1
    due = looks_due(left.since, turns, watch.unit, halves)
    return [LookDue(number, day, taken.get(number)) for number, day in enumerate(due, start=1)]


def ladders_to_climb(
    school: School, *, today: date, followed: Followed | None = None
) -> tuple[StrategyVersion | None, list[Ladder]]:
    """The version the school follows, and its ladders on which the school is not now. Two queries."""
    version = strategy_of(school, today, followed)
    if version is None or not version.strategy.ladders:
        return version, []
    on_it = set(Concern.objects.filter(school=school).exclude(state__in=Concern.OVER).values_list("ladder", flat=True))
    return version, [one for one in version.strategy.ladders if one.key not in on_it]


def has_arrived(letter: Letter) -> bool:
    """Whether those it was sent to have it by now."""
    return letter.arrives_at <= timezone.now()
