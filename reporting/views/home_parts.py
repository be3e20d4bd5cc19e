"""One school's part of its people's page: lists of what is due, decided and sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from categorisation.models import Assessment
from evidence.queries.returns import DueReturn
from evidence.queries.sef import SefDue
from reporting.queries.categories import Category
from reporting.queries.home import Home
from reporting.queries.overview import Overview
from reporting.rules.opening import day_month, short_labels
from reporting.views.links import link
from schools.access import Permission, TrustRequest
from schools.models import Period
from schools.words import capital, on

THIS_WEEK, NEWS = timedelta(days=7), timedelta(days=60)


def part_of(
    request: TrustRequest, seen: Overview, home: Home, waits: list[dict[str, Any]], ladders: list[dict[str, Any]]
) -> dict[str, Any]:
    """Everything the page says of one school.

    `waits`: what reviews, visits, actions and the register ask of it; `ladders`: where it stands on those.
    """
    part = _Part(request, seen, home)
    soon = seen.calendar.today + THIS_WEEK
    due = sorted([*part.due(), *waits], key=lambda item: item["due_on"] or soon)
    returned = list(part.returned())
    week = [item for item in due if item["due_on"] is None or item["due_on"] <= soon]
    return {
        "name": home.line.name,
        "url": link(request, "school", school_id=home.line.school_id),
        "week": week,
        "shows_week": part.writes and bool(week or not returned),
        "later": [item for item in due if item not in week] + list(part.coming()),
        "returned": returned,
        "sent": list(part.sent()),
        "news": [*ladders, *part.news()],
        "boxes": [] if part.writes else part.boxes(),
        "matrix": None if part.writes else part.agreed(),
        "writes": part.writes,
        "next": part.next_words(),
    }


class _Part:
    """Looks up once what every list of one school needs."""

    def __init__(self, request: TrustRequest, seen: Overview, home: Home) -> None:
        self.request, self.seen, self.home, self.line = request, seen, home, home.line
        self.words = home.sheet.strategy.identity.words
        self.writes = request.access.may(Permission.RATE, home.line.school_id)
        self.writes_sef = request.access.may(Permission.WRITE_SEF, home.line.school_id)
        self.enters = request.access.may(Permission.ENTER_RETURN, home.line.school_id)
        self.replies = request.access.may(Permission.REPLY, home.line.school_id)
        labels = short_labels([axis.label for axis in home.sheet.axes])
        self.axes = dict(zip((axis.key for axis in home.sheet.axes), labels, strict=True))

    @property
    def period(self) -> Period:
        periods = self.seen.calendar.periods
        return next((one for one in periods if one.pk == self.line.asked_in), self.seen.period)

    def matrix_url(self, period_id: int | None) -> str:
        return link(self.request, "matrix", school_id=self.line.school_id, period_id=period_id)

    def due(self) -> Iterator[dict[str, Any]]:
        """What this person has to send or to answer."""
        yield from (*self._matrix(), *self._sef(), *self._returns(), *self._replies())

    def _matrix(self) -> Iterator[dict[str, Any]]:
        if self.writes and self.line.matrix_state in ("", "draft") and self.line.matrix_due_on:
            title = f"{self.period.get_season_display()} {self.words.matrix}"
            yield {
                "title": title,
                "url": self.matrix_url(self.line.asked_in),
                "note": self._progress(),
                "due_on": self.line.matrix_due_on,
            }

    def _sef(self) -> Iterator[dict[str, Any]]:
        sef = self.home.sef
        if sef and self.writes_sef and sef.state in ("", "draft"):
            yield {
                "title": capital(sef.label),
                "url": self.sef_url(sef),
                "note": f"{sef.done} of {sef.of} areas are complete." if sef.state else f"Not begun: {sef.of} areas.",
                "due_on": sef.due_on,
            }

    def sef_url(self, sef: SefDue) -> str:
        return link(self.request, "sef", school_id=sef.school_id, period_id=sef.period_id)

    def _returns(self) -> Iterator[dict[str, Any]]:
        for one in self.home.returns if self.enters else ():
            if one.state in ("not_begun", "draft"):
                begun = one.state == "draft"
                yield {
                    "title": one.label,
                    "url": self.return_url(one),
                    "note": f"{one.filled} of {one.asked} figures are in." if begun else f"{one.asked} figures.",
                    "due_on": one.due_on,
                }

    def return_url(self, one: DueReturn) -> str:
        place = {"school_id": one.school_id, "period_id": one.period_id, "point": one.point.key}
        return link(self.request, "return_page", **place)

    def _progress(self) -> str:
        done = self.home.progress
        if not self.line.matrix_state:
            return f"Not begun: {done.criteria} criteria, {done.asked} indicators."
        said = f"{done.done} of {done.criteria} criteria rated."
        if done.carried:
            said += f" {done.carried} of its {done.asked} indicators are carried forward from last time."
        return said

    def _replies(self) -> Iterator[dict[str, Any]]:
        for one in self.line.categories if self.replies else ():
            if (
                one.decision_id
                and not one.replied
                and one.reply_due_on
                and one.reply_due_on >= self.seen.calendar.today
            ):
                yield {
                    "title": f"Reply to the decision on {one.axis_label[:1].lower()}{one.axis_label[1:]}",
                    "url": link(self.request, "decision", decision_id=one.decision_id),
                    "note": "If you wish. Your words are printed beside it wherever it is shown.",
                    "due_on": one.reply_due_on,
                }

    def coming(self) -> Iterator[dict[str, Any]]:
        """What others do next."""
        meeting = self.seen.calendar.next_meeting({axis.meeting for axis in self.home.sheet.axes if axis.meeting})
        if meeting is not None:
            nouns = self.words.categories if len(self.axes) > 1 else self.words.category
            yield {
                "title": meeting.title,
                "url": "",
                "note": f"Decides the {nouns}.",
                "due_on": meeting.day,
                "held": True,
            }

    def returned(self) -> Iterator[dict[str, Any]]:
        if self.writes and self.line.matrix_state == "returned" and self.line.begun:
            yield {
                "title": f"{self.period.get_season_display()} {self.words.matrix}",
                "url": self.matrix_url(self.line.asked_in),
                "note": f"“{self.line.begun.returned_note}”",
                "state": "returned",
                "text": "Returned to you",
            }
        back = {"state": "returned", "text": "Returned to you"}
        sef = self.home.sef
        if sef and self.writes_sef and sef.state == "returned":
            yield {"title": capital(sef.label), "url": self.sef_url(sef), "note": f"“{sef.returned_note}”"} | back
        for one in self.home.returns if self.enters else ():
            if one.state == "returned" and one.row:
                note = f"“{one.row.returned_note}”"
                yield {"title": one.label, "url": self.return_url(one), "note": note} | back

    def sent(self) -> Iterator[dict[str, Any]]:
        """With others, and what has been agreed."""
        yield from self._sent_matrix()
        sef = self.home.sef
        if sef and self.writes_sef and sef.state in ("submitted", "agreed"):
            yield {"title": capital(sef.label), "url": self.sef_url(sef), "note": "", "state": sef.state}
        for one in self.home.returns if self.enters else ():
            if one.state in ("submitted", "agreed"):
                yield {"title": one.label, "url": self.return_url(one), "note": "", "state": one.state}

    def _sent_matrix(self) -> Iterator[dict[str, Any]]:
        begun, state = self.line.begun, self.line.matrix_state
        if not self.writes or begun is None or Assessment.is_unsent(state):
            return
        day = begun.agreed_at if state == "agreed" else begun.submitted_at
        when = on(timezone.localtime(day).date()) if day else ""
        yield {
            "title": f"{self.period.get_season_display()} {self.words.matrix}",
            "url": self.matrix_url(begun.row.period_id),
            "note": f"Agreed on {when}." if state == "agreed" else f"With the trust since {when}.",
            "state": state,
        }

    def news(self) -> Iterator[dict[str, Any]]:
        """What was decided or is proposed, with the way to why."""
        since = min(self.seen.period.starts_on, self.seen.calendar.today - NEWS)
        for one in self.line.categories:
            if one.state == "proposed" or (one.state == "agreed" and (one.since or date.min) >= since):
                yield self._told(one)

    def _told(self, one: Category) -> dict[str, Any]:
        agreed = one.state == "agreed"
        url = link(self.request, "decision", decision_id=one.decision_id) if agreed else ""
        state = f"agreed {day_month(one.since)}" if agreed and one.since else one.state
        page = f"{link(self.request, 'school', school_id=self.line.school_id)}#why-{one.axis}"
        return {
            "about": f"{self.axes[one.axis] if len(self.axes) > 1 else capital(self.words.category)}, {state}",
            "from_word": one.was if one.moved else "",
            "from_step": one.was_step,
            "to_word": one.word,
            "to_step": one.step,
            "url": url or page,
            "label": "Why, and your reply" if url and self.replies else "Why",
            "note": "You have replied."
            if one.replied and self.replies
            else "The school has replied."
            if one.replied
            else "",
        }

    def boxes(self) -> list[dict[str, Any]]:
        """For those who read: the categories large."""
        return [self._box(one) for one in self.line.categories]

    def _box(self, one: Category) -> dict[str, Any]:
        label = self.axes[one.axis] if len(self.axes) > 1 else capital(self.words.category)
        heading = f"{label}, agreed {on(one.since)}" if one.since else label
        box = {"heading": heading, "word": one.word, "step": one.step, "direction": one.travel or "same"}
        return box | ({"was": f"Was {one.was}"} if one.moved else {})

    def agreed(self) -> dict[str, Any]:
        """For those who read: the agreed matrix, those criteria first that need most support."""
        asked = [cell for cell in self.line.cells if cell.applies] if self.line.rated_on else []
        label = next((one.label for one in self.seen.calendar.periods if one.pk == self.line.rated_in), "")
        names = {one.key: one.label for one in self.home.sheet.strategy.criteria}
        return {
            "label": f"{capital(self.words.matrix)}, {label[:1].lower()}{label[1:]}",
            "title": capital(self.words.matrix),
            "url": self.matrix_url(self.line.rated_in) if self.line.rated_in else "",
            "cells": [
                {"label": names[cell.key], "word": cell.word, "step": cell.step, "sub": cell.sub}
                for cell in sorted(asked, key=lambda cell: -cell.step)
            ],
        }

    def next_words(self) -> str:
        """What an empty page says of what comes next."""
        term = self.seen.calendar.next_term(self.seen.calendar.today)
        if term is None:
            return f"The next {self.words.matrix} opens with the next term."
        return f"The {term.get_season_display().lower()} {self.words.matrix} opens on {on(term.starts_on)}."
