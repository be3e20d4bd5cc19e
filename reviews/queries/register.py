"""The register of practice as it is searched, and the pen portraits."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reviews.models import PenPortrait, PortraitPhoto, Practice, PracticeRequest
from reviews.models.register import SEARCHED
from schools.access import Access, Permission, where_may

STATES = PracticeRequest.State


@dataclass(frozen=True)
class Sought:
    """What is looked for. Blank is anything."""

    words: str = ""
    subject: str = ""
    phase: str = ""
    kind: str = ""
    school: int | str = ""  # its number


def on_offer() -> QuerySet[Practice]:
    """What stands in the register, with how often it was asked for and visited."""
    rows = Practice.objects.filter(ended_at=None).select_related("school")
    visited = Count("requests", filter=Q(requests__state=STATES.VISITED))
    return rows.annotate(asked=Count("requests"), visited=visited)


def found_practices(sought: Sought) -> QuerySet[Practice]:
    """The register, the best match first where words are looked for, else the newest."""
    rows = on_offer()
    narrow = {"subject__iexact": sought.subject, "phase": sought.phase, "kind": sought.kind, "school": sought.school}
    rows = rows.filter(**{name: value for name, value in narrow.items() if value})
    if not sought.words:
        return rows.order_by("-offered_at", "-pk")
    asked = SearchQuery(sought.words, config="english", search_type="websearch")
    rows = rows.annotate(found_in=SEARCHED).filter(found_in=asked)
    return rows.annotate(rank=SearchRank(SEARCHED, asked)).order_by("-rank", "-pk")


def subjects() -> list[str]:
    """The subjects there are. One query."""
    rows = Practice.objects.filter(ended_at=None).exclude(subject="")
    return list(rows.order_by("subject").values_list("subject", flat=True).distinct())


def requests_seen(access: Access, practice: Practice) -> list[PracticeRequest]:
    """Its requests: all of them for the school that offers and the trust, its own for the school that asks."""
    rows = PracticeRequest.objects.filter(practice=practice).select_related("school", "asked_by__user")
    if not may_answer(access, practice) and not access.may_everywhere(Permission.RUN_REVIEWS):
        rows = rows.filter(school__in=access.school_ids)
    return list(rows)


def may_offer(access: Access) -> Q:
    """The schools for which this person puts practice on offer."""
    return where_may(access, Permission.ANSWER_REVIEWS, "pk") | where_may(access, Permission.RUN_REVIEWS, "pk")


def may_answer(access: Access, practice: Practice) -> bool:
    """Whether this person speaks for the school that offers."""
    return access.may(Permission.ANSWER_REVIEWS, practice.school_id)


def portraits() -> QuerySet[PenPortrait]:
    """Of the people who belong to the trust now."""
    rows = PenPortrait.objects.filter(membership__ended_at=None).select_related("membership__user")
    photo = PortraitPhoto.objects.filter(portrait=OuterRef("pk"))
    return rows.annotate(has_photo=Exists(photo)).order_by("membership__user__name")
