"""What is known of a school on a day: for the summary that opens a health check, or frames another visit.

Nothing of it is stored with the visit. Decisions, agreed matrices, editions and visits keep their days and are never
rewritten, so the same day gives the same answer later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from categorisation.access import of_decisions
from categorisation.models import Assessment, Decision
from categorisation.queries import evidence_of
from categorisation.rules import criterion_range
from evidence.models import Return, SefEdition
from evidence.queries.returns import of_returns
from evidence.queries.returns_sheet import point_of
from evidence.queries.sef import entries_in, layout_for
from monitoring.models import Visit
from monitoring.queries.visits import form_of, is_told, readable_visits
from plans.queries.actions import readable_actions
from reporting.queries.known_figures import Figure, figures_of
from schools.access import Access, Permission, where_may
from schools.models import School

MOST = 6
"""Returns, visits and actions named; a page of their own has the rest."""


@dataclass(frozen=True)
class Tile:
    """A level in words with its tone, and of when it is."""

    label: str
    word: str
    step: int | str
    on: date | None = None


@dataclass(frozen=True)
class Line:
    """One thing on record in a line: what, and where it stands."""

    label: str
    words: str
    on: date | None = None


@dataclass(frozen=True)
class Known:
    """What one person may know of a school as it stood on a day."""

    on: date
    categories: tuple[Tile, ...]
    aspects: tuple[Tile, ...]
    aspects_on: date | None
    sef: tuple[Tile, ...]
    sef_on: date | None
    figures: tuple[Figure, ...]
    returns: tuple[Line, ...]
    visits: tuple[Line, ...]
    actions: tuple[Line, ...]


def known_of(access: Access, school: School, day: date, *, now: datetime, besides: Visit | None = None) -> Known:
    """As far as this person may read each part. At most twelve queries."""
    aspects_on, aspects = _aspects(access, school, day)
    sef_on, sef = _sef(access, school, day)
    return Known(
        on=day,
        categories=tuple(_categories(access, school, day, now)),
        aspects=aspects,
        aspects_on=aspects_on,
        sef=sef,
        sef_on=sef_on,
        figures=figures_of(access, school, day),
        returns=tuple(_returns(access, school, day)),
        visits=tuple(_visits(access, school, day, besides)),
        actions=tuple(_actions(access, school, day)),
    )


def _categories(access: Access, school: School, day: date, now: datetime) -> Iterator[Tile]:
    """The category on each axis, as people decided it by that day."""
    rows = Decision.objects.filter(of_decisions(access, now), school=school, effective_on__lte=day)
    rows = rows.filter(decided_at__date__lte=day).select_related("strategy_version")
    for row in rows.defer("strategy_version__text", "strategy_version__document").latest_of_each():
        strategy = row.strategy_version.strategy
        level = next(one for one in strategy.axis_levels(row.axis) if one.key == row.level)
        label = next(axis.label for axis in strategy.axes if axis.key == row.axis)
        yield Tile(label, strategy.level_words(level), level.tone, row.effective_on)


def _aspects(access: Access, school: School, day: date) -> tuple[date | None, tuple[Tile, ...]]:
    """The criteria of the latest matrix agreed by that day."""
    if not access.may(Permission.SEE_MATRIX, school.pk):
        return None, ()
    rows = Assessment.objects.agreed().filter(school=school, agreed_at__date__lte=day)
    rows = rows.select_related("strategy_version", "school").defer("strategy_version__document")
    latest = rows.order_by("-period__starts_on", "-period__half").first()
    return (latest.agreed_at.date(), tuple(_criteria(latest))) if latest and latest.agreed_at else (None, ())


def _criteria(matrix: Assessment) -> Iterator[Tile]:
    strategy, evidence = matrix.strategy_version.strategy, evidence_of(matrix)
    for one in strategy.criteria:
        ends = criterion_range(strategy, one.key, evidence, phase=matrix.school.phase)
        if ends is None:
            continue
        level = next(each for each in strategy.levels_of(one.kpis[0].scale) if each.key == ends[0])
        word, tone = (strategy.level_words(level), level.tone) if ends[0] == ends[1] else ("Part known", 0)
        yield Tile(one.label, word, tone)


def _sef(access: Access, school: School, day: date) -> tuple[date | None, tuple[Tile, ...]]:
    """The judgements of the last edition sent by that day."""
    if not access.may(Permission.SEE_SEF, school.pk):
        return None, ()
    rows = SefEdition.objects.filter(part_of__school=school, at__date__lte=day)
    rows = rows.select_related("part_of__strategy_version", "part_of__school").order_by("-at")
    edition = rows.defer("part_of__strategy_version__text", "part_of__strategy_version__document").first()
    if edition is None:
        return None, ()
    entries, found = entries_in(edition), []
    for area in layout_for(edition.part_of).areas:
        chosen = area.judgement(entries[area.key].judgement) if area.key in entries else None
        if chosen is not None:
            found.append(Tile(area.label, chosen.label, chosen.step))
    return edition.at.date(), tuple(found)


def _returns(access: Access, school: School, day: date) -> Iterator[Line]:
    """What was in by that day, and what was late; a draft is no more than not in."""
    mine = of_returns(access) | where_may(access, Permission.AGREE_EVIDENCE)
    rows = Return.objects.filter(mine, school=school, opens_on__lte=day).select_related("strategy_version", "period")
    rows = rows.defer("strategy_version__text", "strategy_version__document").order_by("-due_on", "point")
    for row in rows[:MOST]:
        sent = row.submitted_at.date() if row.submitted_at else None
        late = "Late" if row.due_on < day else "Not in yet"
        label = f"{point_of(row).label}, {row.period.short}"
        yield Line(label, "In" if sent and sent <= day else late, sent if sent and sent <= day else row.due_on)


def _visits(access: Access, school: School, day: date, besides: Visit | None) -> Iterator[Line]:
    rows = readable_visits(access).filter(school=school, on__lte=day, submitted_at__isnull=False)
    rows = rows.exclude(pk=besides.pk) if besides else rows
    for visit in rows.order_by("-on", "-pk")[:MOST]:
        yield Line(form_of(visit).label, visit.subject if is_told(access, visit) else "", visit.on)


def _actions(access: Access, school: School, day: date) -> Iterator[Line]:
    """Those open at the end of that day. An action has no first day: its history, or its visit, says since when."""
    history = apps.get_model("plans", "ActionEvent").objects.filter(
        pgh_obj=OuterRef("pk"), pgh_created_at__date__lte=day
    )
    rows = readable_actions(access).filter(plan__school=school)
    rows = rows.filter(Q(visit_actions__visit__considered_on__lte=day) | Exists(history))
    rows = rows.filter(Q(closed_at=None) | Q(closed_at__date__gt=day))
    for action in rows.distinct()[:MOST]:
        yield Line(action.what, action.seen_to_by, action.due_on)
