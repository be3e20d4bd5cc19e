"""A school on a ladder: one person proposes each step, another decides it, and what follows is done in the same act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.services import move_fact
from plans.models import Concern, Plan, StageChange, StepAgreement
from plans.queries.concerns import Standing, in_full, ladders_to_climb, open_plans, standing_of, stay_at
from plans.queries.sources import kept, sources_of
from plans.rules.ladder import Step, again_fault, stage_after, talk_fault
from schools.access import ROLES, Access
from schools.audit import record_act
from schools.models import Membership, School
from schools.strategy.provision import Ladder, Stage
from schools.words import on

from .deciding import check_rest, check_somebody, deciders_of_step, why_not_decide
from .news import tell_step_agreed, tell_step_decided, tell_step_proposed

LONGEST_WORDS = 4000  # characters
LONGEST_WHY_NOW = 500
Outcome = StageChange.Outcome
DISCUSSED = (Step.OPEN, Step.UP, Step.BACK)
"""Steps that need causes, and a talk with the school."""


@dataclass(frozen=True)
class StepEntry:
    """A step as it is typed. `exit_tests`: evidence by test; `plan_words`: what the plan gains.

    `why_now` says why whoever decides is told at once; blank: on the next working morning.
    """

    reason: str
    stage: str = ""  # for a step onto the ladder
    causes: str = ""
    discussed_with: str = ""
    discussed_on: date | None = None
    review_on: date | None = None
    plan_words: str = ""
    exit_tests: Mapping[str, str] = field(default_factory=dict)
    why_now: str = ""

    @property
    def said(self) -> str:
        """The reason as the record of changes keeps it."""
        return _with_why_now(self.reason, self.why_now)


@dataclass(frozen=True)
class ConcernEntry:
    """A concern as it is typed: the trigger is the reason of its first step."""

    ladder: str
    entry_tests: Sequence[str]
    evidence: str
    step: StepEntry
    sources: Sequence[str] = ()  # their keys


def raise_concern(school: School, entry: ConcernEntry, *, by: Membership) -> Concern:
    """Propose that a school comes onto a ladder. Nothing is so until somebody else has agreed.

    Raises ValidationError by field.
    """
    today = timezone.localdate()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)  # of two at once the second is refused
    version, ladders = ladders_to_climb(school, today=today)
    ladder = next((one for one in ladders if one.key == entry.ladder), None)
    if version is None or ladder is None:
        raise ValidationError(on_it_words(school, entry.ladder))
    if school.left_on is not None and school.left_on <= today:
        raise ValidationError(f"{school.known_as} has left the trust.")
    stage = _stage_to_enter(ladder, entry.step.stage)
    known = {*ladder.entry, *(test for each in ladder.stages for test in each.entry)}
    if not entry.entry_tests or not set(entry.entry_tests) <= known:
        raise ValidationError({"entry_tests": "Tick what applies: at least one"})
    if not entry.evidence.strip():
        raise ValidationError({"evidence": "Say what shows it, and where that is written"})
    offered = {one.key: one for one in sources_of(school, today=today)}
    if not set(entry.sources) <= offered.keys():
        raise ValidationError({"sources": "Choose from the list"})
    _check(entry.step, Step.OPEN, today, until=stay_at(stage, school, today=today).until)
    check_somebody(version, ladder, school, stage.key, besides={by.pk})
    label = f"{ladder.label}, {school.known_as}"
    record_act("concern.raised", Concern, by=by, school=school, after=stage.label, why=entry.step.said, label=label)
    concern = Concern.objects.create(
        school=school, ladder=ladder.key, strategy_version=version, trigger=entry.step.reason.strip(),
        entry_tests=list(entry.entry_tests), evidence=entry.evidence.strip(),
        sources=kept([offered[key] for key in entry.sources]),
    )  # fmt: skip
    _propose(concern, Step.OPEN, stage, "", entry.step, by)
    return concern


def propose_step(concern: Concern, step: Step, entry: StepEntry, *, by: Membership) -> StageChange:
    """Propose the next step of a school on a ladder. Raises ValidationError by field."""
    row, standing = locked(concern)
    if standing.waiting is not None:
        raise ValidationError(waits_words(standing.waiting))
    if step not in standing.steps:
        raise ValidationError("This step cannot be taken from where the school stands now.")
    at = standing.stage.key if standing.stage else ""
    if step == Step.BACK:
        stage: Stage | None = _stage_to_enter(standing.ladder, entry.stage)
    else:
        stage = row.stage_of(stage_after([one.key for one in standing.ladder.stages], at, step))
    stay = standing.stay if step == Step.HOLD else stay_at(stage, row.school, today=standing.today)
    _check(entry, step, standing.today, until=stay.until)
    if step == Step.CLOSE and standing.stage is not None:
        _check_exit(standing.stage, entry.exit_tests)
    check_somebody(row.strategy_version, row.of_ladder, row.school, stage.key if stage else "", besides={by.pk})
    before = standing.stage.label if standing.stage else ""
    after = stage.label if stage else "Off the ladder"
    record_act("concern.proposed", row, by=by, school=row.school, before=before, after=after, why=entry.said)
    return _propose(row, step, stage, at, entry, by)


def on_it_words(school: School, ladder: str) -> str:
    """Why no concern about the school can be raised: who has proposed one, or that it is on the ladder."""
    found = Concern.objects.filter(school=school, ladder=ladder).exclude(state__in=Concern.OVER).first()
    if found is None:
        return f"The strategy of {school.known_as} has no such ladder."
    waiting = found.changes.filter(outcome="").select_related("proposed_by__user").first()
    if found.state == Concern.State.PROPOSED and waiting is not None:
        return waits_words(waiting)
    return f"{school.known_as} is on that ladder already, or watched since it has left it."


def waits_words(waiting: StageChange) -> str:
    """Why nothing can be proposed now: “Ada Whitlock has proposed a step on 20 November 2026, and it waits …”."""
    who, day = waiting.proposed_by.user.name, on(timezone.localdate(waiting.proposed_at))
    return f"{who} has proposed a step on {day}, and it waits to be decided. Nothing more can be proposed before that."


def _propose(
    concern: Concern, step: Step, stage: Stage | None, at: str, entry: StepEntry, by: Membership
) -> StageChange:
    words, plan = entry.plan_words.strip(), None
    if words:
        plan = _plan_for(concern, stage)
    change = StageChange.objects.create(
        concern=concern, step=step.value, stage=stage.key if stage else "", came_from=at, reason=entry.reason.strip(),
        causes=entry.causes.strip(), discussed_with=entry.discussed_with.strip(), discussed_on=entry.discussed_on,
        exit_tests=[{"test": test, "evidence": said.strip()} for test, said in entry.exit_tests.items()],
        review_on=entry.review_on, plan=plan, plan_words=words, proposed_by=by, proposed_at=timezone.now(),
        why_now=entry.why_now.strip(),
    )  # fmt: skip
    tell_step_proposed(change, [one.person for one in deciders_of_step(concern, change).may], by=by)
    return change


def withdraw_step(concern: Concern, *, by: Membership) -> StageChange:
    """Take back a step that nobody has decided yet. A concern whose first step it is, is not opened.

    Raises ValidationError for anybody but who proposed it.
    """
    row, standing = locked(concern)
    change = _waiting(standing)
    if not may_withdraw(change, by):
        name = change.proposed_by.user.name
        raise ValidationError(f"{name} has proposed this step and can take it back. Whoever decides may decline it.")
    record_act("concern.withdrawn", row, by=by, school=row.school, before=_to_words(change, row))
    _answer(change, by, Outcome.WITHDRAWN, "")
    if row.state == Concern.State.PROPOSED:
        row.state = Concern.State.DECLINED
        row.save(update_fields=["state"])
    return change


def may_withdraw(change: StageChange, person: Membership) -> bool:
    """Whether this person takes the step back: who proposed it."""
    return change.proposed_by_id == person.pk


def decide_step(concern: Concern, *, access: Access, outcome: str, words: str = "", why_now: str = "") -> StageChange:
    """Agree or decline the step that waits. Agreed, it holds from today: the stage's fact, the review, the watch.

    Where several decide in turn it holds once the last has agreed; whoever declines ends it. Whoever proposed it hears
    of it on the next working morning, or at once where `why_now` says why. Raises ValidationError by field; also where
    this person may not decide, or somebody was quicker.
    """
    row, standing = locked(concern)
    change, by, words = _waiting(standing), access.membership, words.strip()
    if refusal := why_not_decide(access, row, change):
        raise ValidationError(refusal)
    if outcome not in (Outcome.AGREED, Outcome.DECLINED):
        raise ValidationError({"outcome": "Choose what you decide"})
    if outcome == Outcome.DECLINED and not words:
        raise ValidationError({"words": "Say why not"})
    if len(words) > LONGEST_WORDS:
        raise ValidationError({"words": f"Use at most {LONGEST_WORDS:,} characters; this has {len(words):,}"})
    if fault := _too_long(why_now):
        raise ValidationError({"why_now": fault})
    if outcome == Outcome.AGREED and change.after_turn:
        return _agree_in_turn(row, change, standing, by, words, why_now.strip())
    said, change.decided_why_now = str(Outcome(outcome).label), why_now.strip()
    after = _to_words(change, row) if outcome == Outcome.AGREED else said
    before = standing.stage.label if standing.stage else ""
    why = _with_why_now(words, why_now)
    record_act("concern.decided", row, by=by, school=row.school, before=before, after=after, why=why)
    _answer(change, by, outcome, words, since=standing.today if outcome == Outcome.AGREED else None)
    if outcome == Outcome.AGREED:
        _follow(row, change, standing, by)
    elif row.state == Concern.State.PROPOSED:
        row.state = Concern.State.DECLINED
        row.save(update_fields=["state"])
    tell_step_decided(change, said, by=by)
    return change


def _agree_in_turn(
    concern: Concern, change: StageChange, standing: Standing, by: Membership, words: str, why_now: str
) -> StageChange:
    """Agree where others decide after: nothing is so yet, and they are told."""
    check_rest(concern, change, by=by)
    role, label = change.turn, ROLES[change.turn].label.lower()
    before = standing.stage.label if standing.stage else ""
    record_act(
        "concern.agreed", concern, by=by, school=concern.school, before=before,
        after=f"{_to_words(change, concern)}: agreed as {label}", why=_with_why_now(words, why_now),
    )  # fmt: skip
    agreed = StepAgreement.objects.create(
        change=change, role=role, by=by, at=timezone.now(), words=words, why_now=why_now
    )
    row, now = locked(concern)
    waiting = _waiting(now)
    tell_step_agreed(waiting, agreed, [one.person for one in deciders_of_step(row, waiting).may])
    return waiting


def _follow(concern: Concern, change: StageChange, standing: Standing, by: Membership) -> None:
    """What an agreed step brings with it: the concern's state, and the fact that is true of the school."""
    state = Concern.State
    if change.step == Step.CLOSE:
        concern.left_on = standing.today
        concern.state = state.WATCHED if standing.ladder.watch else state.ENDED
        concern.ended_on = None if standing.ladder.watch else standing.today
    elif change.step in (Step.OPEN, Step.BACK):
        concern.state, concern.left_on = state.OPEN, None
        concern.opened_on = concern.opened_on or standing.today
    concern.save(update_fields=["state", "opened_on", "left_on", "ended_on"])
    was, now = standing.stage, concern.stage_of(change.stage)
    if change.step != Step.HOLD:
        move_fact(
            concern.school, by=by, on=standing.today, ended=was.fact if was else None, begun=now.fact if now else None,
            note=change.reason,
        )  # fmt: skip


