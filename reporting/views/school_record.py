"""What is on record of a school, and what comes next, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from categorisation.access import Sight
from categorisation.queries import facts_held, read_published
from evidence.queries import InspectionShown, with_membership
from reporting.queries.categories import level_word
from reporting.queries.school import AxisStory, Rated, SchoolStory
from reporting.views.links import link
from reporting.views.school_parts import SENT, labels, matrix_url
from schools.access import Permission, TrustRequest
from schools.models import Period, School
from schools.words import capital, counted, listed, on, verb

HISTORY_TERMS = 6


def history(story: SchoolStory) -> dict[str, Any] | None:
    """Where it stood on each axis at the end of each term."""
    terms = story.calendar.last_terms(story.period, HISTORY_TERMS)
    if not any(one.decisions for one in story.axes):
        return None
    short = labels(story)
    rows = [{"label": short[one.axis.key], "cells": [_at(story, one, term) for term in terms]} for one in story.axes]
    return {"terms": [term.short for term in terms], "rows": rows}


def _at(story: SchoolStory, one: AxisStory, term: Period) -> dict[str, Any]:
    if story.school.joined_on > term.ends_on:
        return {"word": "Not here yet", "step": "na", "term": term.short}
    category = one.category
    if term.pk == story.period.pk and category.state == "proposed":
        return {"word": f"{category.word}, proposed", "step": category.step, "term": term.short}
    then = story.calendar.next_term(term.starts_on)
    ended = then.starts_on if then else story.calendar.today
    decided = next((told for told in one.decisions if told.row.effective_on < ended or then is None), None)
    levels = {level.key: level for level in story.strategy.axis_levels(one.axis.key)}
    if decided is None or decided.row.level not in levels:
        return {"word": "Not yet", "step": 0, "term": term.short}
    level = levels[decided.row.level]
    return {"word": level_word(story.strategy, level), "step": level.tone, "term": term.short}


def criteria(story: SchoolStory) -> dict[str, Any] | None:
    """Each criterion by the agreed matrices, the earliest first."""
    rated = story.rated[::-1]
    if not rated:
        return None
    names = [story.strategy.criterion_by_key[column.key].label for column in story.columns]
    rows = [{"label": name, "cells": [_then(one, place) for one in rated]} for place, name in enumerate(names)]
    return {"terms": [one.period.short for one in rated], "rows": rows}


def _then(rated: Rated, place: int) -> dict[str, Any]:
    cell = rated.cells[place]
    return {"word": cell.word, "step": cell.step, "term": rated.period.short}


def matrix(request: TrustRequest, story: SchoolStory, sight: Sight) -> dict[str, Any]:
    """The latest agreed matrix in a sentence, and where to read all of it."""
    if not story.rated:
        return {"text": "No matrix has been agreed yet. It appears here once the trust has agreed it.", "links": []}
    latest = story.rated[0]
    asked = [cell for cell in latest.cells if cell.applies]
    counts = [
        (sum(cell.step in (4, 5) for cell in asked), "needs support", "need support"),
        (sum(cell.step == 0 for cell in asked), "is unknown", "are unknown"),
        (sum(cell.stale_months is not None for cell in asked), "rests on old evidence", "rest on old evidence"),
    ]
    said = [f"{number} {verb(number, one, many)}" for number, one, many in counts if number]
    agreed = f", agreed {on(timezone.localtime(latest.agreed_at).date())}" if latest.agreed_at else ""
    text = f"{latest.period.short}{agreed}. Of {counted(len(asked), 'criterion', 'criteria')} {listed(said)}."
    if not said:
        text = f"{latest.period.short}{agreed}. Every criterion is known, current and needs no support."
    return {"text": text, "links": list(_matrix_links(request, story, latest.period))}


def _matrix_links(request: TrustRequest, story: SchoolStory, latest: Period) -> Iterator[dict[str, str]]:
    if url := matrix_url(request, story, latest):
        yield {"label": f"Every indicator, {latest.short}", "url": url}


def inspections(school: School, found: Sequence[InspectionShown]) -> list[dict[str, Any]]:
    """What was published, each under its own framework, never converted."""
    return [
        {
            "title": one.framework_label,
            "day": one.inspected_on,
            "membership": with_membership(one, school.joined_on),
            "of": f"of its predecessor, URN {one.of_urn}" if one.of_predecessor else "",
            "grades": ([one.overall] if one.overall else []) + list(one.grades),
            "safeguarding": one.safeguarding,
            "category": one.category_words,
            "doubt": one.doubt,
            "source": f"{one.source}, as at {on(one.as_at)}",
        }
        for one in found
    ]


def on_record(
    request: TrustRequest, story: SchoolStory, sight: Sight, found: Sequence[InspectionShown]
) -> dict[str, Any] | None:
    """The strategy's facts that hold, and where each comes from. Nothing where the strategy has none."""
    if not sight.decisions or not story.strategy.facts:
        return None
    published = read_published(story.strategy, found)
    held = facts_held(story.strategy, story.school, on=story.calendar.today, published=published)
    may_record = request.access.may(Permission.MODERATE, story.school.pk)
    return {
        "held": held,
        "url": link(request, "facts", school_id=story.school.pk) if may_record else "",
    }


def next_due(request: TrustRequest, story: SchoolStory, sight: Sight) -> list[dict[str, Any]]:
    """What comes next, the nearest first."""
    found = [*_matrix_due(request, story, sight), *_decisions_due(request, story)]
    return sorted(found, key=lambda item: (item["due_on"] is None, item["due_on"] or story.calendar.today))


def _matrix_due(request: TrustRequest, story: SchoolStory, sight: Sight) -> Iterator[dict[str, Any]]:
    if not sight.matrix:
        return
    begun, words = story.begun, story.strategy.identity.words
    state = begun.state if begun else ""
    item = {"title": f"{capital(words.matrix)}, {story.asked.short}", "url": "", "note": "", "due_on": None}
    own = request.access.may(Permission.RATE, story.school.pk)
    if own or (sight.follows and state in ("submitted", "returned", "agreed")):
        item["url"] = matrix_url(request, story, story.asked)
    if state in SENT:
        if state == "submitted":
            yield item | {"state": "submitted", "note": "With the trust, to be moderated."}
        return
    due = begun.due_on if begun else story.calendar.due_on(story.asked, story.strategy)
    yield item | {"due_on": due, "note": {"": "Not begun.", "draft": "Begun.", "returned": "Returned."}[state]}


def _decisions_due(request: TrustRequest, story: SchoolStory) -> Iterator[dict[str, Any]]:
    for one in story.axes:
        latest, category = one.latest, one.category
        if latest and not latest.answer and latest.row.reply_due_on >= story.calendar.today:
            url = link(request, "decision", decision_id=latest.row.pk)
            title = f"The school’s reply on {one.axis.label[:1].lower()}{one.axis.label[1:]}"
            yield {"title": title, "url": url, "note": "", "due_on": latest.row.reply_due_on}
        if category.state != "agreed" and story.meeting:
            url = link(request, "meeting", meeting_id=story.meeting.pk) if request.access.whole_trust else ""
            title = f"Decision on {one.axis.label[:1].lower()}{one.axis.label[1:]}"
            yield {"title": title, "url": url, "note": story.meeting.title, "due_on": story.meeting.day}
        if one.judged_again and one.judged_again >= story.calendar.today:
            title = f"{one.axis.label} is judged again"
            yield {"title": title, "url": "", "note": "By then.", "due_on": one.judged_again}
