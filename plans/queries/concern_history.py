"""What has happened to a school on a ladder, in words: each step, letter, duty and look, by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from plans.models import Concern, DutyDone, Letter, StageChange, WatchLook
from plans.queries.concerns import agreed_steps, has_arrived, left_undone
from plans.rules.ladder import Step
from schools.access import ROLES
from schools.rules import LONDON
from schools.words import listed, on, unmarked

SAID = {
    Step.OPEN: "Onto the ladder, at {}",
    Step.UP: "Up to {}",
    Step.DOWN: "Down to {}",
    Step.HOLD: "Held at {}",
    Step.CLOSE: "Off the ladder",
    Step.BACK: "Back onto the ladder, at {}",
}
OF_THE_TRUST = (StageChange.Outcome.WAITING, StageChange.Outcome.DECLINED, StageChange.Outcome.WITHDRAWN)
"""Outcomes of steps of which a school does not read."""


@dataclass(frozen=True)
class Event:
    """Something that happened: when, its title, who did it, and what is told of it, each with its label."""

    at: datetime
    title: str
    who: str
    parts: tuple[tuple[str, str], ...] = ()
    letter: Letter | None = None
    kind: str = "done"  # step, letter, done

    @property
    def on(self) -> date:
        return timezone.localdate(self.at)


def step_words(change: StageChange, concern: Concern) -> str:
    """“Up to Level 2”."""
    stage = concern.stage_of(change.stage)
    return SAID[Step(change.step)].format(stage.label if stage else "")


def history_of(concern: Concern, *, whole: bool) -> list[Event]:
    """Oldest first, of a concern of `in_full`. `whole`: also what was declined, and letters still on their way."""
    changes = [one for one in concern.changes.all() if not one.is_waiting]
    left = _left_by(concern) if whole else {}
    found = [
        _of_step(one, concern, left.get(one.pk, ())) for one in changes if whole or one.outcome not in OF_THE_TRUST
    ]
    found += [_of_letter(one) for one in concern.letters.all() if whole or has_arrived(one)]
    found += [_of_duty(one) for one in concern.duties.all()]
    found += [_of_look(one) for one in concern.looks.all()]
    if concern.ended_on and concern.ended_words:
        at = _end_of(concern.ended_on)
        parts = (("How the school stands", concern.ended_words), *left.get(None, ()))
        found.append(Event(at, "The watch ended", "", parts, kind="step"))
    return sorted(found, key=lambda one: one.at)


def _left_by(concern: Concern) -> dict[int | None, tuple[tuple[str, str], ...]]:
    """By the step that left a stage, or None for the end of the watch, what nobody had put down of it by then."""
    moves = [one for one in agreed_steps(concern) if one.step != Step.HOLD]
    after: list[int | None] = [one.pk for one in moves[1:]]
    after += [None] if concern.ended_on else []
    found: dict[int | None, tuple[tuple[str, str], ...]] = {}
    for move, following in zip(moves, after, strict=False):
        stage = concern.stage_of(move.stage or move.came_from)
        undone = "\n".join(one.undone for one in left_undone(concern, move))
        if undone and stage is not None:
            found[following] = ((f"Left undone at {stage.label}", undone),)
    return found


def _of_step(change: StageChange, concern: Concern, left: tuple[tuple[str, str], ...]) -> Event:
    said = step_words(change, concern)
    if not change.is_agreed:
        said = f"{change.get_outcome_display()}: {said[:1].lower()}{said[1:]}"
    by = change.decided_by.user.name if change.decided_by else ""
    at = change.decided_at or change.proposed_at
    who = f"Proposed by {change.proposed_by.user.name} on {on(timezone.localdate(change.proposed_at))}"
    who += "".join(f", {one}" for one in agreed_words(change))
    if change.outcome == StageChange.Outcome.WITHDRAWN:
        who += f", taken back by {by}"
    else:
        several = len(change.deciding) > 1
        who += f", decided by {by}" + (f" as {ROLES[change.turn].label.lower()}" if several else "")
    return Event(at, said, who, (*parts_of(change, concern), *left), kind="step")


def agreed_words(change: StageChange) -> list[str]:
    """“agreed by Cora Chief as chief executive on 20 November 2026”, of each who agreed before the last."""
    return [
        f"agreed by {one.by.user.name} as {one.role_label.lower()} on {on(timezone.localdate(one.at))}"
        for one in change.agreed
    ]


def turn_words(change: StageChange) -> str:
    """Of a step that waits for several in turn, who has agreed and whom it waits for; blank where one decides."""
    if len(change.deciding) == 1:
        return ""
    labels = [f"the {ROLES[role].label.lower()}" for role in (change.turn, *change.after_turn)]
    said = "".join(f"{one[:1].upper()}{one[1:]}. " for one in agreed_words(change))
    return f"{said}It waits for {', then for '.join(labels)}."


def parts_of(change: StageChange, concern: Concern) -> Iterator[tuple[str, str]]:
    """What a step says, each with its label; nothing for what it leaves open."""
    yield "Why", change.reason
    if change.step == Step.OPEN:
        yield "Entry tests met", "\n".join(map(unmarked, concern.entry_tests))
        yield "Evidence", concern.evidence
        if concern.sources:
            yield "Rests on", "\n".join(one["label"] for one in concern.sources)
    told = [("Causes", change.causes), ("Discussed with", _discussed(change))]
    if change.plan and change.plan_words:
        told.append((f"{change.plan.title} gained", change.plan_words))
    told += [(f"Met: {unmarked(one['test'])}", one["evidence"]) for one in change.exit_tests]
    told.append(("To be looked at again", on(change.review_on) if change.review_on else ""))
    told.append(("Who decides was told at once because", change.why_now))
    told += [(f"In the words of the {one.role_label.lower()}", one.words) for one in change.agreed]
    told += [(f"Told at once after the {one.role_label.lower()} because", one.why_now)
             for one in change.agreed]  # fmt: skip
    told.append(("In the words of who decided", change.words))
    told.append(("Who proposed it was told at once because", change.decided_why_now))
    yield from (pair for pair in told if pair[1])


def _discussed(change: StageChange) -> str:
    if not change.discussed_with:
        return ""
    return f"{change.discussed_with}, {on(change.discussed_on)}" if change.discussed_on else change.discussed_with


def arrival_words(letter: Letter) -> str:
    """“Arrived on 23 November 2026 at 07:30”, or that it is still on its way; “By hand on …” where it is taken."""
    at = timezone.localtime(letter.arrives_at)
    taken = [address.strip().lower().startswith("by hand") for address in letter.addresses]
    if taken and all(taken):
        return f"By hand on {on(at.date())}"
    said = f"{'Arrived' if has_arrived(letter) else 'Arrives'} on {on(at.date())} at {at:%H:%M}"
    to = listed([name for name, by_hand in zip(letter.names, taken, strict=True) if by_hand])
    return f"{said}, by hand to {to}" if to else said


def _of_letter(letter: Letter) -> Event:
    names = listed(letter.names)
    told = [("To", names), ("When", arrival_words(letter)), ("Sent at once because", letter.why_now)]
    parts = tuple(pair for pair in told if pair[1])
    who = f"Sent by {letter.sent_by.user.name}"
    return Event(letter.sent_at, f"Letter: {letter.subject}", who, parts, letter=letter, kind="letter")


def _of_duty(done: DutyDone) -> Event:
    parts = (("What was done", done.words),) if done.words else ()
    return Event(_end_of(done.on), f"Done: {unmarked(done.duty)}", f"Put down by {done.by.user.name}", parts)


def _of_look(look: WatchLook) -> Event:
    title = f"Look {look.number}: {str(look.get_finding_display()).lower()}"
    due = f"Due by {on(look.due_on)}"
    return Event(_end_of(look.on), title, f"{look.by.user.name}. {due}", (("What was seen", look.words),))


def _end_of(day: date) -> datetime:
    """Of what has only a day: after whatever else that day has brought."""
    return datetime.combine(day, time(23, 59), tzinfo=LONDON)
