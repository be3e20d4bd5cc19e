"""What schools ask for from the menu, as far as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from reviews.models import ReviewWish
from reviews.rules.kinds import on_menu
from schools.access import Access, Permission, where_may


def readable_wishes(access: Access) -> QuerySet[ReviewWish]:
    """Of the schools this person answers for, and for who plans reviews of all; the latest first."""
    may = where_may(access, Permission.RUN_REVIEWS) | where_may(access, Permission.ANSWER_REVIEWS)
    rows = ReviewWish.objects.filter(may).select_related("school__trust", "strategy_version", "asked_by__user")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("-asked_at", "-pk")


def wish_lines(rows: Iterable[ReviewWish]) -> list[dict[str, Any]]:
    """Each with what the menu calls it."""
    return [{"wish": one, "label": on_menu(one.strategy_version.strategy, one.item)} for one in rows]
