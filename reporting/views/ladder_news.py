"""Where a person's own schools stand on a ladder, as their page tells it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from plans.queries.on_ladders import OnLadder, on_ladders_of
from reporting.queries.overview import Overview
from reporting.views.links import link
from schools.access import Permission, TrustRequest
from schools.queries import half_terms_in
from schools.words import on


def ladder_news(request: TrustRequest, seen: Overview) -> dict[int, list[dict[str, Any]]]:
    """By school of `with_steps`, for who reads its concerns. No query."""
    schools = [one for one in seen.schools if request.access.may(Permission.SEE_CONCERNS, one.pk)]
    halves = half_terms_in((one for one in seen.calendar.periods if one.half), schools)
    told = defaultdict[int, list[dict[str, Any]]](list)
    for one in on_ladders_of(schools, seen.followed.by_pk, halves, today=seen.today):
        told[one.school.pk].append(_told(request, seen, one))
    return told


def _told(request: TrustRequest, seen: Overview, one: OnLadder) -> dict[str, Any]:
    """“Schools causing concern: Level 2 since 9 July 2026, 48 days left. To be looked at again on 3 December 2026.”"""
    countdown = one.stay.words(seen.today)
    words = f"{one.stage} since {on(one.stay.since)}{f', {countdown}' if countdown else ''}."
    return {
        "about": one.ladder,
        "words": words + (f" To be looked at again on {on(one.review_on)}." if one.review_on else ""),
        "url": link(request, "concern", pk=one.concern),
        "label": "Why, and what comes next",
        "note": "",
    }
