"""What is known of a school for the positional analysis of its plan: as its governors may read it, whoever writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils import timezone

from plans.models import Action
from plans.queries.actions import readable_actions
from plans.queries.sources import LOOK_BACK
from plans.rules.position import Passage
from reporting.queries.known import MOST, aspects_of, categories_of, sef_of, visits_of
from reporting.queries.position_figures import figure_lines
from reporting.rules.known import Line
from reporting.rules.position import Position, passages_of
from reviews.models import Finding, Review
from reviews.queries.reviews import called, readable_reviews
from schools.access import Access
from schools.models import Membership, School
from schools.queries import strategy_of
from schools.strategy import Role


def position_of(school: School, by: Membership, today: date) -> list[Passage]:
    """In passages of plain sentences. As many queries, however much is on record.

    Read with the eyes of a governor of the school, since governors read the plan: nothing that is not told yet, of few
    pupils, or said in a visit that only some may read.
    """
    reader = Access(by, ((Role.GOVERNOR, school.pk),))
    version = strategy_of(school, today)
    aspects_on, aspects = aspects_of(reader, school, today, moves=True)
    sef_on, sef = sef_of(reader, school, today)
    return passages_of(
        Position(
            categories=tuple(categories_of(reader, school, today, timezone.now())),
            aspects=aspects,
            aspects_on=aspects_on,
            figures=figure_lines(version.strategy, school, today) if version else (),
            sef=sef,
            sef_on=sef_on,
            review=_latest_review(reader, school, today),
            visits=tuple(visits_of(reader, school, today)),
            findings=tuple(_findings(school, today)),
            actions=tuple(_actions(reader, school)),
        )
    )


def _latest_review(reader: Access, school: School, today: date) -> Line | None:
    """Of those that are published, for whoever begins the plan may be at work on another."""
    rows = readable_reviews(reader).filter(school=school, state=Review.State.PUBLISHED, ends_on__lte=today)
    latest = rows.order_by("-ends_on", "-pk").first()
    return Line(called(latest), "", latest.ends_on) if latest else None


def _actions(reader: Access, school: School) -> Iterator[Line]:
    """Without who sees to them: that is often a name."""
    for row in readable_actions(reader).filter(plan__school=school, state=Action.State.OPEN)[:MOST]:
        yield Line(row.what, "", row.due_on)


def _findings(school: School, today: date) -> Iterator[Line]:
    """Of published reviews of the last year and a little more, those that no action has closed."""
    actions = Action.objects.filter(finding=OuterRef("pk"))
    rows = Finding.objects.filter(review__school=school, review__state=Review.State.PUBLISHED)
    rows = rows.filter(review__ends_on__range=(today - LOOK_BACK, today))
    rows = rows.filter(kind__in=(Finding.Kind.BETTER, Finding.Kind.FINDING))
    rows = rows.filter(~Exists(actions) | Exists(actions.filter(state=Action.State.OPEN)))
    rows = rows.select_related("review__strategy_version").order_by("-review__ends_on", "pk")
    rows = rows.defer("review__strategy_version__text", "review__strategy_version__document")
    for row in rows[:MOST]:
        yield Line(called(row.review), row.text, row.review.ends_on)
