"""A school's category on one axis, from the latest decision and the latest proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from categorisation.models import Decision, Proposal, Reply
from categorisation.rules.conclusion import Conclusion
from schools.strategy import Axis, Level, Strategy
from schools.words import capital

NOT_ENOUGH = "Not enough evidence"


class Decided(NamedTuple):
    """A decision, as much of it as a line of the overview says."""

    pk: int
    school_id: int
    axis: str
    level: str
    was: str
    reason: str
    provision: str
    provision_words: str
    capacity: str
    capacity_words: str
    period_id: int
    meeting_id: int | None
    strategy_version_id: int
    effective_on: date
    decided_at: datetime
    tell_at: datetime
    reply_due_on: date
    replied: bool
    held: str | None

    @property
    def said(self) -> str:
        """The reason people gave, and what else they concluded."""
        concluded = Conclusion(self.provision, self.provision_words, self.capacity, self.capacity_words)
        return " ".join(filter(None, (self.reason, *concluded.sentences)))


class Proposed(NamedTuple):
    """A proposal, likewise. `held` is the first sentence of what held the school there."""

    pk: int
    assessment_id: int
    school_id: int
    period_id: int
    axis: str
    level: str
    best: str
    worst: str
    made_at: datetime
    held: str | None


@dataclass(frozen=True)
class Category:
    """A school's place on one axis: what was decided, or what is proposed and not decided yet."""

    axis: str
    axis_label: str
    word: str
    step: int
    state: str  # agreed, proposed, open
    level: str = ""
    was: str = ""
    was_step: int = 0
    travel: str = ""
    since: date | None = None
    reason: str = ""
    decision_id: int | None = None
    proposal_id: int | None = None
    meeting_id: int | None = None
    reply_due_on: date | None = None
    replied: bool = False
    weakest: bool = False  # one of the two weakest levels of its axis
    between: tuple[str, str] | None = None  # with too little evidence: the words it lies between

    @property
    def moved(self) -> bool:
        return self.travel in ("up", "down")


def _first_held(path: str) -> KeyTextTransform:
    return KeyTextTransform(0, KeyTransform("held", KeyTransform("words", path)))


def decided_rows(decisions: QuerySet[Decision]) -> list[Decided]:
    """One query, whatever the number of decisions."""
    replied = Exists(Reply.objects.filter(decision=OuterRef("pk")))
    rows = decisions.annotate(replied=replied, held=_first_held("proposal__explanation"))
    return [Decided._make(row) for row in rows.values_list(*Decided._fields)]


def proposed_rows(proposals: QuerySet[Proposal]) -> list[Proposed]:
    """One query, whatever the number of proposals."""
    fields: list[Any] = ["pk", "assessment_id", "assessment__school_id", "assessment__period_id"]
    rows = proposals.annotate(held=_first_held("explanation"))
    return [Proposed._make(row) for row in rows.values_list(*fields, *Proposed._fields[4:])]


def level_word(strategy: Strategy, level: Level) -> str:
    """The level's label; a bare number reads “Category 3”, in the trust's own word."""
    return capital(strategy.level_words(level))


def category_of(axis: Axis, strategy: Strategy, latest: Decided | None, proposal: Proposed | None) -> Category:
    """The latest decision, unless a newer proposal waits for one."""
    levels = strategy.axis_levels(axis.key)
    if latest is not None and latest.level not in {level.key for level in levels}:
        latest = None  # decided on another strategy's scale
    waiting = proposal is not None and (
        latest is None or (latest.period_id != proposal.period_id and proposal.made_at > latest.decided_at)
    )
    if waiting and proposal is not None:
        return _proposed(axis, strategy, levels, proposal, latest.level if latest else "")
    if latest is None:
        return Category(axis.key, axis.label, "Not yet", 0, "open")
    return _decided(axis, strategy, levels, latest)


def _proposed(axis: Axis, strategy: Strategy, levels: Sequence[Level], proposal: Proposed, was: str) -> Category:
    words = {level.key: level_word(strategy, level) for level in levels}
    between = None if proposal.level else (words[proposal.best], words[proposal.worst])
    return Category(
        axis=axis.key,
        axis_label=axis.label,
        state="proposed",
        reason=proposal.held or "",
        proposal_id=proposal.pk,
        between=between,
        **_place(strategy, levels, proposal.level, was),
    )


def _decided(axis: Axis, strategy: Strategy, levels: Sequence[Level], latest: Decided) -> Category:
    return Category(
        axis=axis.key,
        axis_label=axis.label,
        state="agreed",
        since=latest.effective_on,
        reason=latest.said or latest.held or "",
        decision_id=latest.pk,
        meeting_id=latest.meeting_id,
        reply_due_on=latest.reply_due_on,
        replied=latest.replied,
        **_place(strategy, levels, latest.level, latest.was),
    )


def _place(strategy: Strategy, levels: Sequence[Level], key: str, was: str) -> dict[str, Any]:
    """Word, step and travel of a level reached from another."""
    places = {level.key: place for place, level in enumerate(levels)}
    level = levels[places[key]] if key in places else None
    before = levels[places[was]] if was in places else None
    moved = level is not None and before is not None and key != was
    return {
        "level": key,
        "word": level_word(strategy, level) if level else NOT_ENOUGH,
        "step": level.tone if level else 0,
        "weakest": level in levels[max(len(levels) - 2, 1) :],
        "was": level_word(strategy, before) if before else "",
        "was_step": before.tone if before else 0,
        "travel": ("up" if places[key] < places[was] else "down") if moved else "",
    }
