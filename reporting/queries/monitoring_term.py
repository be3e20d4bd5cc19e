"""A term of monitoring: the visits of the schools a person reads, what came of them, and no more than they may know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from monitoring.models import Visit, VisitAction
from monitoring.queries.triangulation import names_subject
from monitoring.queries.visits import (
    committee_of,
    followed,
    form_of,
    is_told,
    readable_visits,
    reads_notes,
    told_actions,
)
from monitoring.rules.coverage import judgements_of
from plans.models import Action
from reporting.rules.monitoring_term import Deed, Followed, Judged, Look, Said, TermSummary, sum_up
from schools.access import Access, Permission, where_may
from schools.filled import rows_of
from schools.models import Period, School
from schools.words import cut

LONGEST = 400
"""Characters of one recommendation; the record has the whole."""


@dataclass(frozen=True)
class TermSpan:
    """A term with the holiday after it."""

    period: Period
    since: date
    until: date


def spans_begun(today: date) -> list[TermSpan]:
    """The terms that have begun, the latest first. One query."""
    terms = list(Period.objects.terms().order_by("starts_on"))
    ends = [one.starts_on - timedelta(days=1) for one in terms[1:]] + [date.max]
    found = [TermSpan(one, one.starts_on, end) for one, end in zip(terms, ends, strict=True) if one.starts_on <= today]
    return found[::-1]


def schools_of_term(access: Access, span: TermSpan) -> list[School]:
    """The schools whose visits this person reads, that were in the trust in that term. One query."""
    mine = School.objects.filter(where_may(access, Permission.SEE_VISITS, "pk"))
    here = Q(joined_on__lte=span.until) & (Q(left_on=None) | Q(left_on__gt=span.since))
    return list(mine.filter(here).order_by("name"))


def summary_of(access: Access, span: TermSpan, schools: Sequence[School], *, today: date) -> TermSummary:
    """What is on record of these schools. Three queries."""
    looks, deeds = looks_of(access, span, schools), deeds_of(access, schools)
    return sum_up(looks, deeds, since=span.since, until=span.until, today=today)


def looks_of(access: Access, span: TermSpan, schools: Sequence[School]) -> list[Look]:
    """The visits of the term, and those planned for it. One query."""
    term = Q(on__range=(span.since, span.until)) | Q(on=None, planned_for__range=(span.since, span.until))
    rows = readable_visits(access).filter(term, school__in=schools).order_by("school__name", "on", "planned_for", "pk")
    return [_look(access, visit) for visit in rows]


def _look(access: Access, visit: Visit) -> Look:
    form = form_of(visit)
    taken = visit.state in (Visit.State.SUBMITTED, Visit.State.CONSIDERED)
    told = is_told(access, visit)
    reads = taken and reads_notes(access, visit)
    labels = visit.strategy_version.strategy.matrix.source_labels
    return Look(
        number=visit.pk,
        school_id=visit.school_id,
        school=visit.school.known_as,
        form=form.label,
        kind=form.kind,
        state=visit.state,
        on=visit.on,
        planned_for=visit.planned_for,
        subject=visit.subject if told and names_subject(form) else "",
        year_groups=tuple(visit.year_groups) if told else (),
        sources=tuple(labels[one] for one in visit.sources if one in labels) if told else (),
        judged=tuple(_judged(visit)) if reads else (),
        said=tuple(_said(visit)) if reads else (),
        committee=committee_of(visit),
        reply=visit.reply,
        comment=visit.reply_text if reads else "",
        final=visit.final_at is not None,
        hidden=taken and not told,
    )


def _judged(visit: Visit) -> Iterator[Judged]:
    strategy = visit.strategy_version.strategy
    for one in judgements_of(form_of(visit), visit.answers):
        level = next((each for each in strategy.levels_of(one.scale) if each.key == one.level), None)
        if level is not None:
            yield Judged(one.label, strategy.level_words(level), level.tone, form_of(visit).framework_words)


def _said(visit: Visit) -> Iterator[Said]:
    """Recommendations and what should improve, of the subject; what rows ask for, of the row's own focus or subject."""
    form, whole = form_of(visit), visit.subject if names_subject(form_of(visit)) else ""
    for meaning in ("recommendations", "development"):
        text = visit.answers.get(form.by_meaning[meaning].key) if meaning in form.by_meaning else None
        if isinstance(text, str) and text:
            yield Said(whole or form.label, cut(text, LONGEST))
    asked, focus = form.row_by_meaning.get("actions"), form.row_by_meaning.get("focus")
    for row in rows_of(form, visit.answers):
        text = row.values.get(asked.key) if asked else None
        about = row.values.get(focus.key) if focus else None
        if isinstance(text, str) and text:
            yield Said(about if isinstance(about, str) and about else whole or form.label, cut(text, LONGEST))


def deeds_of(access: Access, schools: Sequence[School]) -> list[Deed]:
    """The actions that came of visits, those to look at first on top; none of schools whose plans are not read."""
    rows = VisitAction.objects.filter(told_actions(), visit__school__in=schools)
    rows = rows.filter(where_may(access, Permission.SEE_PLANS, "visit__school"))
    rows = rows.select_related("action__owner__user", "action__plan__school").prefetch_related(followed())
    return [_deed(row) for row in rows.order_by("action__impact_check_on", "action__due_on", "pk")]


def _deed(row: VisitAction) -> Deed:
    action: Action = row.action
    return Deed(
        number=action.pk,
        visit=row.visit_id,
        school=action.plan.known_as,
        what=cut(action.what, LONGEST),
        owner=action.seen_to_by,
        due_on=action.due_on,
        check_on=action.impact_check_on,
        is_open=action.is_open,
        verdict=action.verdict,
        closed_on=timezone.localtime(action.closed_at).date() if action.closed_at else None,
        followed=_followed(row),
    )


def _followed(row: VisitAction) -> Followed | None:
    last = next(iter(reversed(row.follow_ups.all())), None)
    return Followed(last.on, cut(last.found, LONGEST), last.closes) if last else None
