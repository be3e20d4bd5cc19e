"""A letter about a concern before it is sent: who could be told, and words to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from plans.queries.concern_history import SAID
from plans.queries.concerns import Standing
from plans.rules.ladder import Step
from schools.models import Membership, RoleGrant
from schools.strategy.provision import Ladder
from schools.words import cut, on, unmarked

LONGEST_SUBJECT = 160


@dataclass(frozen=True)
class Told:
    """One of the stage's `notify`: its words, who has an account in that role, and whether a letter went out."""

    words: str
    people: tuple[Membership, ...]
    already: bool


def told_of(standing: Standing) -> list[Told]:
    """Whom the stage asks to tell. One query."""
    stage = standing.told_of
    if stage is None:
        return []
    waiting = {one.words for one in standing.outstanding if one.kind == "tell"}
    people = _people(standing.ladder, stage.notify, standing.concern.school_id)
    return [Told(words, people.get(words, ()), words not in waiting) for words in stage.notify]


def _people(ladder: Ladder, notify: Sequence[str], school: int) -> dict[str, tuple[Membership, ...]]:
    """By the words of the strategy, who holds one of their roles now: at the school, or for the trust."""
    wanted = {words: ladder.reached_as.get(words, ()) for words in notify}
    roles = {role for each in wanted.values() for role in each}
    grants = RoleGrant.objects.current().filter(role__in=roles).select_related("membership__user").order_by("pk")
    here = [one for one in grants if one.school_id in (None, school)]
    return {
        words: tuple({one.membership_id: one.membership for one in here if one.role in each}.values())
        for words, each in wanted.items()
    }


def draft_of(standing: Standing, *, sender: Membership) -> tuple[str, str]:
    """A subject and a letter to begin from: what was decided, why, what the plan gains, and the way back."""
    concern, change = standing.concern, standing.entered
    if change is None:
        return "", ""
    school, ladder = concern.school, standing.ladder
    stage = concern.stage_of(change.stage)
    said = SAID[Step(change.step)].format(stage.label if stage else "")
    subject = cut(f"{school.known_as}: {said[:1].lower()}{said[1:]}", LONGEST_SUBJECT)
    day = on(change.since or timezone.localdate())
    where = f"{school.name} is at {stage.label}" if stage else f"{school.name} has left"
    lines = [
        "Dear colleague,",
        f"On {day} {school.trust.name} decided that {where}"
        f"{' of' if stage else ''} “{ladder.label}”. We want you to know why, and what happens next.",
        f"Why: {change.reason}",
    ]
    lines += [f"What we see as the causes: {change.causes}"] if change.causes else []
    lines += [f"What the plan gains: {change.plan_words}"] if change.plan_words else []
    lines += list(_next(standing)) if stage else list(_after(standing))
    lines += [
        "We are doing this with the school. If anything here is not right, please tell me.",
        "\n".join(part for part in (sender.user.name, sender.job_title, school.trust.name) if part),
    ]
    return subject, "\n\n".join(lines)


def _next(standing: Standing) -> list[str]:
    stage, stay = standing.stage, standing.stay
    if stage is None:
        return []
    found = []
    if standing.review_on:
        until = f" A school stays at this stage until {on(stay.until)} at the longest." if stay.until else ""
        found.append(f"We look at it together again on {on(standing.review_on)}.{until}")
    if stage.exit_tests:
        found.append("It ends when:\n" + "\n".join(f"- {unmarked(test)}" for test in stage.exit_tests))
    return found


def _after(standing: Standing) -> list[str]:
    looks = [on(one.due_on) for one in standing.looks]
    return [f"We look at how the school is doing once more by {' and by '.join(looks)}."] if looks else []