def locked(concern: Concern) -> tuple[Concern, Standing]:
    """The concern, for one change at a time, and where it stands."""
    rows = Concern.objects.select_for_update(of=("self",), no_key=True).select_related("school__trust")
    row = in_full(rows.select_related("school__trust", "strategy_version")).get(pk=concern.pk)
    return row, standing_of(row, today=timezone.localdate())


def _answer(change: StageChange, by: Membership, outcome: str, words: str, *, since: date | None = None) -> None:
    change.outcome, change.words, change.since = outcome, words, since
    change.decided_by, change.decided_at = by, timezone.now()
    change.save(update_fields=["outcome", "words", "since", "decided_by", "decided_at", "decided_why_now"])


def _waiting(standing: Standing) -> StageChange:
    if standing.waiting is None:
        raise ValidationError("No step of this concern waits to be decided.")
    return standing.waiting


def _to_words(change: StageChange, concern: Concern) -> str:
    stage = concern.stage_of(change.stage)
    return stage.label if stage else "Off the ladder"


def _stage_to_enter(ladder: Ladder, key: str) -> Stage:
    stage = next((one for one in ladder.stages if one.key == (key or ladder.stages[0].key)), None)
    if stage is None:
        raise ValidationError({"stage": "Choose a stage of the ladder"})
    return stage


