"""What a concern can rest on: what reviews found, visits that were made, categories that were decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from categorisation.models import Decision
from plans.models import Concern
from reviews.models import Finding, Review
from reviews.queries.reviews import called
from schools.access import Access, Permission
from schools.models import School
from schools.strategy.forms import Form
from schools.words import capital, cut, on

LOOK_BACK = timedelta(days=400)
MOST = 15
"""Of each kind, the latest."""

Days = tuple[date, date]

LONGEST = 140  # characters of a finding
LONGEST_SUBJECT = 80
READ_BY = {
    "review": Permission.SEE_REVIEWS,
    "visit": Permission.SEE_VISITS,
    "decision": Permission.SEE_DECISIONS,
}
"""Whose page it is, and what one needs to read it."""


@dataclass(frozen=True)
class Source:
    """One thing a concern rests on, as it was called when it was named. `page` and `pk`: where it stands."""

    key: str
    page: str
    pk: int
    label: str


def sources_of(school: School, *, today: date) -> list[Source]:
    """Of the last year and a little more, the latest of each kind first. Three queries."""
    days = (today - LOOK_BACK, today)
    return [*findings_named(school, days), *visits_named(school, days), *_decisions(school, days)]


def findings_named(school: School, days: Days) -> Iterator[Source]:
    """What published reviews found, without what goes well. One query."""
    rows = Finding.objects.filter(review__school=school, review__state=Review.State.PUBLISHED)
    rows = rows.filter(review__ends_on__range=days).exclude(kind__in=(Finding.Kind.WELL, Finding.Kind.EXCELLENCE))
    rows = rows.select_related("review__strategy_version").order_by("-review__ends_on", "pk")
    told = set()
    for row in rows.defer("review__strategy_version__text", "review__strategy_version__document")[:MOST]:
        label = f"{called(row.review)}, {on(row.review.ends_on)}: {cut(row.text, LONGEST)}"
        if label not in told:  # a form may ask for the same twice
            told.add(label)
            yield Source(f"finding-{row.pk}", "review", row.review_id, label)


def visits_named(school: School, days: Days, *, final: bool = False) -> Iterator[Source]:
    """Those that were sent, or are final. One query. Visits are of an app above, read by their link."""
    rows = school.visits.filter(on__range=days).exclude(state__in=("planned", "draft"))
    rows = rows.filter(final_at__isnull=False) if final else rows
    rows = rows.select_related("strategy_version").order_by("-on", "-pk")
    for row in rows.defer("strategy_version__text", "strategy_version__document", "answers")[:MOST]:
        yield Source(f"visit-{row.pk}", "visit", row.pk, visit_called(row))


def visit_called(visit: Any) -> str:
    """“Monitoring form, 18 November 2026: Science”."""
    form = visit.strategy_version.strategy.form_by_key[visit.form]
    words, about = f"{form.label}, {on(visit.on)}" if visit.on else form.label, visit_about(form, visit.subject)
    return f"{words}: {about}" if about else words


def visit_about(form: Form, subject: str) -> str:
    """Its subject in a few words; of a restricted form others than its leaders read no more than that it was."""
    return "" if form.visibility != "school" else cut(subject, LONGEST_SUBJECT)


def _decisions(school: School, days: Days) -> Iterator[Source]:
    rows = Decision.objects.filter(school=school, decided_at__date__range=days, tell_at__lte=timezone.now())
    rows = rows.select_related("strategy_version").order_by("-decided_at", "-pk")
    for row in rows.defer("strategy_version__text", "strategy_version__document")[:MOST]:
        strategy = row.strategy_version.strategy
        level = next(one for one in strategy.axis_levels(row.axis) if one.key == row.level)
        axis = f"{strategy.axis_by_key[row.axis].label}: " if len(strategy.axes) > 1 else ""
        label = capital(f"{axis}{strategy.level_words(level)}")
        yield Source(
            f"decision-{row.pk}", "decision", row.pk, f"{label}, decided on {on(timezone.localdate(row.decided_at))}"
        )


def kept(sources: list[Source]) -> list[dict[str, Any]]:
    """As a concern keeps them."""
    return [asdict(one) for one in sources]


def sources_for(access: Access, concern: Concern) -> list[tuple[Source, bool]]:
    """What the concern rests on, and whether this person reads the page it stands on."""
    found = [Source(**one) for one in concern.sources]
    return [(one, access.may(READ_BY[one.page], concern.school_id)) for one in found]
