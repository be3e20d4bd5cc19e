"""Where a school stands, for its self-evaluation: the categories people decided, and what follows from each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from categorisation.models import Decision
from categorisation.rules import axes_for
from evidence.models import SelfEvaluation
from reporting.contents.levels import support_of
from schools.strategy import Level, Strategy
from schools.words import capital


@dataclass(frozen=True)
class Standing:
    """The category on one axis, and what the strategy sets in motion there."""

    axis: str
    word: str
    step: int
    since: date
    was: str
    reason: str
    expects: tuple[str, ...]
    support: tuple[str, ...]
    plans: tuple[str, ...]


def standings_of(sef: SelfEvaluation, *, told_by: datetime | None) -> list[Standing]:
    """Under the strategy of the self-evaluation, in its order of axes. One query.

    `told_by` leaves out decisions the school had not been told of by then.
    """
    rows = Decision.objects.filter(school=sef.school_id, strategy_version__key=sef.strategy_version.key)
    rows = rows if told_by is None else rows.filter(tell_at__lte=told_by)
    latest = {row.axis: row for row in rows.latest_of_each()}
    return list(_standings(sef.strategy_version.strategy, sef.school.phase, latest))


def _standings(strategy: Strategy, phase: str, latest: dict[str, Decision]) -> Iterator[Standing]:
    for axis in axes_for(strategy, phase):
        row = latest.get(axis.key)
        levels = {level.key: level for level in strategy.axis_levels(axis.key)}
        if row is None or row.level not in levels:
            continue
        level, of_axis = levels[row.level], [plan for plan in strategy.plan_types if plan.axis in (None, axis.key)]
        yield Standing(
            axis=axis.label,
            word=capital(strategy.level_words(level)),
            step=level.tone,
            since=row.effective_on,
            was=_was(strategy, levels.get(row.was)) if row.was != row.level else "",
            reason=" ".join(filter(None, (row.reason, *row.conclusion.sentences))),
            expects=level.expectations,
            support=support_of(strategy, axis.key, level.key),
            plans=tuple(plan.label for plan in of_axis if level.key in plan.levels),
        )


def _was(strategy: Strategy, level: Level | None) -> str:
    return f"Was {capital(strategy.level_words(level))}" if level else ""
