"""Who offers days of support: the offers with everything a matching asks of them, in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, JSONObject

from plans.models import Offer, OfferNotTo, SupportBooking
from plans.rules.drained import PARTS_OF_A_DAY
from plans.rules.exchange import Giver
from plans.rules.standing import STRONG, Standing
from plans.rules.travel import Place
from reviews.models import Practice
from schools.models import RoleGrant
from schools.strategy import Role
from schools.words import on as day_words

B = SupportBooking
DAYS = DecimalField(max_digits=9, decimal_places=1)
NOT_GIVEN = (B.State.CANCELLED, B.State.MISSED)
PER = {Offer.Per.HALF_TERM: "half term", Offer.Per.TERM: "term"}
Span = tuple[date, date]

IN_DAYS = Sum(
    Coalesce("came", "amount")
    * Case(*(When(unit=unit, then=Value(part)) for unit, part in PARTS_OF_A_DAY.items()), output_field=DAYS),
    output_field=DAYS,
)
"""What bookings take of a giver's days."""


@dataclass(frozen=True)
class HalfToMatch:
    """The half term that is matched, and the term it is part of, each from its first day to its last."""

    label: str
    half: Span
    term: Span

    def span_of(self, per: str) -> Span:
        return self.half if per == Offer.Per.HALF_TERM else self.term


def offers(when: HalfToMatch) -> QuerySet[Offer]:
    """Every offer with what it has given or booked by then, and whom it is kept from. One query."""
    mine = B.objects.filter(
        Q(provider_school=OuterRef("school")) | Q(provider=B.Provider.CENTRAL, provider_person=OuterRef("person"))
    )
    counted = mine.exclude(state__in=NOT_GIVEN).order_by().values("trust")
    disputed = mine.filter(state=B.State.DISPUTED).exclude(school=None).order_by()
    heads = (
        RoleGrant.objects.current()
        .filter(  # in one call: the same grant leads the school that offers, and has not ended
            role=Role.HEAD, membership__grants__role=Role.HEAD, membership__grants__school=OuterRef("school"),
            membership__grants__ended_at=None,
        ).order_by()
    )  # fmt: skip
    own = RoleGrant.objects.current().filter(membership=OuterRef("person")).exclude(school=None).order_by()
    shown = Practice.objects.filter(school=OuterRef("school"), ended_at=None).order_by("pk")
    practice = JSONObject(subject="subject", title="title", criterion="from_finding__criterion")

    def days(span: Span) -> Coalesce:
        return Coalesce(
            Subquery(counted.filter(on__range=span).annotate(days=IN_DAYS).values("days")), Value(Decimal(0))
        )

    return Offer.objects.select_related("school", "person__user", "base").annotate(
        given_in_half=days(when.half),
        given_in_term=days(when.term),
        kept_from=ArraySubquery(OfferNotTo.objects.filter(offer=OuterRef("pk")).values("school")),
        disputed_at=ArraySubquery(disputed.values("school")),
        same_head=ArraySubquery(heads.exclude(school=OuterRef("school")).values("school")),
        works_at=ArraySubquery(own.values("school")),
        practices=ArraySubquery(shown.values_list(practice)),
    )


def givers(
    rows: Iterable[Offer],
    when: HalfToMatch,
    standings: Mapping[int, Standing],
    places: Mapping[int, Place],
    labels: Mapping[str, str],
) -> list[Giver]:
    """What a matching takes of them. Offers that are not confirmed give nothing and are left out. No query."""
    return [giver_of(one, when, standings, places, labels) for one in rows if one.state == Offer.State.CONFIRMED]


def giver_of(
    row: Any,
    when: HalfToMatch,
    standings: Mapping[int, Standing],
    places: Mapping[int, Place],
    labels: Mapping[str, str],
) -> Giver:
    """One of them. `row` is from `offers`."""
    stands = standings.get(row.school_id)
    given = row.given_in_half if row.per == Offer.Per.HALF_TERM else row.given_in_term
    held = {area: stands.held(area) for area in ("", *row.areas)} if stands and not row.although else {}
    strong = {area: stands.ratings[area] for area in row.areas if area in stands.ratings} if stands else {}
    return Giver(
        key=f"offer-{row.pk}",
        name=row.name,
        school=row.school_id,
        areas={area: labels.get(area, area) for area in row.areas},
        limit=row.most_days,
        given=ceil(given),
        per=PER[row.per],
        most_minutes=row.most_minutes,
        place=places.get(row.school_id or row.base_id),
        keeps_from=_kept_from(row),
        strong={area: rated.level for area, rated in strong.items() if rated.tone in STRONG},
        practice=_practice(row, labels),
        held={area: why for area, why in held.items() if why},
        away=_away(row, when),
    )


def _kept_from(row: Any) -> dict[int, str]:
    declared = f"is not to go there: {row.not_to_why}" if row.not_to_why else "is not to go there"
    return {
        **dict.fromkeys(row.same_head, "has the same headteacher"),
        **dict.fromkeys(row.works_at, "belongs to the school itself"),
        **dict.fromkeys(row.disputed_at, "is in dispute with the school over support that it gave"),
        **dict.fromkeys(row.kept_from, declared.rstrip(".")),
    }


def _practice(row: Any, labels: Mapping[str, str]) -> dict[str, str]:
    """By area, the practice in the register that is about it: by the finding it comes from, or by its subject."""
    found = {}
    for one in row.practices:
        of = {"criterion": one["criterion"], "subject": one["subject"]}
        about = [area for area in row.areas if is_about(area, labels.get(area, ""), **of)]
        found.update(dict.fromkeys(about, one["title"]))
    return found


def is_about(key: str, label: str, *, criterion: str | None, subject: str) -> bool:
    """Whether a practice, by the finding it comes from or by its subject, is about the criterion of this key."""
    longest = Practice._meta.get_field("subject").max_length
    return key == criterion or (bool(subject) and subject.casefold() == label[:longest].casefold())


def _away(row: Any, when: HalfToMatch) -> str:
    starts, ends = when.half
    if row.from_on > ends:
        return f"offers nothing before {day_words(row.from_on)}"
    if row.until_on and row.until_on < starts:
        return f"offered support until {day_words(row.until_on)}"
    return ""
