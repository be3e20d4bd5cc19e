"""Checklists follow the levels of schools: taken up when a school comes to one, with what changes hands on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Max

from plans.models import ChecklistItem
from plans.queries.checklists import ROLE_WORDS
from plans.queries.stays import Stand, stands_of
from plans.rules.checklist import Asked, has_checklists, to_take_up
from plans.rules.delegation import delegates, handed_over, hands_on
from schools.audit import record_act
from schools.models import AuditEntry, Membership, School, StrategyVersion
from schools.words import capital, counted, cut, verb

from .news import tell_handed_over

ENTERED = "checklist.entered"
LONGEST_LABEL = 200  # characters


def take_up(school: School, version: StrategyVersion, levels: Mapping[str, str], *, by: Membership | None) -> int:
    """Take up what the strategy asks of a school at these levels (axis -> level) and has not been taken up. How many.

    What is there stays as it is, met or not; words the strategy has no more are taken out where nobody touched them.
    """
    School.objects.select_for_update(no_key=True).get(pk=school.pk)  # of two at once the second finds them all
    asked = {one.place: one for one in to_take_up(version.strategy, levels)}
    rows = ChecklistItem.objects.filter(school=school, checklist__in={place[0] for place in asked})
    known = {(one.checklist, one.group, one.key): one for one in rows}
    fresh = [one for place, one in asked.items() if place not in known]
    untouched = [one.pk for place, one in known.items() if place not in asked and one.version == 1]
    if not fresh and not untouched:
        return 0
    words = counted(len(fresh), "item")
    record_act("checklist.taken_up", ChecklistItem, by=by, school=school, after=words, label=school.known_as)
    ChecklistItem.objects.bulk_create(new_item(school, version, one) for one in fresh)
    ChecklistItem.objects.filter(pk__in=untouched, actions=None).delete()
    return len(fresh)


def new_item(school: School, version: StrategyVersion, asked: Asked) -> ChecklistItem:
    """The item as it is taken up, before it is saved."""
    checklist, group, key = asked.place
    return ChecklistItem(
        school=school, strategy_version=version, axis=asked.axis, level=asked.level, checklist=checklist, group=group,
        group_label=cut(asked.group_label, LONGEST_LABEL), key=key, words=asked.words,
    )  # fmt: skip


def levels_in(stands: Sequence[Stand]) -> dict[str, str]:
    """By axis, the level at which each stands."""
    return {one.axis: one.level.key for one in stands}


def follow_levels(*, today: date) -> int:
    """Each school has the checklists of its levels, and each move is on record with what changed hands. How many moves.

    A school's level is that of the latest decision it has been told of; what was met before stays met.
    """
    schools = list(School.objects.filter(left_on=None, joined_on__lte=today).select_related("trust").order_by("pk"))
    stands = stands_of(schools, today=today)
    known, moves = _entered(schools), 0
    for school in schools:
        mine = [one for one in stands.get(school.pk, ()) if has_checklists(one.strategy)]
        for stand in (one for one in mine if _changes_something(one)):
            at = known.get((school.pk, entry_label(stand), stand.level.label))
            if at is None or at < stand.run.told_at:
                _enter(stand)
                moves += 1
        if mine:
            take_up(school, mine[0].version, levels_in(mine), by=None)
    return moves


def _changes_something(stand: Stand) -> bool:
    """Whether a move to this level brings a checklist, or is one in a strategy that delegates by level."""
    return delegates(stand.strategy) or any(to_take_up(stand.strategy, stand.levels))


def _entered(schools: Sequence[School]) -> dict[tuple[int, str, str], datetime]:
    """By school, axis and level, in words, when it was last put on record that the school came to it."""
    rows = AuditEntry.objects.filter(did=ENTERED, school__in=[one.pk for one in schools]).order_by()
    last = rows.values_list("school_id", "label", "after").annotate(last=Max("at"))
    return {(school, label, after): at for school, label, after, at in last}


def entry_label(stand: Stand) -> str:
    """What an entry calls the school and the axis on which it came to a level."""
    return cut(f"{stand.strategy.axis_by_key[stand.axis].label}, {stand.school.known_as}", LONGEST_LABEL)


def _enter(stand: Stand) -> None:
    """Put on record what changes hands, and tell the school."""
    run, school = stand.run, stand.school
    version = StrategyVersion.objects.filter(pk=run.was_version).defer("text", "document").first()
    before = hands_on(version.strategy, run.axis, run.was) if version else None
    here = hands_on(stand.strategy, run.axis, run.level)
    assert here is not None  # a stand is at a level of its strategy
    sentences = handed_over(before, here, ROLE_WORDS)
    rows = ChecklistItem.objects.filter(school=school, axis=run.axis, level=run.level, status=ChecklistItem.Status.MET)
    if count := rows.count():
        sentences.append(f"{capital(counted(count, 'item'))} of its checklist {verb(count)} met from before, and kept.")
    was, now = before.level.label if before else "", stand.level.label
    record_act(
        ENTERED,
        school,
        by=None,
        school=school,
        before=was,
        after=now,
        why=" ".join(sentences),
        label=entry_label(stand),
    )
    tell_handed_over(school, now, sentences)
