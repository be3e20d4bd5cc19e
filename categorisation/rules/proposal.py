"""What comes out: a proposal and everything that explains it. Plain records of keys; words are made in `words`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol


@dataclass(frozen=True)
class Change:
    """One rating that would change. `was` is None where the KPI is unknown today."""

    kpi: str
    was: str | None
    to: str


@dataclass(frozen=True)
class ChangeSet:
    """Ratings that must change together, in the order of the strategy, and the axis level they lead to."""

    changes: tuple[Change, ...]
    reaches: str


@dataclass(frozen=True)
class Moves:
    """The smallest sets of changes one way. Empty `sets` with `needs_more_than`: there are such sets, but larger."""

    to: str | None = None  # the next axis level that way; None: there is none, or no level is proposed
    sets: tuple[ChangeSet, ...] = ()
    needs_more_than: int | None = None
    possible: bool = True  # False: no rating whatever would do it
    blocked_by: tuple[str, ...] = ()  # labels of the limits by a fact that stand in the way


@dataclass(frozen=True)
class CriterionResult:
    """One criterion. Level keys are of its KPIs' scale, `points_to` of the axis's (its weaker end)."""

    key: str
    level: str | None  # None while the unknown KPIs could still change it: see `best` and `worst`
    best: str
    worst: str
    known: int
    asked: int
    oldest: date | None
    informs: bool  # False: it can only limit this axis
    points_to: str | None = None


@dataclass(frozen=True)
class AppliedCap:
    """A limit whose cause is true, or could be while something is unknown (`certain` False)."""

    label: str
    no_better_than: str
    criterion: str | None
    fact: str | None
    certain: bool
    holds: bool  # the proposed level could not be stronger while this stands


@dataclass(frozen=True)
class Reason:
    """One thing that held the level where it is, or (share, sources, required) why there is too little evidence."""

    kind: Literal["criterion", "cap", "share", "required", "sources"]
    key: str  # criterion, fact or axis
    label: str
    level: str | None = None  # the criterion's level, its unknown KPIs counted as weakest
    points_to: str | None = None  # level of the axis
    kpis: tuple[str, ...] = ()  # rated KPIs that put the criterion there
    unknown: tuple[str, ...] = ()  # unknown KPIs that put it there


@dataclass(frozen=True)
class SeenKinds:
    """What visits add to a rating: the kinds there are now with the school's own, those they add, their last day."""

    kpi: str
    kinds: int
    added: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class Proposal:
    """A level for one axis, proposed by a rule; people decide. Level keys are of the axis's scale.

    `best` and `worst` are the range: every unknown at its best, at its worst. `level` is the weaker end of it, as what
    is unknown is never counted as good; None when there is not enough evidence, and then the range is the answer.
    """

    axis: str
    enough: bool
    level: str | None
    best: str
    worst: str
    rule_label: str
    share_known: float  # 0 to 1, of the weights of the KPIs asked
    known: int
    asked: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    undated: tuple[str, ...]
    single_source: tuple[str, ...]
    carried: tuple[str, ...]
    reasons: tuple[Reason, ...]
    caps_applied: tuple[AppliedCap, ...]
    criteria: tuple[CriterionResult, ...]
    up: Moves = Moves()
    down: Moves = Moves()
    enough_with: tuple[str, ...] = ()  # the fewest unknown KPIs whose rating would make the evidence enough
    seen: tuple[SeenKinds, ...] = ()
    ages: tuple[tuple[str, int], ...] = ()  # of the stale KPIs, in whole months

    @property
    def moves_up(self) -> tuple[ChangeSet, ...]:
        """The smallest sets of changes that would move it at least one level up."""
        return self.up.sets

    @property
    def moves_down(self) -> tuple[ChangeSet, ...]:
        """The smallest sets of changes that would move it at least one level down."""
        return self.down.sets

    @property
    def is_range(self) -> bool:
        """Whether the evidence leaves more than one level open."""
        return self.best != self.worst


class Proposed(Protocol):
    """A proposal, fresh or kept: without a level where there is not enough evidence."""

    @property
    def level(self) -> str | None: ...

    @property
    def best(self) -> str: ...

    @property
    def worst(self) -> str: ...


def differs(proposal: Proposed | None, level: str) -> bool:
    """Whether deciding on `level` needs a reason: not what is proposed, or nothing or more than one is open."""
    return proposal is None or not proposal.level or proposal.best != proposal.worst or level != proposal.level