def _plan_for(concern: Concern, stage: Stage | None) -> Plan:
    """The open plan that the stage asks for."""
    plan = open_plans([concern.school_id]).get((concern.school_id, stage.plan or "")) if stage else None
    if plan is None:
        raise ValidationError({"plan_words": "The plan that this stage asks for is not open yet. Say this once it is"})
    return plan


def _check(entry: StepEntry, step: Step, today: date, *, until: date | None) -> None:
    asked = {} if entry.reason.strip() else {"reason": "Say why, in a sentence the school will read"}
    if step in DISCUSSED:
        if not entry.causes.strip():
            asked["causes"] = "Say what the causes are"
        if not entry.discussed_with.strip():
            asked["discussed_with"] = "Say with whom it was discussed"
        if entry.discussed_on is None:
            asked["discussed_on"] = "Say on which day"
    if entry.discussed_on and (fault := talk_fault(entry.discussed_on, today=today)):
        asked["discussed_on"] = fault
    if step != Step.CLOSE and (fault := again_fault(entry.review_on, today=today, until=until)):
        asked["review_on"] = fault
    if fault := _too_long(entry.why_now):
        asked["why_now"] = fault
    if asked:
        raise ValidationError(asked)


def _too_long(why_now: str) -> str:
    most = LONGEST_WHY_NOW
    return f"Use at most {most} characters; this has {len(why_now):,}" if len(why_now) > most else ""


def _with_why_now(words: str, why_now: str) -> str:
    """What the record of changes keeps: the words, and why somebody was told at once."""
    why = why_now.strip()
    return " ".join(filter(None, (words.strip(), f"Told at once because: {why}" if why else "")))


def _check_exit(stage: Stage, evidence: Mapping[str, str]) -> None:
    lacking = [number for number, test in enumerate(stage.exit_tests) if not evidence.get(test, "").strip()]
    if lacking:
        raise ValidationError({f"exit-{number}": "Say what shows that it is met" for number in lacking})
