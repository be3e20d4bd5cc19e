"""How long schools may stay at a stage of a ladder and at a level, and the day on which that is over."""

from __future__ import annotations

from collections.abc import Iterator

from plans.queries.concerns import readable_concerns
from plans.queries.on_ladders import live_steps, looks_again, stays_on
from plans.rules.delegation import level_on
from plans.rules.stays import since_when, stay_of
from reporting.rules.owed import Owed
from schools.access import Permission
from schools.strategy.reading.words import stay as usual

from .reading import Reader

P = Permission


def concerns(read: Reader) -> Iterator[Owed]:
    """The day on which a school on a ladder is looked at again, each look at one that has left it, and the end of the
    longest stay at a stage."""
    if not any(one.ladders for one in read.strategies.values() if one):
        return
    steps = live_steps(readable_concerns(read.access).filter(school__in=read.schools))
    for look in looks_again(steps, read.halves):
        if look.on <= read.until:
            concern = look.concern
            yield Owed("concern", look.on, look.words, concern.school_id, page="concern", place={"pk": concern.pk})
    for concern, stage, stay in stays_on(steps, read.halves, today=read.today):
        if stay.until and stay.until <= read.until:
            words = f"{stage.label}: the longest stay is over ({usual(stage.longest_stay)})"
            yield Owed("concern", stay.until, words, concern.school_id, page="concern", place={"pk": concern.pk})


def levels(read: Reader) -> Iterator[Owed]:
    """The end of the longest stay at a level, of those whose strategy says how long that is; no query by itself."""
    for school in read.of(P.SEE_DECISIONS):
        strategy = read.strategies[school.pk]
        if strategy is None:
            continue
        for placed in since_when(read.recorded.history.get(school.pk, ())).values():
            level = level_on(strategy, placed.axis, placed.level)
            stay = stay_of(placed.on, level.stay, read.halves[school.pk]) if level else None
            if level and stay and stay.until and stay.until <= read.until:
                words = f"{level.label}: the longest stay is over ({usual(level.stay)})"
                place = {"school_id": school.pk}
                yield Owed("category", stay.until, words, school.pk, page="school", place=place)
