"""What is known of a school on a day: for the summary that opens a health check, or frames another visit.

Nothing of it is stored with the visit. Decisions, agreed matrices, editions and visits keep their days and are never
rewritten, so the same day gives the same answer later.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from evidence.rules.text import as_plain
from monitoring.models import Visit
from monitoring.queries.visits import form_of, is_told, readable_visits
from plans.queries.actions import readable_actions
from reporting.queries.known_figures import figures_of
from reporting.rules.known import Known, Line, Tile, moved_between
from schools.access import Access, Permission, where_may
from schools.models import School

MOST = 6
"""Returns, visits and actions named; a page of their own has the rest."""


def known_of(access: Access, school: School, day: date, *, now: datetime, besides: Visit | None = None) -> Known:
    """As far as this person may read each part. At most twelve queries."""
    aspects_on, aspects = aspects_of(access, school, day)
    sef_on, sef = sef_of(access, school, day)
    return Known(
        on=day,
        categories=tuple(categories_of(access, school, day, now)),
        aspects=aspects,
        aspects_on=aspects_on,
        sef=sef,
        sef_on=sef_on,
        figures=figures_of(access, school, day),
        returns=tuple(_returns(access, school, day)),
        visits=tuple(visits_of(access, school, day, besides)),
        actions=tuple(_actions(access, school, day)),
    )


def categories_of(access: Access, school: School, day: date, now: datetime) -> Iterator[Tile]:
    """The category on each axis, as people decided it by that day."""
    rows = Decision.objects.filter(of_decisions(access, now), school=school, effective_on__lte=day)
    rows = rows.filter(decided_at__date__lte=day).select_related("strategy_version")
    for row in rows.defer("strategy_version__text", "strategy_version__document").latest_of_each():
        strategy = row.strategy_version.strategy
        levels = {one.key: one for one in strategy.axis_levels(row.axis)}
        level, before = levels[row.level], levels.get(row.was)
        was, moved = strategy.level_words(before) if before else "", moved_between([*levels], row.was, row.level)
        label = strategy.axis_by_key[row.axis].label
        yield Tile(label, strategy.level_words(level), level.tone, row.effective_on, was, moved)


def aspects_of(
    access: Access, school: School, day: date, *, moves: bool = False
) -> tuple[date | None, tuple[Tile, ...]]:
    """The criteria of the latest matrix agreed by that day, with `moves` beside those of the one before."""
    if not access.may(Permission.SEE_MATRIX, school.pk):
        return None, ()
    rows = Assessment.objects.agreed().filter(school=school, agreed_at__date__lte=day)
    rows = rows.select_related("strategy_version", "school").defer("strategy_version__document")
    latest, *before = [*rows.order_by("-period__starts_on", "-period__half")[: 2 if moves else 1], None][:2]
    if latest is None or latest.agreed_at is None:
        return None, ()
    return latest.agreed_at.date(), tuple(_criteria(latest, next(iter(before), None)))


Range = tuple[str, str]
"""The keys of the best and the worst level that a criterion may be at."""


def _criteria(matrix: Assessment, before: Assessment | None) -> Iterator[Tile]:
    strategy, earlier = matrix.strategy_version.strategy, _ranges(before) if before else {}
    for key, ends in _ranges(matrix).items():
        criterion = strategy.criterion_by_key[key]
        levels = {one.key: one for one in strategy.levels_of(criterion.kpis[0].scale)}
        if ends[0] != ends[1]:
            yield Tile(criterion.label, "Part known", 0)
            continue
        level, (was, then) = levels[ends[0]], earlier.get(key, ("", "-"))
        moved = moved_between([*levels], was, level.key) if was == then else ""
        told = strategy.level_words(levels[was]) if moved else ""
        yield Tile(criterion.label, strategy.level_words(level), level.tone, was=told, moved=moved)


def _ranges(matrix: Assessment) -> dict[str, Range]:
    strategy, evidence = matrix.strategy_version.strategy, evidence_of(matrix)
    found = (
        (one.key, criterion_range(strategy, one.key, evidence, phase=matrix.school.phase)) for one in strategy.criteria
    )
    return {key: ends for key, ends in found if ends is not None}


def sef_of(access: Access, school: School, day: date) -> tuple[date | None, tuple[Tile, ...]]:
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
            lines = (as_plain(line).rstrip(".") for line in entries[area.key].development.splitlines())
            more = ". ".join(filter(None, lines))
            found.append(Tile(area.label, chosen.label, chosen.step, more=more))
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


def visits_of(access: Access, school: School, day: date, besides: Visit | None = None) -> Iterator[Line]:
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
    agreed = Q(is_origin_fixed=True, visit_actions__visit__considered_on__lte=day)
    rows = rows.filter(agreed | Exists(history))
    rows = rows.filter(Q(closed_at=None) | Q(closed_at__date__gt=day))
    for action in rows.distinct()[:MOST]:
        yield Line(action.what, action.seen_to_by, action.due_on)
